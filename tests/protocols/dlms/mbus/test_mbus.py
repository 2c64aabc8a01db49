"""M-Bus frames: the published sample telegram, frames built here, noise."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import vectors
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import FrameError
from protocols.dlms.explain import explain
from protocols.dlms.mbus import (
    BadMbus,
    GoodMbus,
    MbusApdu,
    MbusFault,
    MbusKind,
    MbusSplitter,
    SegmentFault,
    SegmentJoiner,
    decode_mbus,
)
from protocols.dlms.security import Cipher
from protocols.dlms.security.forms import disclose
from protocols.dlms.xdlms.notification import DataNotification

CAPTURE = next(
    item
    for item in json.loads(vectors.path("dlms_captures.json").read_text(encoding="utf-8"))["captures"]
    if item["layer"] == "mbus"
)
CONSTRUCTED = json.loads(vectors.path("dlms_constructed.json").read_text(encoding="utf-8"))["constructed"]
TELEGRAM = [bytes.fromhex(text) for text in CAPTURE["hex"]]


def long_frame(information, data=b"", *, control=0x53, address=0xFF):
    """A long (or, without data, a control) frame, by the public layout."""
    body = bytes((control, address, information)) + data
    return bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))


def segments(apdu, size=245, source=1, destination=103):
    """`apdu` in frames, as a Kaifa meter cuts it."""
    pieces = [apdu[start : start + size] for start in range(0, len(apdu), size)]
    return [
        long_frame(
            (number & 0x0F) | (0x10 if number == len(pieces) - 1 else 0), bytes((source, destination)) + piece
        )
        for number, piece in enumerate(pieces)
    ]


def test_the_published_telegram():
    frames = [decode_mbus(raw) for raw in TELEGRAM]
    assert [(frame.control, frame.address, frame.information) for frame in frames] == [
        (0x53, 0xFF, 0x00),
        (0x53, 0xFF, 0x11),
    ]
    joiner = SegmentJoiner()
    assert joiner.take(frames[0]) is None
    assert joiner.is_unfinished
    joined = joiner.take(frames[1])
    assert joined == MbusApdu(bytes.fromhex(CAPTURE["apdus_hex"][0]), 1, 0x67)
    assert not joiner.is_unfinished


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"\xe5", MbusKind.ACKNOWLEDGEMENT),
        (bytes.fromhex("1040fe3e16"), MbusKind.SHORT),
        (long_frame(0x52), MbusKind.CONTROL),
        (long_frame(0x72, b"data"), MbusKind.LONG),
    ],
)
def test_the_four_forms(raw, kind):
    assert decode_mbus(raw).kind is kind
    (found,) = MbusSplitter().feed(raw)
    assert (found.raw, found.frame.kind) == (raw, kind)


def turned(raw, place, octet):
    return raw[:place] + bytes((octet,)) + raw[place + 1 :]


GOOD = long_frame(0x00, b"\x01\x67\x0f")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", MbusFault.BAD_START),
        (b"\x7e", MbusFault.BAD_START),
        (turned(GOOD, 2, 7), MbusFault.BAD_LENGTH),
        (turned(turned(GOOD, 1, 2), 2, 2), MbusFault.BAD_LENGTH),
        (turned(GOOD, 3, 0), MbusFault.BAD_START),
        (turned(GOOD, 8, 0), MbusFault.BAD_CHECKSUM),
        (turned(GOOD, len(GOOD) - 1, 0), MbusFault.NO_STOP),
        (GOOD[:-1], MbusFault.BAD_LENGTH),
        (GOOD + b"\x00", MbusFault.BAD_LENGTH),
        (bytes.fromhex("1040fe3f16"), MbusFault.BAD_CHECKSUM),
    ],
)
def test_every_fault_has_its_name(raw, fault):
    with pytest.raises(FrameError) as caught:
        decode_mbus(raw)
    assert caught.value.fault == fault


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=1500), st.integers(1, 245), st.integers(1, 300))
def test_apdus_come_out_of_any_segments_in_any_pieces(apdu, size, piece):
    stream = b"".join(segments(apdu, size))
    splitter, joiner, got = MbusSplitter(), SegmentJoiner(), []
    for start in range(0, len(stream), piece):
        for found in splitter.feed(stream[start : start + piece]):
            assert isinstance(found, GoodMbus)
            got.append(joiner.take(found.frame))
    assert got[-1] == MbusApdu(apdu, 1, 103)
    assert got[:-1] == [None] * (len(got) - 1)
    assert splitter.reset() == b""


def test_a_lost_segment_drops_the_apdu_and_the_next_one_comes_whole():
    frames = [decode_mbus(raw) for raw in segments(bytes(600))]
    joiner = SegmentJoiner()
    assert joiner.take(frames[0]) is None
    assert joiner.take(frames[2]) is SegmentFault.WRONG_NUMBER
    assert [joiner.take(frame) for frame in frames][-1] == MbusApdu(bytes(600), 1, 103)
    assert joiner.take(frames[1]) is SegmentFault.WRONG_NUMBER


def test_what_is_no_segment_is_left_alone():
    joiner = SegmentJoiner()
    assert joiner.take(decode_mbus(long_frame(0x72, b"variable data"))) is None
    assert joiner.take(decode_mbus(b"\xe5")) is None
    assert joiner.take(decode_mbus(long_frame(0x00, b"\x01"))) is SegmentFault.NO_ADDRESSES


def test_memory_is_bounded():
    joiner = SegmentJoiner()
    for number in range(400):
        outcome = joiner.take(decode_mbus(long_frame(number & 0x0F, b"\x01\x67" + bytes(250))))
        if outcome is SegmentFault.APDU_TOO_LONG:
            break
    else:
        raise AssertionError("segments without end were kept")
    for source in range(40):
        joiner.take(decode_mbus(long_frame(0x00, bytes((source, 0x67)) + bytes(200))))
    assert len(joiner._partial) == 8


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=40) | st.just(GOOD) | st.just(b"\x68\xff\xff\x68"), max_size=10))
def test_noise_never_raises_and_a_good_frame_is_found_again(pieces):
    splitter, joiner = MbusSplitter(), SegmentJoiner()
    for piece in pieces:
        for found in splitter.feed(piece):
            if isinstance(found, GoodMbus):
                joiner.take(found.frame)
        assert len(splitter._buffer) <= 261
    splitter.reset()  # a pause on the line
    assert splitter.feed(GOOD) == [GoodMbus(GOOD, decode_mbus(GOOD))]


def test_garbage_before_a_frame_is_reported_once():
    bad, good = MbusSplitter().feed(b"\x00\x01\x02" + GOOD)
    assert isinstance(bad, BadMbus)
    assert (bad.raw, bad.error.fault) == (b"\x00\x01\x02", MbusFault.BAD_START)
    assert isinstance(good, GoodMbus)


# ---------------------------------------------------------------- explained


def values(trees, name):
    return [child["value"] for tree in trees for child in tree["children"] if child["name"] == name]


def test_explained_with_the_apdu_inside():
    apdu = bytes.fromhex("0f0000000100") + bytes.fromhex("0600000001")
    result = explain(segments(apdu, 4))
    assert result.error is None
    assert [tree["value"] for tree in result.frames] == ["long"] * 3
    assert [tree["hex"] for tree in result.apdus] == [apdu.hex()]
    assert values(result.frames, "segment") == ["0", "1", "2, the last"]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([turned(GOOD, 8, 0)], "mbus-bad-checksum"),
        (segments(bytes(600))[:2], "the last segment of an APDU is missing"),
        (segments(bytes(600))[1:], "mbus-wrong-segment"),
        ([TELEGRAM[0][:40]], "mbus-bad-length"),
    ],
)
def test_what_is_wrong_is_said(items, words):
    assert words in (explain(items).error or "")
    assert explain(items, lang="es").error


# ---------------------------------------------------------------- constructed, for what nobody published


@pytest.mark.parametrize("item", CONSTRUCTED, ids=[item["id"] for item in CONSTRUCTED])
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_constructed_telegrams(item, piece):
    octets = b"".join(bytes.fromhex(text) for text in item["hex"])
    splitter, joiner, joined = MbusSplitter(), SegmentJoiner(), []
    for start in range(0, len(octets), piece):
        for found in splitter.feed(octets[start : start + piece]):
            assert isinstance(found, GoodMbus)
            whole = joiner.take(found.frame)
            assert whole is None or isinstance(whole, MbusApdu)
            joined += [] if whole is None else [whole]
    assert not joiner.is_unfinished
    assert sorted(one.apdu.hex() for one in joined) == item["apdus_hex"]
    assert all(item["source"] in (None, one.source) for one in joined)
    assert {one.destination for one in joined} == {item["destination"]}


@pytest.mark.parametrize("item", CONSTRUCTED, ids=[item["id"] for item in CONSTRUCTED])
def test_constructed_telegrams_are_explained(item):
    result = explain([bytes.fromhex(text) for text in item["hex"]])
    assert result.error is None
    assert sorted(tree["hex"] for tree in result.apdus) == item["apdus_hex"]


def test_the_constructed_ciphered_one_opens_with_its_keys():
    (item,) = [item for item in CONSTRUCTED if "keys" in item]
    (apdu,) = (bytes.fromhex(text) for text in item["apdus_hex"])
    _form, _plain_tag, title, sealed = disclose(apdu)
    keys = {name: bytes.fromhex(text) for name, text in item["keys"].items()}
    plain = Cipher(keys["guek"], keys["gak"]).open(title, sealed)
    assert plain.hex() == item["plain_hex"]
    assert isinstance(decode_apdu(plain), DataNotification)
