"""The HDLC data link, frame by frame (ATS_DL)."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import must_answer
from conformance.bench.hdlc_wire import HdlcWire, broken_fcs, broken_hcs
from conformance.text import Text
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.parameters import decode_parameters

HDLC = pytest.mark.needs("framing:hdlc", "association:public")

#: SNRM proposing information fields of 128 octets and windows of one frame.
_PARAMETERS = bytes.fromhex("818014050200800602008007040000000108040000 0001".replace(" ", ""))


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/HDLC_FRAME_P1/connect",
    title=Text("Conectar y desconectar", "Connect and disconnect"),
    stimulus=Text("DISC, SNRM, DISC, DISC.", "DISC, SNRM, DISC, DISC."),
    requirement=Text("DM, UA, UA, DM.", "DM, UA, UA, DM."),
)
@clause("HDLC_FRAME_P1")
@HDLC
def test_connect(bench: Bench) -> None:
    wire = HdlcWire(bench)
    wire.ask(Kind.DISC)  # whatever was left from before
    for kind, due in ((Kind.DISC, Kind.DM), (Kind.SNRM, Kind.UA), (Kind.DISC, Kind.UA), (Kind.DISC, Kind.DM)):
        _check_answer(bench, wire, kind, due)


@case(
    id="dlms/HDLC_FRAME_N7/bad-hcs",
    title=Text("HCS errónea", "Wrong HCS"),
    stimulus=Text("Un SNRM con parámetros y la HCS alterada.", "An SNRM with parameters and an altered HCS."),
    requirement=Text("No se contesta; el SNRM bueno, sí.", "It is not answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N7")
@HDLC
def test_bad_hcs(bench: Bench) -> None:
    wire = HdlcWire(bench)
    wire.ask(Kind.DISC)
    _unanswered_then_good(bench, wire, broken_hcs(wire.frame(Kind.SNRM, _PARAMETERS)))


@case(
    id="dlms/HDLC_FRAME_N8/bad-fcs",
    title=Text("FCS errónea", "Wrong FCS"),
    stimulus=Text("Un SNRM con la FCS alterada; después DISC.", "An SNRM with an altered FCS; then DISC."),
    requirement=Text(
        "No se contesta ni conecta: DISC recibe DM.", "It is not answered and does not connect: DISC gets DM."
    ),
)
@clause("HDLC_FRAME_N8")
@HDLC
def test_bad_fcs(bench: Bench) -> None:
    wire = HdlcWire(bench)
    wire.ask(Kind.DISC)
    bench.check(wire.send(broken_fcs(wire.frame(Kind.SNRM))) is None, "no se contesta", "it is not answered")
    _check_answer(bench, wire, Kind.DISC, Kind.DM)


@case(
    id="dlms/HDLC_ADDRESS_N1/two-octet-client",
    title=Text("Cliente de dos octetos", "Two-octet client"),
    stimulus=Text(
        "Un SNRM cuya dirección de cliente lleva dos octetos.", "An SNRM whose client address has two octets."
    ),
    requirement=Text("No se contesta; el SNRM bueno, sí.", "It is not answered; the good SNRM is."),
)
@clause("HDLC_ADDRESS_N1")
@HDLC
def test_two_octet_client(bench: Bench) -> None:
    wire = HdlcWire(bench)
    wire.ask(Kind.DISC)
    _unanswered_then_good(bench, wire, wire.frame(Kind.SNRM, client_octets=2))


@case(
    id="dlms/HDLC_NDM2NRM_P1/information-field",
    title=Text("Negociación del campo de información", "Information field negotiation"),
    stimulus=Text("Un SNRM que propone 128 octetos.", "An SNRM that proposes 128 octets."),
    requirement=Text(
        "El UA no concede más de 128 en ningún sentido.", "The UA grants at most 128 either way."
    ),
)
@clause("HDLC_NDM2NRM_P1")
@HDLC
def test_information_field(bench: Bench) -> None:
    wire = HdlcWire(bench)
    wire.ask(Kind.DISC)
    answer = _check_answer(bench, wire, Kind.SNRM, Kind.UA, _PARAMETERS)
    granted = decode_parameters(answer.information)
    bench.measure("max_info", f"{granted.max_info_tx}/{granted.max_info_rx}", "octets")
    bench.check(
        max(granted.max_info_tx, granted.max_info_rx) <= 128, "concede 128 o menos", "it grants 128 or less"
    )
    wire.ask(Kind.DISC)


def _check_answer(bench: Bench, wire: HdlcWire, kind: Kind, due: Kind, information: bytes = b"") -> Frame:
    """Send a good frame; its answer must be of the kind that is due, and silence proves nothing."""
    answer = wire.ask(kind, information)
    must_answer(bench, answer)
    assert answer is not None
    bench.check(
        answer.kind is due,
        f"{kind.value} recibe {due.value} ({answer.kind.value})",
        f"{kind.value} gets {due.value} ({answer.kind.value})",
    )
    return answer


def _unanswered_then_good(bench: Bench, wire: HdlcWire, bad: bytes) -> None:
    bench.check(wire.send(bad) is None, "no se contesta", "it is not answered")
    _check_answer(bench, wire, Kind.SNRM, Kind.UA)
    wire.ask(Kind.DISC)
