# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""ATS_DL, frames and addresses: connecting, times, and what must be met with silence."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.hdlc import (
    DISC,
    FLAG,
    INACTIVITY,
    INTER_OCTET,
    RR,
    SNRM,
    UNKNOWN,
    HdlcWire,
    broken_fcs,
    broken_hcs,
    hdlc_wire,
    make_frame,
    must_be,
    must_be_silent,
    must_connect,
    parameters,
    ready_control,
    setup_value,
    unanswered_then_good,
)
from i18n import Message

# ---- ATS_DL, frames: connecting, times, and frames that must not be answered.

HDLC = pytest.mark.needs("framing:hdlc", "association:public")

#: Margin over a time-out of the device.
_MARGIN_S = 2.0
_MS_PER_S = 1000
#: RR frames that fill up whatever a half frame announced.
_MORE_TRIES = 4
_WRONG_TYPES = (0x0, 0x9, 0xB, 0xF)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/HDLC_FRAME_P1/connect",
    title=Message("Connect and disconnect"),
    stimulus=Message("DISC, SNRM, RR, DISC, DISC."),
    requirement=Message("DM, UA with parameters, RR with F, UA, DM."),
)
@clause("HDLC_FRAME_P1")
@HDLC
def test_connect(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_be(bench, wire.ask(DISC), Message("DISC"), "DM")
        answer = must_be(bench, wire.ask(SNRM), Message("SNRM"), "UA")
        if not answer.information:
            bench.not_strictly(Message("the UA carries no parameters"))
        ready = must_be(bench, wire.ask(RR), Message("RR"), "RR")
        bench.check(
            ready.control == ready_control(0),
            Message("control 11: N(R) 0 and F ({control:02x})", control=ready.control),
        )
        must_be(bench, wire.ask(DISC), Message("DISC"), "UA")
        must_be(bench, wire.ask(DISC), Message("DISC"), "DM")


@case(
    id="dlms/HDLC_FRAME_P2/inter-octet",
    title=Message("Inter-octet time-out"),
    stimulus=Message("Half a frame, a pause longer than the inter-octet time-out, and a good RR."),
    requirement=Message("The half frame is forgotten: the RR is answered."),
)
@clause("HDLC_FRAME_P2")
@HDLC
def test_inter_octet(bench: Bench) -> None:
    time_out_s = setup_value(bench, INTER_OCTET) / _MS_PER_S
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        half = wire.frame(SNRM, parameters(128, 1))[:9]
        must_be_silent(bench, wire.send(half))
        bench.clock.wait(time_out_s + _MARGIN_S)
        reply = wire.ask(RR)
        if not reply.raw:
            # Silence by itself says nothing: a device that answers a later one was waiting for the rest.
            late = [wire.ask(RR) for _ in range(_MORE_TRIES)]
            bench.check(
                not any(later.raw for later in late),
                Message("the half frame does not swallow the next one"),
            )
        must_be(bench, reply, Message("RR"), "RR")


@case(
    id="dlms/HDLC_FRAME_P3/inactivity",
    title=Message("Inactivity time-out"),
    stimulus=Message("Connect, stay silent longer than the inactivity time-out, and DISC."),
    requirement=Message("The link fell: DISC gets DM. Before that time it stands."),
)
@clause("HDLC_FRAME_P3")
@HDLC
def test_inactivity(bench: Bench) -> None:
    time_out_s = setup_value(bench, INACTIVITY)
    if not time_out_s:
        raise bench.not_applicable(Message("no inactivity time-out"))
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        bench.clock.wait(time_out_s / 2)
        must_be(bench, wire.ask(RR), Message("RR at half the time"), "RR")
        bench.stimulus(Message("silence of {time_out_s:g} s and more", time_out_s=time_out_s))
        bench.clock.wait(time_out_s + _MARGIN_S)
        must_be(bench, wire.ask(DISC), Message("DISC"), "DM")


@case(
    id="dlms/HDLC_FRAME_N1/missing-flags",
    title=Message("Missing flags"),
    stimulus=Message("An SNRM without opening flag, without closing flag, without both."),
    requirement=Message("None is answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N1")
@HDLC
def test_missing_flags(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        whole = wire.frame(SNRM)
        _unanswered_each_after_a_pause(bench, wire, whole[1:], whole[:-1], whole[1:-1])


@case(
    id="dlms/HDLC_FRAME_N2/too-short",
    title=Message("Frame too short"),
    stimulus=Message("An SNRM that lacks octets."),
    requirement=Message("It is not answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N2")
@HDLC
def test_too_short(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        whole, flag = wire.frame(SNRM), bytes((FLAG,))
        _unanswered_each_after_a_pause(bench, wire, whole[:5] + flag, whole[:-3] + flag, flag + flag)


@case(
    id="dlms/HDLC_FRAME_N3/format-type",
    title=Message("Format type"),
    stimulus=Message("An SNRM of format type 0, 9, B and F, with right check sequences."),
    requirement=Message("None is answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N3")
@HDLC
def test_format_type(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        bad = [make_frame(SNRM, wire.destination, wire.source, format_type=wrong) for wrong in _WRONG_TYPES]
        unanswered_then_good(bench, wire, *bad)


@case(
    id="dlms/HDLC_FRAME_N4/length",
    title=Message("Length field"),
    stimulus=Message(
        "An SNRM whose length field says less and more than there is, with right check sequences."
    ),
    requirement=Message("None is answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N4")
@HDLC
def test_length(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        true = len(wire.frame(SNRM)) - 2
        bad = [
            make_frame(SNRM, wire.destination, wire.source, length=length)
            for length in (0, true - 1, true + 1, 0x7FF)
        ]
        _unanswered_each_after_a_pause(bench, wire, *bad)


@case(
    id="dlms/HDLC_FRAME_N5/unknown-control",
    title=Message("Unknown control field"),
    stimulus=Message("While connected, a frame with control FF."),
    requirement=Message("FRMR or silence; then an SNRM connects."),
)
@clause("HDLC_FRAME_N5")
@HDLC
def test_unknown_control(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        reply = wire.ask(UNKNOWN)
        if reply.raw:
            must_be(bench, reply, Message("control FF"), "FRMR")
        must_connect(bench, wire)


@case(
    id="dlms/HDLC_FRAME_N7/bad-hcs",
    title=Message("Wrong HCS"),
    stimulus=Message("An SNRM with parameters and an altered HCS."),
    requirement=Message("It is not answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N7")
@HDLC
def test_bad_hcs(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        unanswered_then_good(bench, wire, broken_hcs(wire.frame(SNRM, parameters(128, 1))))


@case(
    id="dlms/HDLC_FRAME_N8/bad-fcs",
    title=Message("Wrong FCS"),
    stimulus=Message("An SNRM with an altered FCS; then DISC."),
    requirement=Message("It is not answered and does not connect: DISC gets DM."),
)
@clause("HDLC_FRAME_N8")
@HDLC
def test_bad_fcs(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_be_silent(bench, wire.send(broken_fcs(wire.frame(SNRM))))
        must_be(bench, wire.ask(DISC), Message("DISC"), "DM")


def _unanswered_each_after_a_pause(bench: Bench, wire: HdlcWire, *bad: bytes) -> None:
    """As `unanswered_then_good`, with pauses around each.

    Before it, so that the last frame's closing flag does not open this one; after it, so that the device
    gives up waiting for its rest.
    """
    for raw in bad:
        bench.clock.wait(_MARGIN_S)
        must_be_silent(bench, wire.send(raw))
        bench.clock.wait(_MARGIN_S)
        must_connect(bench, wire)
        must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


# ---- ATS_DL, addresses: the declared structure is served, every other is met with silence.

_GOOD_AFTER = Message("It is not answered; the good SNRM is.")


@case(
    id="dlms/HDLC_ADDRESS_P1/declared",
    title=Message("Address in the declared structure"),
    stimulus=Message("SNRM to the declared address."),
    requirement=Message("UA from that same address, in the same form, to the client that asked."),
)
@clause("HDLC_ADDRESS_P1")
@HDLC
def test_declared(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        answer = must_be(bench, wire.ask(SNRM), Message("SNRM"), "UA")
        bench.check(
            (answer.destination, answer.source) == (wire.source, wire.destination),
            Message(
                "{source} answers {destination}",
                source=answer.source.hex(),
                destination=answer.destination.hex(),
            ),
        )
        must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


@case(
    id="dlms/HDLC_ADDRESS_N1/two-octet-client",
    title=Message("Two-octet client"),
    stimulus=Message("An SNRM whose client address has two octets."),
    requirement=_GOOD_AFTER,
)
@clause("HDLC_ADDRESS_N1")
@HDLC
def test_two_octet_client(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        unanswered_then_good(bench, wire, make_frame(SNRM, wire.destination, b"\x00" + wire.source))


@case(
    id="dlms/HDLC_ADDRESS_N4/unknown-destination",
    title=Message("Unknown destination"),
    stimulus=Message("An SNRM to another logical device, and one to another physical device."),
    requirement=Message("None is answered; the good SNRM is."),
)
@clause("HDLC_ADDRESS_N4")
@HDLC
def test_unknown_destination(bench: Bench) -> None:
    link = bench.statement.link
    with hdlc_wire(bench) as wire:
        size = link.address_bytes
        strangers = [wire.address(size, upper=_another(link.server_sap))]
        if size > 1:
            strangers.append(wire.address(size, lower=_another(link.physical_address)))
        bad = [make_frame(SNRM, stranger, wire.source) for stranger in strangers]
        unanswered_then_good(bench, wire, *bad)


@case(
    id="dlms/HDLC_ADDRESS_N6/one-octet",
    title=Message("One-octet destination"),
    stimulus=Message("An SNRM with a destination of one octet, where two or four are declared."),
    requirement=_GOOD_AFTER,
)
@clause("HDLC_ADDRESS_N6")
@HDLC
def test_one_octet(bench: Bench) -> None:
    if bench.statement.link.address_bytes == 1:
        raise bench.not_applicable(Message("the declared form has one octet"))
    with hdlc_wire(bench) as wire:
        unanswered_then_good(bench, wire, make_frame(SNRM, wire.address(1), wire.source))


@case(
    id="dlms/HDLC_ADDRESS_N7/three-and-five-octets",
    title=Message("Destination of three or five octets"),
    stimulus=Message("An SNRM with a destination of three octets, and one of five."),
    requirement=Message("None is answered; the good SNRM is."),
)
@clause("HDLC_ADDRESS_N7")
@HDLC
def test_three_and_five_octets(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        bad = [make_frame(SNRM, wire.address(size), wire.source) for size in (3, 5)]
        unanswered_then_good(bench, wire, *bad)


def _another(part: int) -> int:
    """A part of an address that is not `part`, nor one of the reserved ones."""
    return part + 1 if part < 0x70 else part - 1
