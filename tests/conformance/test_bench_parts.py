"""The small parts of the bench, each by itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bench.hdlc import broken_fcs, broken_hcs
from conformance.bench.mint import Mint, TidSource, change_tokens, other_revision
from conformance.bench.outcome import CaseFails, CaseInconclusive, verdict_of
from conformance.bench.raw_apdu import GET_LDN, AarqShape, AuthenticationShape, read_aare
from conformance.bench.token_entry import from_display, from_status
from conformance.recorder import MAX_FRAMES, Recorder, summarise
from conformance.targets import load
from conformance.verdicts import Verdict
from i18n import Message
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import FrameError
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame
from protocols.sts.identity import BaseDate
from protocols.sts.token import TransferCredit, decode_token

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ("RECHAZADO UsedError", {"UsedError"}),
        ("Accept: +1.0 kWh", {"Accept"}),
        ("RECHAZADO TOKEN YA USADO", {"UsedError"}),
        ("token viejo", {"OldError"}),
        ("???", set()),
    ],
)
def test_a_display_is_understood_by_bare_names_and_by_the_target_file(shown: str, names: set[str]):
    known = {"TOKEN": "CRCError", "TOKEN YA USADO": "UsedError", "TOKEN VIEJO": "OldError"}
    assert from_display(shown, known).names == names


def test_a_gateway_status_is_coarse_until_its_description_says_more():
    coarse = from_status(6)
    assert coarse.refused
    assert coarse.may_be("UsedError")
    assert coarse.may_be("OldError")
    assert from_status(6, ["UsedError"]).names == {"UsedError"}
    assert from_status(6, ["Accept"]).refused, "a description that contradicts the status is not believed"
    assert from_status(3).accepted
    unknown = from_status(8)
    assert not unknown.accepted
    assert not unknown.refused


# ---------------------------------------------------------------- mint


def test_tids_rise_from_the_devices_minute_and_leave_out_the_reserved_one():
    tids = TidSource(lambda: MIDNIGHT, BaseDate.Y2014)
    assert [tids.next() % 1440 for _ in range(3)] == [0, 2, 3]


def test_a_tid_that_was_refused_may_be_given_again_only_if_it_was_the_last():
    tids = TidSource(lambda: MIDNIGHT, BaseDate.Y2014)
    first = tids.next()
    second = tids.next()
    tids.give_back(first)
    assert tids.next() == second + 1
    tids.give_back(second + 1)
    assert tids.next() == second + 1
    tids.leap(100)
    assert tids.next() == second + 102


def test_no_tid_is_left_at_the_end_of_a_base_date():
    tids = TidSource(lambda: datetime(2045, 11, 24, 20, 15, tzinfo=UTC), BaseDate.Y2014)
    tids.leap(1)
    with pytest.raises(CaseInconclusive):
        tids.next()


@pytest.fixture
def mint() -> Mint:
    section = load(None, seed=1).statement.sts
    assert section is not None
    return Mint(section, lambda: MIDNIGHT)


def test_a_minted_token_decodes_under_the_devices_key_only(mint: Mint):
    token = TransferCredit(0, 5, mint.tids.next(), 10)
    digits = mint.token(token)
    assert decode_token(digits, mint.register.key()).token == token
    assert not decode_token(digits, mint.register.varied(sgc="123457").key()).crc_ok
    assert decode_token(mint.token(token, other_revision(mint.register)), mint.register.key()).token is None


def test_a_key_change_is_four_tokens_for_the_wide_key_and_two_for_the_narrow_one(mint: Mint):
    assert len(change_tokens(mint.register, other_revision(mint.register))) == 4
    narrow = mint.register.section.model_copy(update={"ea": "07"})
    register = mint.register.varied(section=narrow)
    assert len(change_tokens(register, other_revision(register))) == 2
    assert other_revision(register.varied(krn=9)).krn == 1


def test_no_key_is_shown(mint: Mint):
    assert "ABABABAB" not in repr(mint.register.key()).upper()
    assert mint.register.key().value.hex() not in repr(mint.register)


# ---------------------------------------------------------------- raw APDUs


def test_the_hand_made_aarq_is_the_published_example():
    shape = AarqShape(conformance=bytes.fromhex("60fe9f"), max_pdu=11)
    published = (
        "601DA109060760857405080101BE10040E01000000065F1F040060FE9F000B"  # GXDLMSDirector, APPL_OPEN_14
    )
    assert shape.to_bytes().hex().upper() == published


@pytest.mark.parametrize(
    "shape",
    [
        AarqShape(),
        AarqShape(authentication=AuthenticationShape(b"12345678")),
        AarqShape(protocol_version=(2, 0x84)),
    ],
)
def test_the_codec_under_test_reads_the_hand_made_aarq(shape: AarqShape):
    assert decode_apdu(shape.to_bytes()).name == "aarq"
    assert decode_apdu(GET_LDN).name == "get-request-normal"


def test_an_aare_is_read():
    accepted = read_aare(
        bytes.fromhex(
            "6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f0400001e1d04000007"
        )
    )
    assert accepted is not None
    assert (accepted.result, accepted.diagnostic) == (0, (1, 0))
    assert accepted.user_information[:2].hex() == "0800"
    rejected = read_aare(bytes.fromhex("611fa109060760857405080101a203020101a305a10302010dbe0604040e010601"))
    assert rejected is not None
    assert (rejected.result, rejected.diagnostic) == (1, (1, 13))


@given(st.binary(max_size=60))
def test_reading_an_aare_never_stumbles_over_noise(raw: bytes):
    read_aare(raw)
    read_aare(b"\x61" + raw)
    assert isinstance(summarise(raw), str)


# ---------------------------------------------------------------- broken frames


def snrm(information: bytes = b"") -> bytes:
    return Frame(HdlcAddress(1, 17, 4), HdlcAddress(16), Control(Kind.SNRM), information).to_bytes()


def test_a_broken_check_sequence_is_the_only_thing_wrong():
    for broken, fault in ((broken_fcs(snrm()), "bad-fcs"), (broken_hcs(snrm(b"\x81\x80\x00")), "bad-hcs")):
        with pytest.raises(FrameError) as caught:
            decode_frame(broken)
        assert caught.value.fault == fault


# ---------------------------------------------------------------- recorder, endings


def test_what_is_seen_claims_its_frames_and_what_is_done_does_not():
    recorder = Recorder(lambda: 1.5)
    recorder.frame("tx", b"\x01")
    recorder.step("stimulus", Message("a"))
    recorder.frame("tx", b"\x02")
    recorder.frame("rx", b"\x03")
    recorder.step("observation", Message("b"))
    recorder.step("check", Message("c"), True)
    spans = [(step.frame_from, step.frame_to) for step in recorder.steps()]
    assert spans == [(None, None), (1, 3), (None, None)]
    assert recorder.frames[2].time_s == 1.5
    recorder.begin()
    assert (recorder.steps(), recorder.frames, recorder.measurements) == ((), (), ())


def test_a_record_is_bounded_and_says_what_it_dropped():
    recorder = Recorder(lambda: 0.0)
    for _ in range(MAX_FRAMES + 3):
        recorder.frame("rx", b"\x00")
    assert len(recorder.frames) == MAX_FRAMES
    assert recorder.steps()[-1].text.en == "3 more frames were not kept"


def test_work_between_cases_leaves_no_trace():
    recorder = Recorder(lambda: 0.0)
    recorder.step("note", Message("a"))
    with recorder.paused():
        recorder.step("note", Message("b"))
        recorder.frame("tx", b"\x00")
    assert [step.text.en for step in recorder.steps()] == ["a"]
    assert not recorder.frames


@pytest.mark.parametrize(
    ("raised", "verdict"),
    [
        (CaseFails(Message("b")), Verdict.FAILS),
        (ValueError("x"), Verdict.INCONCLUSIVE),
        (OSError(), Verdict.INCONCLUSIVE),
    ],
)
def test_only_an_ending_may_blame_the_device(raised: BaseException, verdict: Verdict):
    assert verdict_of(raised)[0] is verdict
    assert verdict_of(raised)[1].en
