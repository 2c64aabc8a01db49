"""APPL_DATA_LN_N1: reads that get an error of their own and leave the association alive."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import (
    ERRORS,
    GET_RESPONSE,
    ask,
    check_accepted,
    check_alive,
    propose,
    served,
)
from conformance.bench.long_get import get_next, read_block
from conformance.bench.raw import GET_LDN, LDN, AarqShape, get_request
from conformance.text import Text

PUBLIC = pytest.mark.needs("association:public")
CLAUSE = pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N1", level="shall")

_NOWHERE = bytes((9, 9, 99, 99, 99, 255))
_OBJECT_LIST = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)
_SMALL_PDU = 64
_ACCESS_RESULT = b"\x01"
#: data-access-results by name.
_READ_WRITE_DENIED, _UNDEFINED, _INCONSISTENT, _UNAVAILABLE, _SCOPE_VIOLATED = 3, 4, 9, 11, 13


@case(
    id="dlms/APPL_DATA_LN_N1/unknown-choice",
    title=Text("GET de una variante desconocida", "GET of an unknown choice"),
    stimulus=Text(
        "Enviar peticiones GET con las variantes 00, 04, 06 y FF.",
        "Send GET requests with the choices 00, 04, 06 and FF.",
    ),
    requirement=Text(
        "Se contesta con una excepción y la asociación sigue viva.",
        "The answer is an exception and the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_unknown_choice(bench: Bench) -> None:
    _exceptions(bench, [bytes((0xC0, choice, 0xC1)) + GET_LDN[3:] for choice in (0x00, 0x04, 0x06, 0xFF)])


@case(
    id="dlms/APPL_DATA_LN_N1/missing-elements",
    title=Text("GET incompleto", "Incomplete GET"),
    stimulus=Text(
        "Enviar una petición GET cortada en cada uno de sus octetos.",
        "Send a GET request cut at each of its octets.",
    ),
    requirement=Text(
        "Se contesta con una excepción o con silencio y la asociación sigue viva.",
        "The answer is an exception or silence, and the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_missing_elements(bench: Bench) -> None:
    _exceptions(bench, [GET_LDN[:octets] for octets in range(1, len(GET_LDN))])


@case(
    id="dlms/APPL_DATA_LN_N1/excess",
    title=Text("GET con octetos de más", "GET with octets in excess"),
    stimulus=Text(
        "Enviar una petición GET con octetos sobrantes.", "Send a GET request with octets left over."
    ),
    requirement=Text(
        "Las fuentes públicas no dicen la respuesta: se anota; la asociación sigue viva.",
        "No public source states the answer: it is noted; the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_excess(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, GET_LDN + b"\x00\x00", "GET con sobrante", "GET with excess")
        if served(answer):
            bench.informational("los ignora", "it ignores them")
        else:
            bench.informational("no la atiende", "it does not serve it")
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/undefined-object",
    title=Text("GET de un objeto que no existe", "GET of an object that does not exist"),
    stimulus=Text(
        "Leer un objeto que no existe, de clase conocida y de clase desconocida.",
        "Read an object that does not exist, of a known and of an unknown class.",
    ),
    requirement=Text(
        "Resultado object-undefined (4) u object-unavailable (11); la asociación sigue viva.",
        "The result is object-undefined (4) or object-unavailable (11); the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_undefined_object(bench: Bench) -> None:
    _refused(bench, get_request(3, _NOWHERE, 2), (_UNDEFINED, _UNAVAILABLE))
    _refused(bench, get_request(0xFFFE, _NOWHERE, 2), (_UNDEFINED, _UNAVAILABLE, _INCONSISTENT))


@case(
    id="dlms/APPL_DATA_LN_N1/wrong-class",
    title=Text("GET con la clase equivocada", "GET under the wrong class"),
    stimulus=Text(
        "Leer el nombre lógico como si fuera un registro (clase 3).",
        "Read the logical device name as if it were a register (class 3).",
    ),
    requirement=Text(
        "Resultado object-class-inconsistent (9) u object-undefined (4); la asociación sigue viva.",
        "The result is object-class-inconsistent (9) or object-undefined (4); the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_wrong_class(bench: Bench) -> None:
    _refused(bench, get_request(3, LDN, 2), (_INCONSISTENT, _UNDEFINED))


@case(
    id="dlms/APPL_DATA_LN_N1/undefined-attribute",
    title=Text("GET de un atributo que no existe", "GET of an attribute that does not exist"),
    stimulus=Text(
        "Leer los atributos 99 y −1 del nombre lógico.",
        "Read the attributes 99 and −1 of the logical device name.",
    ),
    requirement=Text(
        "Un resultado de acceso que no es un dato; la asociación sigue viva.",
        "An access result that is no data; the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_undefined_attribute(bench: Bench) -> None:
    proper = (_READ_WRITE_DENIED, _UNDEFINED, _UNAVAILABLE, _SCOPE_VIOLATED)
    for attribute in (99, 0xFF):
        _refused(bench, get_request(1, LDN, attribute), proper)


@case(
    id="dlms/APPL_DATA_LN_N1/next-without-transfer",
    title=Text("Pedir un bloque que nadie ofrece", "Ask for a block that nobody offers"),
    stimulus=Text(
        "Enviar GET-next del bloque 1 y del 4294967295 sin transferencia en curso.",
        "Send GET-next of block 1 and of block 4294967295 with no transfer under way.",
    ),
    requirement=Text(
        "Ningún dato: no-long-get (16), block-number-invalid (19), otro resultado o una excepción; la "
        "asociación sigue viva.",
        "No data: no-long-get (16), block-number-invalid (19), another result or an exception; the "
        "association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_next_without_transfer(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for number in (1, 0xFFFFFFFF):
            request = bytes((0xC0, 0x02, 0xC1)) + number.to_bytes(4, "big")
            answer = ask(bench, session, request, "GET-next", "GET-next") or b""
            block = answer[:2] == bytes((GET_RESPONSE, 0x02))
            bench.check(not block or answer[8:9] == _ACCESS_RESULT, "no entrega datos", "it gives no data")
            check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/wrong-block",
    title=Text("Pedir otro bloque del que toca", "Ask for another block than the next"),
    stimulus=Text(
        "Con un PDU de 64 octetos, empezar a leer la lista de objetos y pedir un bloque que no toca.",
        "With a PDU of 64 octets, begin to read the object list and ask for a block out of turn.",
    ),
    requirement=Text(
        "Ningún dato: block-number-invalid (19), otro resultado o una excepción; la asociación sigue viva.",
        "No data: block-number-invalid (19), another result or an exception; the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_wrong_block(bench: Bench) -> None:
    for number in (7, 0xFFFFFFFF):
        with bench.session("public") as session:
            check_accepted(bench, propose(bench, session, AarqShape(max_pdu=_SMALL_PDU)))
            first = read_block(ask(bench, session, _OBJECT_LIST, "GET de la lista", "GET of the list"))
            if first is None or first.last:
                raise bench.not_applicable(
                    "la lista no llega por bloques", "the object list does not come in blocks"
                )
            answer = ask(bench, session, get_next(number), f"GET-next {number}", f"GET-next {number}")
            block = read_block(answer)
            bench.check(
                not served(answer) and (block is None or not block.raw),
                "no entrega datos",
                "it gives no data",
            )
            check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/sn-read",
    title=Text("Lectura de nombre corto en N1", "Short-name read in N1"),
    stimulus=Text(
        "Leer por nombre corto (Read de FA00) en una asociación de nombre lógico.",
        "Read by short name (Read of FA00) in a logical-name association.",
    ),
    requirement=Text(
        "Se contesta con una excepción y la asociación sigue viva.",
        "The answer is an exception and the association lives on.",
    ),
)
@CLAUSE
@PUBLIC
def test_sn_read(bench: Bench) -> None:
    _exceptions(bench, [bytes.fromhex("050102fa00")])


def _exceptions(bench: Bench, requests: list[bytes]) -> None:
    """Each request gets an exception, and the association lives on."""
    with bench.session("public") as session:
        session.associate()
        for request in requests:
            answer = ask(bench, session, request, "petición", "request")
            bench.check(not served(answer), "no entrega datos", "it gives no data")
            if answer is None or answer[0] not in ERRORS:
                bench.not_strictly("no contesta con una excepción", "it does not answer with an exception")
        check_alive(bench, session)


def _refused(bench: Bench, request: bytes, results: tuple[int, ...]) -> None:
    """The read gets one of `results`, and the association lives on."""
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, request, "GET", "GET") or b""
        bench.check(not served(answer), "no entrega datos", "it gives no data")
        proper = (
            answer[:1] == bytes((GET_RESPONSE,)) and answer[3:4] == _ACCESS_RESULT and answer[4] in results
        )
        if not proper:
            bench.not_strictly(
                f"el error no es ninguno de {results}: {answer.hex()}",
                f"the error is none of {results}: {answer.hex()}",
            )
        check_alive(bench, session)
