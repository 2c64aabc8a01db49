"""The uplink: its table, its lines, who is let in, and ids that are answered once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.field.errors import UplinkError
from protocols.field.lines import LINE_BYTES_MAX
from protocols.field.shapes import TYPES, Field
from protocols.field.uplink import CODES, Answer, Message, checked, read_line
from protocols.field.uplink_messages import MESSAGES, Role, message_shape
from protocols.field.uplink_peer import (
    Answered,
    Asked,
    Closed,
    Opened,
    UplinkConcentrator,
    UplinkHeadEnd,
    proof,
)

SECRET, LDN, SERIAL = b"the shared secret", "AMBDC00000000001", "90000001"
NONCE_H, NONCE_C = bytes(range(16)), bytes(range(16, 32))


def ends(head_secret=SECRET, own_secret=SECRET):
    return UplinkHeadEnd(head_secret, "bench", NONCE_H), UplinkConcentrator(own_secret, LDN, SERIAL, NONCE_C)


def pump(head_end, concentrator):
    """Carry everything both ways until nobody says anything; the events of each end."""
    heard = {head_end: [], concentrator: []}
    for _ in range(20):
        for sender, receiver in ((head_end, concentrator), (concentrator, head_end)):
            heard[receiver] += receiver.receive_data(sender.data_to_send())
    return heard[head_end], heard[concentrator]


@pytest.fixture
def opened():
    head_end, concentrator = ends()
    head_end.greet()
    assert pump(head_end, concentrator) == ([Opened()], [Opened()])
    return head_end, concentrator


def test_both_ends_open_and_know_each_other(opened):
    head_end, concentrator = opened
    assert (head_end.ldn, head_end.serial, concentrator.head_end) == (LDN, SERIAL, "bench")
    assert head_end.is_open
    assert concentrator.is_open


def test_the_secret_never_travels():
    head_end, concentrator = ends()
    head_end.greet()
    said = bytearray()
    for _ in range(4):
        for sender, receiver in ((head_end, concentrator), (concentrator, head_end)):
            data = sender.data_to_send()
            said += data
            receiver.receive_data(data)
    assert concentrator.is_open
    assert SECRET not in said
    assert SECRET.hex().encode() not in said


def test_a_concentrator_that_does_not_know_the_secret_is_left():
    head_end, concentrator = ends(own_secret=b"another")
    head_end.greet()
    heard, _ = pump(head_end, concentrator)
    assert heard == [Closed("the concentrator does not know the secret")]
    assert head_end.hopeless
    assert not concentrator.is_open


def test_a_head_end_that_does_not_know_the_secret_is_refused():
    head_end, concentrator = ends()
    head_end.greet()
    concentrator.receive_data(head_end.data_to_send())
    concentrator.data_to_send()
    wrong = Message("auth", "auth", {"proof": "00" * 32}).to_bytes()
    assert concentrator.receive_data(wrong) == [Closed("the proof is wrong")]
    assert read_line(concentrator.data_to_send()).code == "forbidden"
    assert concentrator.receive_data(Message("x", "status.read").to_bytes()) == []


def test_a_proof_of_one_end_or_conversation_serves_no_other():
    names = {"name": "bench", "ldn": LDN}
    nonces = {"head_end_nonce": NONCE_H, "concentrator_nonce": NONCE_C}
    mine = proof(SECRET, Role.HEAD_END, **names, **nonces)
    assert mine != proof(SECRET, Role.CONCENTRATOR, **names, **nonces)
    assert mine != proof(SECRET, Role.HEAD_END, **names, **{**nonces, "concentrator_nonce": NONCE_H})
    assert mine != proof(SECRET, Role.HEAD_END, name="benchA", ldn=LDN[1:], **nonces)
    assert mine != proof(b"another", Role.HEAD_END, **names, **nonces)


@pytest.mark.parametrize("message", [Message("1", "status.read"), Message("1", "auth", {"proof": ""})])
def test_nothing_is_answered_before_both_proved_themselves(message):
    _, concentrator = ends()
    (event,) = concentrator.receive_data(message.to_bytes())
    assert isinstance(event, Closed)
    assert concentrator.hopeless


def test_a_concentrator_without_a_secret_lets_nobody_in():
    head_end, concentrator = ends(b"", b"")
    head_end.greet()
    (event,) = concentrator.receive_data(head_end.data_to_send())
    assert isinstance(event, Closed)


def test_short_nonces_are_refused():
    with pytest.raises(UplinkError):
        UplinkHeadEnd(SECRET, "bench", bytes(8)).greet()
    _, concentrator = ends()
    hello = Message("hello", "hello", {"name": "bench", "nonce": "00" * 8}).to_bytes()
    assert isinstance(concentrator.receive_data(hello)[0], Closed)


# ---------------------------------------------------------------- asking and answering


def test_an_answer_comes_to_its_question(opened):
    head_end, concentrator = opened
    head_end.ask("h1", "readings.acknowledge", {"through": 7})
    _, (asked,) = pump(head_end, concentrator)
    assert asked == Asked(Message("h1", "readings.acknowledge", {"through": 7}))
    concentrator.answer("h1", {"held": 3})
    (answered,), _ = pump(head_end, concentrator)
    assert isinstance(answered, Answered)
    assert answered.answer.unwrap() == {"held": 3}


def test_an_id_that_comes_again_is_answered_the_same_and_not_acted_upon(opened):
    head_end, concentrator = opened
    line = Message("h1", "readings.acknowledge", {"through": 7}).to_bytes()
    assert concentrator.receive_data(line) == [Asked(read_line(line))]
    assert concentrator.receive_data(line) == []  # it is being worked on
    assert concentrator.data_to_send() == b""
    concentrator.answer("h1", {"held": 3})
    first = concentrator.data_to_send()
    assert concentrator.receive_data(line) == []
    assert concentrator.data_to_send() == first
    other = Message("h1", "readings.acknowledge", {"through": 8}).to_bytes()
    assert concentrator.receive_data(other) == []
    assert read_line(concentrator.data_to_send()).code == "id-reused"
    del head_end


def test_a_refusal_is_told(opened):
    head_end, concentrator = opened
    head_end.ask("h1", "order.read", {"order": "o"})
    pump(head_end, concentrator)
    concentrator.refuse("h1", UplinkError("unknown-order", "no such order"))
    (answered,), _ = pump(head_end, concentrator)
    with pytest.raises(UplinkError, match="no such order") as caught:
        answered.answer.unwrap()
    assert caught.value.code == "unknown-order"


def test_an_answer_that_breaks_the_promise_is_a_failure_at_both_ends(opened):
    head_end, concentrator = opened
    head_end.ask("h1", "readings.acknowledge", {"through": 7})
    pump(head_end, concentrator)
    with pytest.raises(UplinkError, match="held is missing"):
        concentrator.answer("h1", {})
    (answered,), _ = pump(head_end, concentrator)
    assert answered.answer.code == "failed"


def test_the_concentrator_may_push_and_only_what_is_its_own(opened):
    head_end, concentrator = opened
    body = {"utc": "2026-01-01T05:00:00+00:00", "held_readings": 0, "held_events": 1}
    concentrator.ask("c1", "last-gasp", body)
    (asked,), _ = pump(head_end, concentrator)
    assert asked == Asked(Message("c1", "last-gasp", body))
    with pytest.raises(UplinkError, match="has no message"):
        concentrator.ask("c2", "status.read")
    head_end.receive_data(Message("c3", "status.read").to_bytes())
    assert read_line(head_end.data_to_send()).code == "unknown-type"


def test_nothing_is_asked_before_it_is_open():
    head_end, _ = ends()
    with pytest.raises(UplinkError, match="not open"):
        head_end.ask("h1", "status.read")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense", "bad-message"),
        (b"[]", "bad-message"),
        (b'{"v":2,"id":"1","type":"status.read"}', "bad-message"),
        (b'{"v":true,"id":"1","type":"status.read"}', "bad-message"),
        (b'{"v":1,"id":1,"type":"status.read"}', "bad-message"),
        (b'{"v":1,"id":"","type":"status.read"}', "bad-message"),
        (b'{"v":1,"id":"1","type":7}', "bad-message"),
        (b'{"v":1,"id":"1","type":"status.read","body":[]}', "bad-message"),
        (b'{"v":1,"re":"1","ok":false,"code":"nonsense","error":""}', "bad-message"),
        (b'{"v":1,"id":"1","type":"nothing"}', "unknown-type"),
        (b'{"v":1,"id":"1","type":"last-gasp"}', "unknown-type"),
        (b'{"v":1,"id":"1","type":"status.read","body":{"x":1}}', "bad-body"),
        (b'{"v":1,"id":"1","type":"readings.pull","body":{"after":0}}', "bad-body"),
        (b'{"v":1,"id":"1","type":"readings.pull","body":{"after":0,"limit":0}}', "bad-body"),
        (b'{"v":1,"id":"1","type":"readings.pull","body":{"after":-1,"limit":1}}', "bad-body"),
        (b'{"v":1,"id":"1","type":"readings.pull","body":{"after":true,"limit":1}}', "bad-body"),
    ],
)
def test_bad_lines_are_refused_by_code_and_the_conversation_goes_on(opened, line, code):
    head_end, concentrator = opened
    assert concentrator.receive_data(line + b"\n") == []
    assert read_line(concentrator.data_to_send()).code == code
    head_end.ask("h9", "status.read")
    assert len(concentrator.receive_data(head_end.data_to_send())) == 1


def test_a_line_without_end_closes(opened):
    _, concentrator = opened
    (event,) = concentrator.receive_data(b"x" * LINE_BYTES_MAX)
    assert isinstance(event, Closed)


def test_too_long_a_message_is_not_sent(opened):
    head_end, _ = opened
    with pytest.raises(UplinkError, match="limited"):
        head_end.ask(
            "h1", "order.place", {"order": "o", "kind": "read", "serial": "", "plan": {"x": "y" * 70_000}}
        )
    assert head_end.data_to_send() == b""


@given(st.binary(max_size=200))
def test_any_bytes_never_raise(data):
    head_end, concentrator = ends()
    head_end.greet()
    pump(head_end, concentrator)
    concentrator.receive_data(data + b"\n")
    head_end.receive_data(data + b"\n")


@given(
    st.text(min_size=1, max_size=30),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5)),
)
def test_messages_and_answers_come_back_as_they_were(text, body):
    message = Message("id", text, body)
    assert read_line(message.to_bytes()) == message
    assert read_line(Answer("id", body).to_bytes()) == Answer("id", body)


# ---------------------------------------------------------------- the table


def test_the_table_is_whole():
    for message in MESSAGES.values():
        for field in (*message.body, *message.answer):
            assert field.type_name in TYPES
        assert message.does.endswith(".")
    assert {message.sender for message in MESSAGES.values()} == set(Role)
    assert len(set(CODES)) == len(CODES)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (Field("a", "integer"), 1.5, "integer"),
        (Field("a", "integer"), True, "integer"),
        (Field("a", "number"), float("nan"), "finite"),
        (Field("a", "text"), "x" * 513, "text"),
        (Field("a", "hex"), "abc", "hexadecimal"),
        (Field("a", "hex"), "AB", "hexadecimal"),
        (Field("a", "flag"), 1, "true or false"),
        (Field("a", "texts"), ["x", 1], "texts"),
        (Field("a", "rows"), [[1.5]], "lists"),
        (Field("a", "rows"), [1], "lists"),
        (Field("a", "object"), [], "object"),
        (Field("a", "objects", of=(Field("b", "text"),)), [{}], "a: b is missing"),
        (Field("a", "text", choices=("x", "y")), "z", "one of"),
        (Field("a", "integer", low=1, high=3), 4, "from 1 to 3"),
    ],
)
def test_values_that_do_not_fit_are_named(field, value, words):
    found = message_shape((field,)).complaint({"a": value})
    assert found is not None
    assert words in found


def test_what_may_be_left_out_may_be_null():
    fields = (Field("a", "text", required=False),)
    assert message_shape(fields).complaint({}) is None
    assert message_shape(fields).complaint({"a": None}) is None
    assert message_shape((Field("a", "text"),)).complaint({"a": None}) == "a is missing"
    assert message_shape(fields).complaint(7) == "an object was expected"


def test_checked_gives_the_type():
    message = Message("1", "status.read")
    assert checked(message, Role.HEAD_END) is MESSAGES["status.read"]
    assert json.loads(message.to_bytes())["v"] == 1
