"""APPL_OPEN 9 to 14: what the initiate request inside an AARQ may propose."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.object_list import ASSOCIATION
from conformance.bench.raw_apdu import (
    CONFORMANCE_LN,
    AarqShape,
    ask,
    check_accepted,
    check_alive,
    check_still_works,
    get_request,
    must_answer,
    propose,
    read_block,
    read_to_the_end,
)
from conformance.text import Text
from protocols.dlms import axdr

PUBLIC = pytest.mark.needs("association:public")

_VERSION_TOO_LOW, _INCOMPATIBLE, _PDU_TOO_SHORT = "0e010601", "0e010602", "0e010603"
#: Bits that the standard reserves: 0 and 7 of the 24, counted from the first one on the wire.
_RESERVED = 0x810000
_ALL_SERVICES = int.from_bytes(CONFORMANCE_LN, "big")
_LN_SERVICES = tuple(1 << bit for bit in range(24) if _ALL_SERVICES & (1 << bit))
#: A service that reads, writes or acts by itself; the others only extend one.
_STANDS_ALONE = 0x000019
_SMALL_PDU = 64


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_OPEN_9/dedicated-key",
    title=Text("Clave dedicada sin cifrado", "Dedicated key without ciphering"),
    stimulus=Text(
        "Proponer una clave dedicada en un contexto sin cifrado.",
        "Propose a dedicated key in a context without ciphering.",
    ),
    requirement=Text(
        "Se ignora o se rechaza, y la asociación no queda dañada.",
        "It is ignored or refused, and the association takes no harm.",
    ),
)
@clause("APPL_OPEN_9")
@PUBLIC
def test_dedicated_key(bench: Bench) -> None:
    with bench.session("public") as session:
        answered = propose(bench, session, AarqShape(dedicated_key=bytes(range(16))))
        if answered[1] is not None and answered[1].accepted:
            check_accepted(bench, answered)
            check_alive(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_11/quality-of-service",
    title=Text("Calidad de servicio propuesta", "Quality of service proposed"),
    stimulus=Text(
        "Proponer la misma asociación con calidad de servicio 0 y sin ella.",
        "Propose the same association with quality of service 0 and without it.",
    ),
    requirement=Text("El resultado es el mismo.", "The result is the same."),
)
@clause("APPL_OPEN_11")
@PUBLIC
def test_quality_of_service(bench: Bench) -> None:
    granted = []
    for quality in (None, 0):
        with bench.session("public") as session:
            answered = propose(bench, session, AarqShape(quality_of_service=quality))
            granted.append(check_accepted(bench, answered))
    bench.check(granted[0] == granted[1], "se concede lo mismo", "the same is granted")


@case(
    id="dlms/APPL_OPEN_12/version-5",
    title=Text("Versión 5 de DLMS", "DLMS version 5"),
    stimulus=Text("Proponer la versión 5 de DLMS.", "Propose DLMS version 5."),
    requirement=Text(
        "Se rechaza con dlms-version-too-low (0E 01 06 01).",
        "It is refused with dlms-version-too-low (0E 01 06 01).",
    ),
)
@clause("APPL_OPEN_12")
@PUBLIC
def test_version_too_low(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(dlms_version=5), _VERSION_TOO_LOW)


@case(
    id="dlms/APPL_OPEN_12/version-7",
    title=Text("Versión 7 de DLMS", "DLMS version 7"),
    stimulus=Text("Proponer la versión 7 de DLMS.", "Propose DLMS version 7."),
    requirement=Text("Se acepta, con la versión 6.", "It is accepted, with version 6."),
)
@clause("APPL_OPEN_12")
@PUBLIC
def test_version_higher(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(dlms_version=7)))


@case(
    id="dlms/APPL_OPEN_13/empty",
    title=Text("Ningún servicio propuesto", "No service proposed"),
    stimulus=Text("Proponer un bloque de conformidad vacío.", "Propose an empty conformance block."),
    requirement=Text(
        "Se rechaza con incompatible-conformance (0E 01 06 02).",
        "It is refused with incompatible-conformance (0E 01 06 02).",
    ),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_empty_conformance(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(conformance=bytes(3)), _INCOMPATIBLE)


@case(
    id="dlms/APPL_OPEN_13/each-alone",
    title=Text("Cada servicio a solas", "Each service alone"),
    stimulus=Text(
        "Proponer cada servicio de nombre lógico a solas.", "Propose each logical-name service alone."
    ),
    requirement=Text(
        "Se concede ese o ninguno: nunca uno que no se propuso; leer se acepta siempre.",
        "That one or none is granted, never one that was not proposed; reading is always accepted.",
    ),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_each_alone(bench: Bench) -> None:
    for service in _LN_SERVICES:
        proposed = service.to_bytes(3, "big")
        with bench.session("public") as session:
            answered = propose(bench, session, AarqShape(conformance=proposed))
            if answered[1] is not None and answered[1].accepted:
                check_accepted(bench, answered, proposed)
            elif service & _STANDS_ALONE:
                bench.note(
                    f"el servicio {service:06x} a solas no se acepta",
                    f"the service {service:06x} alone is not accepted",
                )
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_13/reserved",
    title=Text("Bits reservados", "Reserved bits"),
    stimulus=Text(
        "Proponer los servicios habituales con los bits reservados puestos.",
        "Propose the usual services with the reserved bits set.",
    ),
    requirement=Text(
        "Se acepta, sin conceder los bits reservados.", "It is accepted, and reserved bits are not granted."
    ),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_reserved(bench: Bench) -> None:
    with_reserved = (_ALL_SERVICES | _RESERVED).to_bytes(3, "big")
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(conformance=with_reserved)))


@case(
    id="dlms/APPL_OPEN_14/pdu-11",
    title=Text("PDU de 11 octetos", "PDU of 11 octets"),
    stimulus=Text("Proponer un PDU máximo de 11 octetos.", "Propose a largest PDU of 11 octets."),
    requirement=Text(
        "Se rechaza con pdu-size-too-short (0E 01 06 03).",
        "It is refused with pdu-size-too-short (0E 01 06 03).",
    ),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_too_short(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(max_pdu=11), _PDU_TOO_SHORT)


@case(
    id="dlms/APPL_OPEN_14/pdu-0",
    title=Text("PDU sin límite", "PDU without limit"),
    stimulus=Text("Proponer un PDU máximo de 0.", "Propose a largest PDU of 0."),
    requirement=Text("Se acepta: cero es sin límite.", "It is accepted: zero is no limit."),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_unlimited(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(max_pdu=0)))


@case(
    id="dlms/APPL_OPEN_14/pdu-small",
    title=Text("Un PDU pequeño se respeta", "A small PDU is kept to"),
    stimulus=Text(
        "Asociarse con un PDU máximo de 64 octetos y leer la lista de objetos.",
        "Associate with a largest PDU of 64 octets and read the object list.",
    ),
    requirement=Text(
        "Ninguna respuesta pasa de 64 octetos; la larga se rechaza o llega por bloques, numerados desde 1 "
        "sin huecos, que juntos dan el mismo valor.",
        "No answer is longer than 64 octets; the long one is refused, or comes in blocks, numbered from 1 "
        "without gaps, that join to the same value.",
    ),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_small(bench: Bench) -> None:
    object_list = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)
    value: bytes | None = None
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(max_pdu=_SMALL_PDU)))
        answer = ask(bench, session, object_list, "GET de la lista de objetos", "GET of the object list")
        must_answer(bench, answer)
        octets = len(answer or b"")
        bench.measure("answer", octets, "octets")
        bench.check(
            octets <= _SMALL_PDU, f"la respuesta tiene {octets} octetos", f"the answer is {octets} octets"
        )
        first = read_block(answer)
        if first is not None and first.raw is not None:
            value = read_to_the_end(bench, session, first, _SMALL_PDU)
    if value is not None:
        with bench.associated("public") as dialogue:
            whole = axdr.encode(dialogue.get(15, ASSOCIATION, 2))
        bench.check(value == whole, "los bloques dan la lista entera", "the blocks give the whole list")


def _initiate_error(bench: Bench, shape: AarqShape, error: str) -> None:
    """The proposal is refused, best with the initiate error that names why, bare or inside an AARE."""
    with bench.session("public") as session:
        answer, aare = propose(bench, session, shape)
        bench.check(
            aare is None or not aare.accepted, "la asociación no se acepta", "the association is not accepted"
        )
        if error not in (answer or b"").hex():
            bench.not_strictly(f"no dice {error}", f"it does not say {error}")
    check_still_works(bench)
