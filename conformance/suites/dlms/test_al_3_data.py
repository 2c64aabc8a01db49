"""APPL_DATA_LN: requests that get an error of their own and leave the association alive."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import (
    CONFIRMED_SERVICE_ERROR,
    EXCEPTION,
    GET_RESPONSE,
    SET_RESPONSE,
    ask,
    check_served,
    served,
)
from conformance.bench.raw import GET_LDN, get_request
from conformance.text import Text
from protocols.dlms.session import DlmsSession

PUBLIC = pytest.mark.needs("association:public")

_NOWHERE = bytes((9, 9, 99, 99, 99, 255))
_LDN = bytes((0, 0, 42, 0, 0, 255))
_ERRORS = (EXCEPTION, CONFIRMED_SERVICE_ERROR)

#: data-access-results by name.
_READ_WRITE_DENIED, _OBJECT_UNDEFINED, _CLASS_INCONSISTENT, _OBJECT_UNAVAILABLE, _SCOPE_VIOLATED = (
    3,
    4,
    9,
    11,
    13,
)


@case(
    id="dlms/APPL_DATA_LN_N1/undefined-object",
    title=Text("GET de un objeto que no existe", "GET of an object that does not exist"),
    stimulus=Text("Leer un objeto que no existe.", "Read an object that does not exist."),
    requirement=Text(
        "Resultado object-undefined (4) u object-unavailable (11); la asociación sigue viva.",
        "The result is object-undefined (4) or object-unavailable (11); the association lives on.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N1", level="shall")
@PUBLIC
def test_undefined_object(bench: Bench) -> None:
    request = get_request(3, _NOWHERE, 2)
    _refused_get(bench, request, (_OBJECT_UNDEFINED, _OBJECT_UNAVAILABLE))


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
@pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N1", level="shall")
@PUBLIC
def test_wrong_class(bench: Bench) -> None:
    _refused_get(bench, get_request(3, _LDN, 2), (_CLASS_INCONSISTENT, _OBJECT_UNDEFINED))


def _refused_get(bench: Bench, request: bytes, results: tuple[int, ...]) -> None:
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, request, "GET", "GET") or b""
        bench.check(not served(answer), "no entrega datos", "it gives no data")
        proper = answer[:1] == bytes((GET_RESPONSE,)) and answer[3:4] == b"\x01" and answer[4] in results
        if not proper:
            bench.not_strictly(
                f"el error no es ninguno de {results}: {answer.hex()}",
                f"the error is none of {results}: {answer.hex()}",
            )
        _check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/unknown-choice",
    title=Text("GET de una variante desconocida", "GET of an unknown choice"),
    stimulus=Text("Enviar una petición GET con la variante 04.", "Send a GET request with the choice 04."),
    requirement=Text(
        "Se contesta con una excepción y la asociación sigue viva.",
        "The answer is an exception and the association lives on.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N1", level="shall")
@PUBLIC
def test_unknown_choice(bench: Bench) -> None:
    _exception(bench, bytes((0xC0, 0x04, 0xC1)) + GET_LDN[3:])


@case(
    id="dlms/APPL_DATA_LN_N1/missing-elements",
    title=Text("GET incompleto", "Incomplete GET"),
    stimulus=Text("Enviar una petición GET cortada a la mitad.", "Send a GET request cut in half."),
    requirement=Text(
        "Se contesta con una excepción o con silencio y la asociación sigue viva.",
        "The answer is an exception or silence, and the association lives on.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N1", level="shall")
@PUBLIC
def test_missing_elements(bench: Bench) -> None:
    _exception(bench, GET_LDN[:8])


@case(
    id="dlms/APPL_DATA_LN_N4/sn-read",
    title=Text("Lectura de nombre corto", "Short-name read"),
    stimulus=Text(
        "Enviar una petición de lectura de nombre corto en una asociación de nombre lógico.",
        "Send a short-name read request in a logical-name association.",
    ),
    requirement=Text(
        "Se contesta con una excepción y la asociación sigue viva.",
        "The answer is an exception and the association lives on.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N4", level="shall")
@PUBLIC
def test_sn_read(bench: Bench) -> None:
    _exception(bench, bytes.fromhex("050102fa00"))


def _exception(bench: Bench, request: bytes) -> None:
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, request, "petición", "request")
        bench.check(not served(answer), "no entrega datos", "it gives no data")
        if answer is None or answer[0] not in _ERRORS:
            bench.not_strictly("no contesta con una excepción", "it does not answer with an exception")
        _check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N3/read-only",
    title=Text("SET de un atributo de solo lectura", "SET of a read-only attribute"),
    stimulus=Text("Escribir el nombre del dispositivo lógico.", "Write the logical device name."),
    requirement=Text(
        "Se rechaza con read-write-denied (3) o una excepción, y el nombre no cambia.",
        "It is refused with read-write-denied (3) or an exception, and the name does not change.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N3", level="shall")
@PUBLIC
def test_read_only(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        before = ask(bench, session, GET_LDN, "GET del nombre", "GET of the name")
        request = bytes((0xC1, 0x01, 0xC1, 0x00, 0x01)) + _LDN + bytes.fromhex("0200 0904 58585858")
        answer = ask(bench, session, request, "SET del nombre", "SET of the name") or b""
        accepted = answer[:1] == bytes((SET_RESPONSE,)) and answer[3:4] == b"\x00"
        bench.check(not accepted, "la escritura se rechaza", "the write is refused")
        if answer[:1] == bytes((SET_RESPONSE,)) and answer[3] not in (_READ_WRITE_DENIED, _SCOPE_VIOLATED):
            bench.not_strictly(
                f"rechaza con el resultado {answer[3]}", f"it refuses with the result {answer[3]}"
            )
        after = ask(bench, session, GET_LDN, "GET del nombre", "GET of the name")
        bench.check(before == after, "el nombre no cambia", "the name does not change")


def _check_alive(bench: Bench, session: DlmsSession) -> None:
    answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
    check_served(bench, answer, "la asociación sigue viva", "the association lives on")
