"""Devices in another place: served over TCP and over a serial line, half known, silent, gone."""

import os
import select
import socket
import threading
import tomllib
import tty
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from conformance.evidence.model import Evidence
from conformance.runner import run_suites
from conformance.targets import Statement, Target, load
from conformance.targets.load import PPKW_FILE
from conformance.verdicts import Verdict

SECRET = "a secret for the tests"
LONG = os.environ.get("AMIBENCH_SLOW") == "1"
#: What leaves the deepest traces in a meter: TIDs, keys of every kind, credit, the relay, cuts of the power.
KEY_CHANGES = ("sts/8.9/supply-group", "sts/8.9/key-types", "sts/8.9/there-and-back")
TRACES = ("7.3.7", *KEY_CHANGES, "8.4", "8.7", "8.11", "PAY-03", "PAY-04", "class-70")


def certify(target: Target, **narrowed: object) -> Evidence:
    return run_suites(target, seed=1, **narrowed)  # type: ignore[arg-type]


def verdicts(evidence: Evidence) -> dict[str, Verdict]:
    return {case.id: case.verdict for case in evidence.cases}


def declared(link: str, control: str, framing: str) -> Target:
    """The virtual meter's statement, with where it is served now."""
    raw = tomllib.loads(PPKW_FILE.read_text(encoding="utf-8"))
    raw["link"] |= {"url": link, "framing": framing, "clock": "served"}
    raw["control"] = {"url": control, "secret": SECRET}
    return Target("served.toml", Statement.model_validate(raw), 1)


def test_a_served_meter_conforms_and_can_be_certified_again(serve):
    points = serve().endpoints
    target = declared(points.link, points.control, "wrapper")
    suites, only = ("sts", "closed-loop"), () if LONG else TRACES
    first, second = (certify(target, suites=suites, only=only) for _ in range(2))
    assert first.link.clock == "served"
    judged = set(verdicts(first).values())
    assert Verdict.CONFORMS in judged
    assert judged <= {Verdict.CONFORMS, Verdict.INFORMATIONAL, Verdict.NOT_APPLICABLE}
    assert verdicts(second) == verdicts(first)


@contextmanager
def null_modem() -> Iterator[tuple[str, str]]:
    """Two serial ports joined by a cable."""
    (near, near_end), (far, far_end) = os.openpty(), os.openpty()
    stop_reader, stop_writer = os.pipe()
    for descriptor in (near_end, far_end):
        tty.setraw(descriptor)

    def carry() -> None:
        other = {near: far, far: near}
        while stop_reader not in (ready := select.select([near, far, stop_reader], [], [])[0]):
            for descriptor in ready:
                os.write(other[descriptor], os.read(descriptor, 4096))

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield os.ttyname(near_end), os.ttyname(far_end)
    finally:
        os.write(stop_writer, b"x")
        thread.join()
        for descriptor in (near, near_end, far, far_end, stop_reader, stop_writer):
            os.close(descriptor)


def test_a_meter_on_a_serial_line_conforms(serve):
    with null_modem() as (bench_end, meter_end):
        served = serve(serial_url=f"serial://{meter_end}?baud=9600", speed=1.0)
        target = declared(f"serial://{bench_end}?baud=9600", served.endpoints.control, "hdlc")
        evidence = certify(target, only=("APPL_DATA_LN_N1", "HDLC_FRAME_P1", "class-115"))
        served.stop()
    assert evidence.link.scheme == "serial"
    seen = verdicts(evidence)
    assert {"dlms/HDLC_FRAME_P1/connect", "dlms/APPL_DATA_LN_N1/undefined-object"} <= set(seen)
    assert set(seen.values()) <= {Verdict.CONFORMS, Verdict.INFORMATIONAL}


def test_of_a_bare_port_only_the_public_client_is_tested_and_nothing_fails(serve):
    evidence = certify(load(serve().endpoints.link, seed=1))
    seen = verdicts(evidence)
    assert evidence.link.clock == "wall"
    assert evidence.device.stations == ()
    assert Verdict.FAILS not in seen.values()
    assert seen["dlms/OBJECTS_ASSOCIATION/truth"] is Verdict.CONFORMS
    assert seen["dlms/class-8/clock"] is Verdict.CONFORMS, (
        "the world lives in another year: noted, not judged"
    )
    assert seen["sts/7.3.7/replay"] is Verdict.NOT_APPLICABLE


def test_a_keys_file_opens_the_reader_of_a_bare_port(serve, tmp_path: Path):
    keys = tmp_path / "keys.toml"
    keys.write_text('[associations.reader]\nclient_sap = 2\npassword = "12345678"\n')
    target = load(serve().endpoints.link, seed=1, keys=keys)
    seen = verdicts(certify(target, only=("APPL_OPEN_7", "class-3")))
    assert seen["dlms/APPL_OPEN_7/wrong-password"] is Verdict.CONFORMS
    assert seen["dlms/class-3/energy"] is Verdict.CONFORMS


def test_a_wrong_password_in_the_keys_file_is_nobodys_failure(serve, tmp_path: Path):
    keys = tmp_path / "keys.toml"
    keys.write_text('[associations.reader]\nclient_sap = 2\npassword = "87654321"\n')
    evidence = certify(load(serve().endpoints.link, seed=1, keys=keys), only=("dlms/class-3/energy",))
    (case,) = evidence.cases
    assert case.verdict is Verdict.INCONCLUSIVE
    assert "association refused" in case.reason.en


@contextmanager
def listener(hang_up: bool) -> Iterator[int]:
    """A port that accepts and never says a word, or hangs up at once."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                if hang_up:
                    connection.close()
                else:
                    held.append(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


@pytest.mark.parametrize(
    ("framing", "hang_up"),
    [("wrapper", False), ("hdlc", True), *([("wrapper", True), ("hdlc", False)] if LONG else [])],
)
def test_a_device_that_says_nothing_never_fails(hang_up: bool, framing: str):
    with listener(hang_up) as port:
        url = f"tcp://127.0.0.1:{port}?framing={framing}&response_timeout_s=0.02"
        evidence = certify(load(url, seed=1), suites=("dlms",))
    assert evidence.verdict is Verdict.INCONCLUSIVE
    assert set(verdicts(evidence).values()) == {Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE}
