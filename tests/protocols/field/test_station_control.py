"""The codec: both roles agree, whatever the chunks; bad bytes are refused; the secret shows nowhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.field.errors import StationControlError
from protocols.field.lines import LINE_BYTES_MAX
from protocols.field.station_control import Request, Response, StationControlClient, StationControlServer

SECRET = "a-very-secret-word"


def line(**changes: object) -> bytes:
    message = {"v": 1, "id": 3, "secret": SECRET, "op": "clock.now", "args": {}} | changes
    return json.dumps(message).encode() + b"\n"


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=5), st.integers(1, 40))
def test_requests_survive_any_chunking(waits: list[float], chunk: int):
    client, server = StationControlClient(SECRET), StationControlServer(SECRET)
    stream = b"".join(client.request("clock.wait", {"seconds": wait_s}) for wait_s in waits)
    seen = []
    for start in range(0, len(stream), chunk):
        seen += server.receive_data(stream[start : start + chunk])
    assert [request.args["seconds"] for request in seen] == waits
    assert [request.id for request in seen] == list(range(1, len(waits) + 1))
    assert client.last_id == len(waits)


@given(
    st.one_of(
        st.builds(
            Response, st.integers(0, 2**40), result=st.dictionaries(st.text(), st.text() | st.integers())
        ),
        st.builds(
            Response,
            st.integers(0, 2**40),
            code=st.sampled_from(["unknown-op", "bad-args", "forbidden", "failed"]),
            error=st.text(),
        ),
    )
)
def test_answers_survive_the_line(response: Response):
    assert StationControlClient(SECRET).receive_data(response.to_bytes()) == [response]


def test_unwrap_gives_the_result_or_raises():
    assert Response(1, result={"drn": "1"}).unwrap() == {"drn": "1"}
    refused = Response(1, code="forbidden", error="no")
    assert not refused.ok
    with pytest.raises(StationControlError, match="no") as raised:
        refused.unwrap()
    assert raised.value.code == "forbidden"


def test_a_request_may_name_a_device():
    client, server = StationControlClient(SECRET), StationControlServer(SECRET)
    (named,) = server.receive_data(client.request("clock.now", {}, "m3"))
    (plain,) = server.receive_data(client.request("clock.now", {}))
    assert (named.device, plain.device) == ("m3", None)
    assert b"device" not in plain.to_bytes()  # as before there were devices


@pytest.mark.parametrize("device", ["", "x" * 65, 7, ["m1"]])
def test_a_device_that_is_no_name_is_refused(device: object):
    (answer,) = StationControlServer(SECRET).receive_data(line(device=device))
    assert isinstance(answer, Response)
    assert answer.code == "bad-args"
    with pytest.raises(StationControlError, match="device"):
        StationControlClient(SECRET).request("clock.now", {}, device)  # type: ignore[arg-type]


def test_an_unknown_device_is_an_answer():
    answer = Response(4, code="unknown-device", error="there is no device 'm9'")
    assert StationControlClient(SECRET).receive_data(answer.to_bytes()) == [answer]


def test_a_client_checks_before_it_sends():
    client = StationControlClient(SECRET)
    with pytest.raises(StationControlError):
        client.request("keypad.press", {"key": "#"})
    assert client.last_id == 0


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", None, 5, "ñ"])
def test_a_wrong_secret_is_forbidden_and_ends_the_talk(secret: object):
    server = StationControlServer(SECRET)
    (refusal, *rest) = server.receive_data(line(secret=secret) + line())
    assert (refusal.code, refusal.id, rest) == ("forbidden", 3, [])
    assert server.hopeless
    assert server.receive_data(line()) == []


@pytest.mark.parametrize(
    ("data", "code", "request_id"),
    [
        (b"hello\n", "bad-args", 0),
        (b"[]\n", "bad-args", 0),
        (b"\xff\xfe\n", "bad-args", 0),
        (b"[" * 20_000 + b"\n", "bad-args", 0),
        (line(v=2), "bad-args", 0),
        (line(v=True), "bad-args", 0),
        (line(id=-1), "bad-args", 0),
        (line(id="1"), "bad-args", 0),
        (line(op="reboot"), "unknown-op", 3),
        (line(op=None), "unknown-op", 3),
        (line(args={"x": 1}), "bad-args", 3),
        (line(args=None), "bad-args", 3),
    ],
)
def test_a_bad_request_is_refused_and_the_talk_goes_on(data: bytes, code: str, request_id: int):
    server = StationControlServer(SECRET)
    (refusal,) = server.receive_data(data)
    assert isinstance(refusal, Response)
    assert (refusal.code, refusal.id) == (code, request_id)
    (request,) = server.receive_data(line())
    assert isinstance(request, Request)


def test_a_line_without_end_is_not_collected():
    server = StationControlServer(SECRET)
    refusals = [answer for _ in range(20) for answer in server.receive_data(b"x" * 8192)]
    assert [refusal.code for refusal in refusals] == ["bad-args"]
    assert server.hopeless


def test_a_message_too_long_for_a_line_is_not_made():
    with pytest.raises(StationControlError, match="limited to 65536 bytes"):
        StationControlClient(SECRET).request("keypad.enter", {"digits": "1" * LINE_BYTES_MAX})


@given(st.binary(max_size=200))
def test_noise_never_raises_in_the_server(noise: bytes):
    answers = StationControlServer(SECRET).receive_data(noise + b"\n")
    assert all(isinstance(answer, Response) and not answer.ok for answer in answers)


@pytest.mark.parametrize(
    "answer",
    [
        b"hi\n",
        b"{}\n",
        b'{"v":1,"id":1}\n',
        b'{"v":1,"id":1,"ok":true}\n',
        b'{"v":1,"id":1,"ok":false,"code":"x"}\n',
    ],
)
def test_a_peer_that_speaks_something_else_is_told(answer: bytes):
    with pytest.raises(StationControlError) as raised:
        StationControlClient(SECRET).receive_data(answer)
    assert raised.value.code == "failed"


def test_the_secret_shows_in_no_repr():
    (request,) = StationControlServer(SECRET).receive_data(line())
    client, server = StationControlClient(SECRET), StationControlServer(SECRET)
    assert SECRET not in repr((request, client, server)) + str(request)
    with pytest.raises(ValueError, match="needs a secret"):
        StationControlServer("")
