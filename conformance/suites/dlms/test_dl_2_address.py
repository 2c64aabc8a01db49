"""ATS_DL, addresses: the declared structure is served, every other is met with silence."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.hdlc_raw import DISC, SNRM, make_frame
from conformance.bench.hdlc_wire import hdlc_wire, must_be, unanswered_then_good
from conformance.text import Text

HDLC = pytest.mark.needs("framing:hdlc", "association:public")

_GOOD_AFTER = Text("No se contesta; el SNRM bueno, sí.", "It is not answered; the good SNRM is.")


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/HDLC_ADDRESS_P1/declared",
    title=Text("Dirección en la estructura declarada", "Address in the declared structure"),
    stimulus=Text("SNRM a la dirección declarada.", "SNRM to the declared address."),
    requirement=Text(
        "UA desde esa misma dirección, en la misma forma, al cliente que preguntó.",
        "UA from that same address, in the same form, to the client that asked.",
    ),
)
@clause("HDLC_ADDRESS_P1")
@HDLC
def test_declared(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        answer = must_be(bench, wire.ask(SNRM), "SNRM", "SNRM", "UA")
        bench.check(
            (answer.destination, answer.source) == (wire.source, wire.destination),
            f"contesta {answer.source.hex()} a {answer.destination.hex()}",
            f"{answer.source.hex()} answers {answer.destination.hex()}",
        )
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")


@case(
    id="dlms/HDLC_ADDRESS_N1/two-octet-client",
    title=Text("Cliente de dos octetos", "Two-octet client"),
    stimulus=Text(
        "Un SNRM cuya dirección de cliente lleva dos octetos.", "An SNRM whose client address has two octets."
    ),
    requirement=_GOOD_AFTER,
)
@clause("HDLC_ADDRESS_N1")
@HDLC
def test_two_octet_client(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        unanswered_then_good(bench, wire, make_frame(SNRM, wire.destination, b"\x00" + wire.source))


@case(
    id="dlms/HDLC_ADDRESS_N4/unknown-destination",
    title=Text("Destino desconocido", "Unknown destination"),
    stimulus=Text(
        "Un SNRM a otro dispositivo lógico y otro a otro dispositivo físico.",
        "An SNRM to another logical device, and one to another physical device.",
    ),
    requirement=Text("Ninguno se contesta; el SNRM bueno, sí.", "None is answered; the good SNRM is."),
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
    title=Text("Destino de un octeto", "One-octet destination"),
    stimulus=Text(
        "Un SNRM con destino de un octeto, cuando se declaran dos o cuatro.",
        "An SNRM with a destination of one octet, where two or four are declared.",
    ),
    requirement=_GOOD_AFTER,
)
@clause("HDLC_ADDRESS_N6")
@HDLC
def test_one_octet(bench: Bench) -> None:
    if bench.statement.link.address_bytes == 1:
        raise bench.not_applicable("la forma declarada es la de un octeto", "the declared form has one octet")
    with hdlc_wire(bench) as wire:
        unanswered_then_good(bench, wire, make_frame(SNRM, wire.address(1), wire.source))


@case(
    id="dlms/HDLC_ADDRESS_N7/three-and-five-octets",
    title=Text("Destino de tres o cinco octetos", "Destination of three or five octets"),
    stimulus=Text(
        "Un SNRM con destino de tres octetos y otro de cinco.",
        "An SNRM with a destination of three octets, and one of five.",
    ),
    requirement=Text("Ninguno se contesta; el SNRM bueno, sí.", "None is answered; the good SNRM is."),
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
