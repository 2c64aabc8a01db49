from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress
from protocols.dlms.hdlc.splitter import BadFrame, FrameSplitter, GoodFrame

_frames = st.builds(
    Frame,
    st.just(HdlcAddress(1, 17, 2)),
    st.just(HdlcAddress(16)),
    st.integers(0, 255).map(Control.from_byte),
    st.binary(max_size=60) | st.just(b"\x7e" * 5),
    st.booleans(),
)
SNRM = Frame(HdlcAddress(1), HdlcAddress(16), Control(Kind.SNRM))


def good(found):
    return [one.frame for one in found if isinstance(one, GoodFrame)]


def reasons(found):
    return [one.error.fault for one in found if isinstance(one, BadFrame)]


@given(st.lists(_frames, max_size=4), st.booleans(), st.integers(1, 40))
def test_frames_come_out_however_they_are_cut(frames, shared, step):
    stream = b"".join(frame.to_bytes() for frame in frames)
    if shared:  # one flag closes a frame and opens the next
        stream = b"".join(frame.to_bytes()[:-1] for frame in frames) + b"\x7e"
    splitter = FrameSplitter()
    found = []
    for start in range(0, len(stream), step):
        found += splitter.feed(stream[start : start + step])
    assert good(found) == frames
    assert not reasons(found)
    assert not splitter.has_partial


@given(st.binary(max_size=120), _frames, _frames)
def test_back_in_step_after_garbage(garbage, first, second):
    splitter = FrameSplitter()
    # the longest frame that garbage can pretend to be, and then two good ones
    found = splitter.feed(garbage + b"\x00" * 2_100) + splitter.feed(first.to_bytes() + second.to_bytes())
    assert good(found)[-2:] == [first, second]


@given(st.binary(max_size=400))
def test_noise_never_raises_and_is_bounded(noise):
    splitter = FrameSplitter()
    for _ in range(20):
        splitter.feed(noise)
    assert len(splitter.reset()) <= 2_050


def test_a_flag_inside_the_fcs_does_not_cut_the_frame():
    raw = bytes.fromhex("7ea01b0300023c4752d551e6e700c401c10009060100202000ff7e8c7e")
    (found,) = FrameSplitter().feed(raw)
    assert isinstance(found, GoodFrame)
    assert found.raw == raw


def test_a_damaged_frame_costs_only_itself():
    damaged = bytearray(SNRM.to_bytes())
    damaged[5] ^= 0xFF
    found = FrameSplitter().feed(bytes(damaged) + SNRM.to_bytes())
    assert reasons(found) == ["bad-fcs"]
    assert good(found) == [SNRM]
    assert found[0].raw == bytes(damaged)


def test_a_length_that_swallows_the_next_frame_does_not_lose_it():
    liar = bytearray(SNRM.to_bytes())
    liar[2] = 0x10  # points into the frame that follows
    found = FrameSplitter().feed(bytes(liar) + SNRM.to_bytes() + SNRM.to_bytes())
    assert good(found) == [SNRM, SNRM]


def test_a_header_that_is_wrong_is_not_waited_out():
    raw = bytearray(Frame(HdlcAddress(1), HdlcAddress(16), Control(Kind.I), bytes(100)).to_bytes())
    raw[6] ^= 1
    splitter = FrameSplitter()
    found = splitter.feed(bytes(raw[:12]))
    assert reasons(found) == ["bad-hcs"]


def test_octets_between_frames_are_reported_once():
    found = FrameSplitter().feed(b"\x01\x02\x03" + SNRM.to_bytes() + b"\x04" + SNRM.to_bytes())
    assert good(found) == [SNRM, SNRM]
    assert "garbage" in reasons(found)


def test_missing_closing_flag():
    found = FrameSplitter().feed(SNRM.to_bytes()[:-1] + b"\x00")
    assert reasons(found) == ["no-closing-flag"]


def test_fill_flags_are_nothing():
    assert good(FrameSplitter().feed(b"\x7e" * 10 + SNRM.to_bytes() + b"\x7e" * 10)) == [SNRM]
