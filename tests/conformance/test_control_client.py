"""The control channel of a served field, against a scripted other end."""

import threading
from collections.abc import Callable

import pytest

from conformance.bench.control_client import ControlClient
from links import memory
from links.base import Link
from protocols.field.errors import StationControlError
from protocols.field.station_control import Request, Response, StationControlServer


def answering(make: Callable[[Request], bytes]) -> tuple[ControlClient, threading.Thread]:
    """A client whose one request is answered with what `make` makes of it."""
    near, far = memory.pair("control")

    def serve(link: Link = far) -> None:
        server = StationControlServer("s3cret")
        while not (requests := server.receive_data(link.receive(5.0))):
            pass
        request = requests[0]
        assert isinstance(request, Request)
        link.send(make(request))

    thread = threading.Thread(target=serve)
    thread.start()
    return ControlClient(near, "s3cret"), thread


def test_an_operation_returns_its_result():
    client, thread = answering(lambda request: Response(request.id, result={"device_time_s": 9.0}).to_bytes())
    assert client.call("clock.wait", {"seconds": 9}) == {"device_time_s": 9.0}
    thread.join()


def test_a_refusal_is_raised_with_its_sentence():
    client, thread = answering(
        lambda request: Response(request.id, code="failed", error="the magnet is lost").to_bytes()
    )
    with pytest.raises(StationControlError, match="the magnet is lost"):
        client.call("magnet.apply", {})
    thread.join()


def test_answers_to_somebody_else_are_passed_over():
    client, thread = answering(
        lambda request: (
            Response(request.id + 7, result={}).to_bytes() + Response(request.id, result={}).to_bytes()
        )
    )
    assert client.call("supply.on", {}) == {}
    thread.join()


def test_arguments_are_checked_before_anything_is_sent():
    near, far = memory.pair("control")
    with pytest.raises(StationControlError, match=r"keypad\.press"):
        ControlClient(near, "s3cret").call("keypad.press", {"key": "enter"})
    assert far.receive(0.0) == b""
