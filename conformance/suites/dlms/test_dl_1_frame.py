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
from conformance.text import Text

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
    title=Text("Conectar y desconectar", "Connect and disconnect"),
    stimulus=Text("DISC, SNRM, RR, DISC, DISC.", "DISC, SNRM, RR, DISC, DISC."),
    requirement=Text(
        "DM, UA con parámetros, RR con F, UA, DM.", "DM, UA with parameters, RR with F, UA, DM."
    ),
)
@clause("HDLC_FRAME_P1")
@HDLC
def test_connect(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "DM")
        answer = must_be(bench, wire.ask(SNRM), "SNRM", "SNRM", "UA")
        if not answer.information:
            bench.not_strictly("el UA no lleva parámetros", "the UA carries no parameters")
        ready = must_be(bench, wire.ask(RR), "RR", "RR", "RR")
        bench.check(
            ready.control == ready_control(0),
            f"control 11: N(R) 0 y F ({ready.control:02x})",
            f"control 11: N(R) 0 and F ({ready.control:02x})",
        )
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "DM")


@case(
    id="dlms/HDLC_FRAME_P2/inter-octet",
    title=Text("Tiempo entre octetos", "Inter-octet time-out"),
    stimulus=Text(
        "Media trama, una pausa mayor que el tiempo entre octetos, y un RR bueno.",
        "Half a frame, a pause longer than the inter-octet time-out, and a good RR.",
    ),
    requirement=Text(
        "La media trama se olvida: el RR se contesta.", "The half frame is forgotten: the RR is answered."
    ),
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
                "la media trama no se come la siguiente",
                "the half frame does not swallow the next one",
            )
        must_be(bench, reply, "RR", "RR", "RR")


@case(
    id="dlms/HDLC_FRAME_P3/inactivity",
    title=Text("Tiempo de inactividad", "Inactivity time-out"),
    stimulus=Text(
        "Conectar, callar más que el tiempo de inactividad, y DISC.",
        "Connect, stay silent longer than the inactivity time-out, and DISC.",
    ),
    requirement=Text(
        "El enlace cayó: DISC recibe DM. Antes de ese tiempo sigue en pie.",
        "The link fell: DISC gets DM. Before that time it stands.",
    ),
)
@clause("HDLC_FRAME_P3")
@HDLC
def test_inactivity(bench: Bench) -> None:
    time_out_s = setup_value(bench, INACTIVITY)
    if not time_out_s:
        raise bench.not_applicable("sin tiempo de inactividad", "no inactivity time-out")
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        bench.clock.wait(time_out_s / 2)
        must_be(bench, wire.ask(RR), "RR a la mitad", "RR at half the time", "RR")
        bench.stimulus(f"silencio de {time_out_s:g} s y más", f"silence of {time_out_s:g} s and more")
        bench.clock.wait(time_out_s + _MARGIN_S)
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "DM")


@case(
    id="dlms/HDLC_FRAME_N1/missing-flags",
    title=Text("Banderas que faltan", "Missing flags"),
    stimulus=Text(
        "Un SNRM sin bandera inicial, sin la final, sin ninguna.",
        "An SNRM without opening flag, without closing flag, without both.",
    ),
    requirement=Text("Ninguno se contesta; el SNRM bueno, sí.", "None is answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N1")
@HDLC
def test_missing_flags(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        whole = wire.frame(SNRM)
        _unanswered_each_after_a_pause(bench, wire, whole[1:], whole[:-1], whole[1:-1])


@case(
    id="dlms/HDLC_FRAME_N2/too-short",
    title=Text("Trama demasiado corta", "Frame too short"),
    stimulus=Text("Un SNRM al que le faltan octetos.", "An SNRM that lacks octets."),
    requirement=Text("No se contesta; el SNRM bueno, sí.", "It is not answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N2")
@HDLC
def test_too_short(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        whole, flag = wire.frame(SNRM), bytes((FLAG,))
        _unanswered_each_after_a_pause(bench, wire, whole[:5] + flag, whole[:-3] + flag, flag + flag)


@case(
    id="dlms/HDLC_FRAME_N3/format-type",
    title=Text("Tipo de formato", "Format type"),
    stimulus=Text(
        "Un SNRM de tipo de formato 0, 9, B y F, con sumas correctas.",
        "An SNRM of format type 0, 9, B and F, with right check sequences.",
    ),
    requirement=Text("Ninguno se contesta; el SNRM bueno, sí.", "None is answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N3")
@HDLC
def test_format_type(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        bad = [make_frame(SNRM, wire.destination, wire.source, format_type=wrong) for wrong in _WRONG_TYPES]
        unanswered_then_good(bench, wire, *bad)


@case(
    id="dlms/HDLC_FRAME_N4/length",
    title=Text("Campo de longitud", "Length field"),
    stimulus=Text(
        "Un SNRM cuyo campo de longitud dice menos y más de lo que hay, con sumas correctas.",
        "An SNRM whose length field says less and more than there is, with right check sequences.",
    ),
    requirement=Text("Ninguno se contesta; el SNRM bueno, sí.", "None is answered; the good SNRM is."),
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
    title=Text("Campo de control desconocido", "Unknown control field"),
    stimulus=Text("Conectado, una trama de control FF.", "While connected, a frame with control FF."),
    requirement=Text("FRMR o silencio; después un SNRM conecta.", "FRMR or silence; then an SNRM connects."),
)
@clause("HDLC_FRAME_N5")
@HDLC
def test_unknown_control(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        must_connect(bench, wire)
        reply = wire.ask(UNKNOWN)
        if reply.raw:
            must_be(bench, reply, "el control FF", "control FF", "FRMR")
        must_connect(bench, wire)


@case(
    id="dlms/HDLC_FRAME_N7/bad-hcs",
    title=Text("HCS errónea", "Wrong HCS"),
    stimulus=Text("Un SNRM con parámetros y la HCS alterada.", "An SNRM with parameters and an altered HCS."),
    requirement=Text("No se contesta; el SNRM bueno, sí.", "It is not answered; the good SNRM is."),
)
@clause("HDLC_FRAME_N7")
@HDLC
def test_bad_hcs(bench: Bench) -> None:
    with hdlc_wire(bench) as wire:
        unanswered_then_good(bench, wire, broken_hcs(wire.frame(SNRM, parameters(128, 1))))


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
    with hdlc_wire(bench) as wire:
        must_be_silent(bench, wire.send(broken_fcs(wire.frame(SNRM))))
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "DM")


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
        must_be(bench, wire.ask(DISC), "DISC", "DISC", "UA")


# ---- ATS_DL, addresses: the declared structure is served, every other is met with silence.

_GOOD_AFTER = Text("No se contesta; el SNRM bueno, sí.", "It is not answered; the good SNRM is.")


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
