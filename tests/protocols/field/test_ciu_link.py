"""The customer unit's link: every message fits 32 octets, comes back as it went, and damage is noticed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocols.field.ciu_link import FRAME_BYTES_MAX, CiuMeterEnd, CiuUnitEnd, Frame, RetryTerms
from protocols.field.ciu_messages import (
    ALPHABET,
    KEYS,
    MESSAGES,
    Ack,
    AckStatus,
    Display,
    Event,
    Key,
    LinkEvent,
    Pair,
    Poll,
    Token,
    Unpair,
    pack_text,
    unpack_text,
)
from protocols.field.errors import CiuLinkError

LINES = st.text(ALPHABET, max_size=16).map(str.rstrip)
DIGITS = st.text("0123456789", min_size=1, max_size=20)
DISPLAYS = st.builds(
    Display,
    st.tuples(LINES, LINES),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 15),
    st.integers(0, 31),
)
MESSAGES_OF_ALL_KINDS = st.one_of(
    st.builds(Key, st.sampled_from(KEYS)),
    st.builds(Token, DIGITS),
    DISPLAYS,
    st.builds(Event, st.sampled_from(LinkEvent)),
    st.builds(Pair, st.text("0123456789", min_size=11, max_size=13)),
    st.just(Unpair()),
    st.builds(Ack, st.sampled_from(AckStatus)),
    st.just(Poll()),
)
FRAMES = st.builds(Frame, st.integers(0, 65535), st.integers(0, 255), MESSAGES_OF_ALL_KINDS, st.booleans())


@given(FRAMES)
@example(Frame(65535, 255, Display(("8" * 16, "?" * 16), hold_s=15, beep_s=3, result=31), repeated=True))
def test_a_frame_comes_back_as_it_went_and_is_short(frame):
    raw = frame.to_bytes()
    assert len(raw) <= FRAME_BYTES_MAX
    assert Frame.from_bytes(raw) == frame


@given(st.binary(max_size=40))
def test_noise_is_refused_and_never_worse(raw):
    try:
        frame = Frame.from_bytes(raw)
    except CiuLinkError:
        return
    assert frame.to_bytes() == raw or isinstance(frame.message, Display)


@given(FRAMES, st.integers(0, 31), st.integers(1, 255))
def test_a_damaged_octet_is_noticed(frame, place, damage):
    raw = bytearray(frame.to_bytes())
    raw[place % len(raw)] ^= damage
    with pytest.raises(CiuLinkError):
        Frame.from_bytes(bytes(raw))


def rebuilt(head, payload=b""):
    """A frame with a right checksum around whatever it holds."""
    import binascii

    body = bytes.fromhex(head) + payload
    return body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "6 to 32 octets"),
        (bytes(33), "6 to 32 octets"),
        (rebuilt("48000101"), "only version 1"),
        (rebuilt("2f000101"), "message 15 is unknown"),
        (rebuilt("21000101", b"\x0c"), "is no key"),
        (rebuilt("22000101", b"\xff" * 10), "decimal digits"),
        (rebuilt("22000101", b"\x1a" * 10), "decimal digits"),
        (rebuilt("22000101", b"\x11" * 9), "decimal digits"),
        (rebuilt("23000101", bytes(25)), "25 octets instead of 26"),
        (rebuilt("24000101", b"\x63"), "has no meaning"),
        (rebuilt("26000101", b"\x00"), "follows a message that is over"),
        (rebuilt("27000101", b""), "has no meaning"),
    ],
)
def test_what_means_nothing_is_said_to_mean_nothing(raw, why):
    with pytest.raises(CiuLinkError, match=why):
        Frame.from_bytes(raw)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(65536, 1, Poll()),
        Frame(1, 256, Poll()),
        Frame(1, 1, Key("x")),
        Frame(1, 1, Token("")),
        Frame(1, 1, Token("1" * 21)),
        Frame(1, 1, Token("12a")),
        Frame(1, 1, Display(("1" * 17,))),
        Frame(1, 1, Display(("a", "b", "c"))),
        Frame(1, 1, Display(("a",), hold_s=16)),
        Frame(1, 1, Display(("a",), beep_s=4)),
        Frame(1, 1, Display(("a",), result=32)),
    ],
)
def test_what_does_not_fit_is_refused_by_the_sender(frame):
    with pytest.raises(CiuLinkError):
        frame.to_bytes()


def test_the_alphabet_has_64_letters_and_a_substitute():
    assert len(set(ALPHABET)) == len(ALPHABET) == 64
    assert unpack_text(pack_text(("ñandú", "1.5 kWh"))) == ("?????", "1.5 kWh")
    assert unpack_text(pack_text(())) == ("", "")


def test_the_table_of_messages_has_one_code_each():
    assert sorted(MESSAGES) == list(range(1, 9))


# ------------------------------------------------------------ the two roles

TERMS = RetryTerms(response_timeout_s=1.0, retries=2)


def test_a_request_is_repeated_under_its_number_and_then_given_up_but_not_forgotten():
    requester = CiuUnitEnd(7, TERMS)
    frames = [requester.ask(Token("123"), 0.0)]
    while (deadline_s := requester.next_deadline()) is not None:
        raw = requester.handle_timeout(deadline_s)
        frames += [raw] if raw else []
    read = [Frame.from_bytes(raw) for raw in frames]
    assert [frame.repeated for frame in read] == [False, True, True]
    assert {frame.sequence for frame in read} == {1}
    assert deadline_s is None
    assert (requester.waiting, requester.outstanding) == (False, Token("123"))
    assert Frame.from_bytes(requester.again(100.0)) == Frame(7, 1, Token("123"), repeated=True)
    assert TERMS.longest_wait_s == 3.0


def test_only_its_own_answer_ends_a_request():
    requester = CiuUnitEnd(7, TERMS)
    requester.ask(Poll(), 0.0)
    assert not requester.answers(Frame(7, 0, Ack()))
    assert not requester.answers(Frame(7, 2, Ack()))
    with pytest.raises(CiuLinkError, match="was not answered"):
        requester.ask(Poll(), 0.0)
    assert requester.answers(Frame(7, 1, Ack()))
    assert not requester.answers(Frame(7, 1, Ack())), "once"
    with pytest.raises(CiuLinkError, match="nothing to repeat"):
        requester.again(0.0)


def test_a_message_that_cannot_be_sent_is_not_outstanding():
    requester = CiuUnitEnd(7, TERMS)
    with pytest.raises(CiuLinkError):
        requester.ask(Token("x"), 0.0)
    assert requester.outstanding is None


def test_numbers_go_round_without_the_zero():
    requester, seen = CiuUnitEnd(7, TERMS), set()
    for _ in range(600):
        frame = Frame.from_bytes(requester.ask(Poll(), 0.0))
        seen.add(frame.sequence)
        requester.drop()
    assert seen == set(range(1, 256))


@given(st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.integers(1, 3)), max_size=30))
def test_a_repeated_request_is_answered_again_and_not_done_again(requests):
    answerer, done, last = CiuMeterEnd(), [], {}
    for address, repeated, sequence in requests:
        request = Frame(address, sequence, Poll(), repeated)
        known = answerer.recall(request)
        assert (known is not None) == (repeated and last.get(address, (None,))[0] == sequence)
        if known is None:
            done.append(request)
            known = answerer.answer(request, [Ack(), Display((str(len(done)),))])
            last[address] = (sequence, known)
        assert known == last[address][1]
        assert {Frame.from_bytes(raw).sequence for raw in known} == {sequence}
    answerer.reset()
    assert answerer.recall(Frame(0, 1, Poll(), repeated=True)) is None
    assert Frame.from_bytes(answerer.tell(1, Ack())).sequence == 0
