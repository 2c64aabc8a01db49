# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""ATS_DL, connections: what UA grants, whole and segmented APDUs, wrong numbers, too much information."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.hdlc import (
    DEFAULT_INFORMATION,
    DISC,
    LLC_REQUEST,
    FrameSeen,
    Granted,
    HdlcWire,
    hdlc_wire,
    information_control,
    must_be,
    must_connect,
    parameters,
    ready_control,
)
from conformance.bench.raw_apdu import AarqShape, get_request, read_aare
from i18n import Message

# ---- ATS_DL, from NDM to NRM: what UA grants, and that the device keeps to it.

HDLC = pytest.mark.needs("framing:hdlc", "association:public")

#: information fields to propose, the longest of all first
_SIZES = (2030, 512, 128, 64, 32)
_WINDOWS = (7, 4, 2, 1)
#: answers in a row that show what window the device keeps; the rest of the reading is not needed
_BURSTS = 4
#: small enough that the answer to one GET needs several windows
_SMALL = 32
#: the current association's object list: the longest attribute that every device has
_OBJECT_LIST = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/HDLC_NDM2NRM_P1/information-field",
    title=Message("Information field negotiation"),
    stimulus=Message("SNRMs that propose 2030 to 32 octets; after each, a segment as long as is granted."),
    requirement=Message("The UA grants no more than was proposed either way, and what it grants is taken."),
)
@clause("HDLC_NDM2NRM_P1")
@HDLC
def test_information_field(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        for size in _SIZES:
            granted = must_connect(bench, wire, parameters(size, 1))
            shown = f"{granted.info_tx}/{granted.info_rx}"
            bench.measure(f"max_info {size}", shown, "octets")
            bench.check(
                0 < granted.info_tx <= size and 0 < granted.info_rx <= size,
                Message("it grants {shown}, at most {size}", shown=shown, size=size),
            )
            _send_as_long_as_granted(bench, wire, granted.info_rx)
            must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


def _send_as_long_as_granted(bench: Bench, wire: HdlcWire, size: int) -> None:
    """The first segment of something that is never finished: it must be acknowledged."""
    segment = (LLC_REQUEST + bytes(size))[:size]
    reply = wire.ask(information_control(0, 0), segment, segmented=True)
    ready = must_be(bench, reply, Message("a segment of {size} octets", size=size), "RR")
    bench.check(ready.n_r == 1, Message("it is acknowledged (N(R) {n_r})", n_r=ready.n_r))


@case(
    id="dlms/HDLC_NDM2NRM_P2/window",
    title=Message("Window negotiation"),
    stimulus=Message(
        "SNRMs with windows of 7, 4, 2 and 1; after each, a reading that does not fit into one."
    ),
    requirement=Message(
        "The UA grants no more than was proposed, nor does the device send more I-frames unconfirmed."
    ),
)
@clause("HDLC_NDM2NRM_P2")
@HDLC
def test_window(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        for window in _WINDOWS:
            granted = must_connect(bench, wire, parameters(_SMALL, window))
            shown = f"{granted.window_tx}/{granted.window_rx}"
            bench.measure(f"window {window}", shown, "frames")
            bench.check(
                0 < granted.window_tx <= window and 0 < granted.window_rx <= window,
                Message("it grants {shown}, at most {window}", shown=shown, window=window),
            )
            _read_in_windows(bench, wire, granted)
            must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


def _read_in_windows(bench: Bench, wire: HdlcWire, granted: Granted) -> None:
    aare = wire.request(AarqShape().to_bytes(), granted.info_rx)
    seen = read_aare(aare or b"")
    if seen is None or not seen.accepted:
        raise bench.inconclusive(Message("there is no public association"))
    reply = wire.ask(information_control(wire.v_s, wire.v_r), LLC_REQUEST + _OBJECT_LIST)
    wire.v_s += 1
    longest = 0
    for _ in range(_BURSTS):
        burst = [frame for frame in reply.frames if frame.name == "I"]
        longest = max(longest, len(burst))
        if any(len(frame.information) > granted.info_tx for frame in burst):
            bench.check(False, Message("no information field exceeds what was granted"))
        wire.v_r += len(burst)
        if not burst or not burst[-1].segmented or longest > granted.window_tx:
            break
        reply = wire.ask(ready_control(wire.v_r))
    bench.measure("longest burst", longest, "frames")
    bench.check(
        longest <= granted.window_tx,
        Message(
            "it sends {longest} frames in a row, at most {window_tx}",
            longest=longest,
            window_tx=granted.window_tx,
        ),
    )


@case(
    id="dlms/HDLC_NDM2NRM_P1/defaults",
    title=Message("No proposal"),
    stimulus=Message("An SNRM without parameters."),
    requirement=Message("The UA grants at most the defaults: 128 octets and a window of 1."),
)
@clause("HDLC_NDM2NRM_P1")
@HDLC
def test_defaults(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        granted = must_connect(bench, wire)
        bench.check(
            max(granted.info_tx, granted.info_rx) <= DEFAULT_INFORMATION
            and max(granted.window_tx, granted.window_rx) == 1,
            Message("it grants the defaults or less"),
        )
        must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


# ---- ATS_DL, information transfer: whole and segmented APDUs, wrong numbers, too much of it.

_AARQ = LLC_REQUEST + AarqShape().to_bytes()
#: octets of a segment in the published case: the AARQ takes several
_SEGMENT = 20
_WRONG_N_R = 0x31
_WRONG_N_S = 0x12
_NOT_READY = 0x15
_FRMR_SIZE = 3


@case(
    id="dlms/HDLC_INFO_P1/exchange",
    title=Message("I-frame exchange"),
    stimulus=Message("An AARQ in one I-frame; again, in segments."),
    requirement=Message("Each segment is acknowledged; both times the AARE comes and accepts."),
)
@clause("HDLC_INFO_P1")
@HDLC
def test_exchange(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        for size in (None, _SEGMENT):
            must_connect(bench, wire)
            _check_accepted(bench, wire.request(AarqShape().to_bytes(), size))
            must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


@case(
    id="dlms/HDLC_INFO_N1/too-long",
    title=Message("Information field too long"),
    stimulus=Message("An I-frame with more octets than were granted."),
    requirement=Message("FRMR; then an SNRM connects."),
)
@clause("HDLC_INFO_N1")
@HDLC
def test_too_long(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        granted = must_connect(bench, wire)
        long = LLC_REQUEST + bytes(granted.info_rx + 1 - len(LLC_REQUEST))
        reply = wire.ask(information_control(0, 0), long)
        answer = must_be(bench, reply, Message("{count} octets", count=len(long)), "FRMR")
        _note_reason(bench, answer)
        must_connect(bench, wire)


@case(
    id="dlms/HDLC_INFO_N2/wrong-n-r",
    title=Message("Wrong N(R)"),
    stimulus=Message("Just connected, RR with N(R) 1 (control 31)."),
    requirement=Message("FRMR; then an SNRM connects."),
)
@clause("HDLC_INFO_N2")
@HDLC
def test_wrong_n_r(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        answer = must_be(bench, wire.ask(_WRONG_N_R), Message("control 31"), "FRMR")
        _note_reason(bench, answer)
        must_connect(bench, wire)


@case(
    id="dlms/HDLC_INFO_N3/wrong-n-s",
    title=Message("Wrong N(S)"),
    stimulus=Message("Just connected, an AARQ with N(S) 1 (control 12); then the same with N(S) 0."),
    requirement=Message("RR with N(R) 0 (control 11) and nothing else; the second gets its AARE."),
)
@clause("HDLC_INFO_N3")
@HDLC
def test_wrong_n_s(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        answer = must_be(bench, wire.ask(_WRONG_N_S, _AARQ), Message("control 12"), "RR", "REJ")
        if answer.name == "REJ":
            bench.not_strictly(Message("it asks again with REJ"))
        bench.check(answer.n_r == 0, Message("it expects N(S) 0 ({n_r})", n_r=answer.n_r))
        _check_accepted(bench, wire.request(AarqShape().to_bytes()))


@case(
    id="dlms/HDLC_NDMOP_N1/information-in-ndm",
    title=Message("I-frame without connection"),
    stimulus=Message("While disconnected, an AARQ in an I-frame."),
    requirement=Message("DM."),
)
@clause("HDLC_NDMOP_N1")
@HDLC
def test_information_in_ndm(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_be(bench, wire.ask(information_control(0, 0), _AARQ), Message("the I-frame"), "DM")
        must_connect(bench, wire)


# ---------------------------------------------------------------- our own cases


@case(
    id="dlms/HDLC_SEGMENTS/small-frames",
    title=Message("AARQ in small frames"),
    stimulus=Message("With 32, 16 and 8 octets negotiated, an AARQ in frames of that size."),
    requirement=Message("The whole AARE comes, in frames that do not exceed what was granted."),
)
@clause("HDLC_SEGMENTS")
@HDLC
def test_small_frames(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        for size in (32, 16, 8):
            granted = must_connect(bench, wire, parameters(size, 1))
            wire.longest = 0
            _check_accepted(bench, wire.request(AarqShape().to_bytes(), granted.info_rx))
            bench.check(
                wire.longest <= granted.info_tx,
                Message(
                    "its frames carry {longest} octets, of {info_tx}",
                    longest=wire.longest,
                    info_tx=granted.info_tx,
                ),
            )
            must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


@case(
    id="dlms/HDLC_DUPLICATE/not-twice",
    title=Message("Repeated I-frame"),
    stimulus=Message("An AARQ, and the same frame again, as if its answer had been lost."),
    requirement=Message(
        "It is not delivered twice: the repeated answer carries the same numbers, and then all goes on."
    ),
)
@clause("HDLC_DUPLICATE")
@HDLC
def test_not_twice(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        control = information_control(0, 0)
        first = must_be(bench, wire.ask(control, _AARQ), Message("the AARQ"), "I")
        again = must_be(bench, wire.ask(control, _AARQ), Message("the repetition"), "I", "RR", "REJ")
        _check_same(bench, first, again)
        ready = must_be(bench, wire.ask(ready_control(1)), Message("RR"), "RR")
        bench.check(ready.n_r == 1, Message("N(R) is still 1 ({n_r})", n_r=ready.n_r))


@case(
    id="dlms/HDLC_BUSY/not-ready",
    title=Message("Client not ready"),
    stimulus=Message("An AARQ that is not polled, RNR, and then RR."),
    requirement=Message("No I-frame while the client is not ready; with RR the AARE comes."),
)
@clause("HDLC_BUSY")
@HDLC
def test_not_ready(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        raw = wire.frame(information_control(0, 0, poll=False), _AARQ)
        bench.check(not wire.send(raw).raw, Message("without P it does not answer"))
        must_be(bench, wire.ask(_NOT_READY), Message("RNR"), "RR")
        reply = wire.ask(ready_control(0))
        must_be(bench, reply, Message("RR"), "I")
        _check_accepted(bench, wire.collect(reply)[len(LLC_REQUEST) :])


def _check_same(bench: Bench, first: FrameSeen, again: FrameSeen) -> None:
    bench.check(again.n_r == 1, Message("N(R) is still 1 ({n_r})", n_r=again.n_r))
    if again.name == "I":
        bench.check(
            (again.n_s, again.information) == (first.n_s, first.information),
            Message("it is the same answer (N(S) {n_s})", n_s=again.n_s),
        )


def _check_accepted(bench: Bench, aare: bytes | None) -> None:
    seen = read_aare(aare or b"")
    bench.check(
        seen is not None and seen.accepted,
        Message("the AARE comes and accepts the association"),
    )


def _note_reason(bench: Bench, frmr: FrameSeen) -> None:
    """Contents of an FRMR are recorded, not judged."""
    if len(frmr.information) == _FRMR_SIZE:
        bench.measure("FRMR reason", f"{frmr.information[2]:02x}", "bits")
