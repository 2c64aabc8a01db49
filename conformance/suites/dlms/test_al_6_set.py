"""APPL_DATA_LN_N3 and N4: writes and services that must be refused, and leave the association alive."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import (
    ERRORS,
    SET_RESPONSE,
    ask,
    check_alive,
    done,
    harmless_set,
    served,
)
from conformance.bench.raw import GET_LDN, LDN, set_request
from conformance.text import Text
from protocols.dlms.session import DlmsSession

PUBLIC = pytest.mark.needs("association:public")

_NOWHERE = bytes((9, 9, 99, 99, 99, 255))
_VALUE = 2
#: Where the data of a GET-response-normal begin.
_DATA_AT = 4
_TEXT = bytes.fromhex("090458585858")
#: data-access-results by name.
_READ_WRITE_DENIED, _UNDEFINED, _INCONSISTENT, _UNAVAILABLE, _SCOPE_VIOLATED = 3, 4, 9, 11, 13

#: Published stimuli: GXDLMSDirector, APPL_DATA_LN_N3.
_UNKNOWN_CHOICE = bytes.fromhex("c106c1000f0000280000ff010009060000280000ff")
_MISSING_ELEMENTS = bytes.fromhex("c101c1000f0000280000")

_SHORT_NAME_SERVICES = (
    ("Read", "050102fa00"),
    ("Write", "060102fa00010905000000000000"),
    ("UnconfirmedWrite", "160102fa00010905000000000000"),
    ("InformationReport", "18000102fa00010905000000000000"),
)
_UNKNOWN_SERVICES = (
    ("etiqueta 00", "tag 00", "00"),
    ("etiqueta C9", "tag C9", "c900c1"),
    ("EventNotification", "EventNotification", "c200000100002a0000ff0200"),
    ("GET-response", "GET-response", "c401c1000600000001"),
)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_DATA_LN_N3/malformed",
    title=Text("SET deforme", "Malformed SET"),
    stimulus=Text(
        "Enviar una petición SET de una variante desconocida (06) y una a la que le faltan elementos.",
        "Send a SET request of an unknown choice (06) and one with elements missing.",
    ),
    requirement=Text(
        "Se contesta con una excepción y la asociación sigue viva.",
        "The answer is an exception and the association lives on.",
    ),
)
@clause("APPL_DATA_LN_N3")
@PUBLIC
def test_malformed(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for request in (_UNKNOWN_CHOICE, _MISSING_ELEMENTS):
            _refused_whole(bench, ask(bench, session, request, "SET", "SET"))
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N3/undefined-object",
    title=Text("SET de un objeto que no existe", "SET of an object that does not exist"),
    stimulus=Text(
        "Escribir un objeto que no existe, y uno existente con otra clase.",
        "Write an object that does not exist, and one that exists under another class.",
    ),
    requirement=Text(
        "Se rechaza con object-undefined (4), class-inconsistent (9), read-write-denied (3) u otro "
        "resultado de acceso; la asociación sigue viva.",
        "It is refused with object-undefined (4), class-inconsistent (9), read-write-denied (3) or another "
        "access result; the association lives on.",
    ),
)
@clause("APPL_DATA_LN_N3")
@PUBLIC
def test_undefined_object(bench: Bench) -> None:
    proper = (_READ_WRITE_DENIED, _UNDEFINED, _INCONSISTENT, _UNAVAILABLE, _SCOPE_VIOLATED)
    requests = (set_request(1, _NOWHERE, 2, _TEXT), harmless_set(bench, class_id=3))
    with bench.session("public") as session:
        session.associate()
        for request in requests:
            answer = ask(bench, session, request, "SET", "SET")
            _refused_write(bench, answer, proper)
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N3/read-only",
    title=Text("SET de un atributo de solo lectura", "SET of a read-only attribute"),
    stimulus=Text(
        "Escribir el nombre del dispositivo lógico y su nombre de objeto.",
        "Write the logical device name and its logical name.",
    ),
    requirement=Text(
        "Se rechaza con read-write-denied (3) o una excepción, y el nombre no cambia.",
        "It is refused with read-write-denied (3) or an exception, and the name does not change.",
    ),
)
@clause("APPL_DATA_LN_N3")
@PUBLIC
def test_read_only(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        before = ask(bench, session, GET_LDN, "GET del nombre", "GET of the name")
        for attribute, data in ((2, _TEXT), (1, b"\x09\x06" + _NOWHERE)):
            request = set_request(1, LDN, attribute, data)
            answer = ask(bench, session, request, "SET del nombre", "SET of the name")
            if done(answer) and attribute == _VALUE and served(before):
                _give_back(bench, session, before or b"")
            _refused_write(bench, answer, (_READ_WRITE_DENIED, _SCOPE_VIOLATED))
        after = ask(bench, session, GET_LDN, "GET del nombre", "GET of the name")
        bench.check(before == after, "el nombre no cambia", "the name does not change")


@case(
    id="dlms/APPL_DATA_LN_N4/sn-read",
    title=Text("Servicios de nombre corto", "Short-name services"),
    stimulus=Text(
        "Enviar los servicios de nombre corto en una asociación de nombre lógico.",
        "Send the short-name services in a logical-name association.",
    ),
    requirement=Text(
        "Los confirmados se contestan con una excepción, y la asociación sigue viva.",
        "The confirmed ones get an exception, and the association lives on.",
    ),
)
@clause("APPL_DATA_LN_N4")
@PUBLIC
def test_sn_services(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for name, request in _SHORT_NAME_SERVICES:
            answer = ask(bench, session, bytes.fromhex(request), name, name)
            if name in ("Read", "Write"):
                _refused_whole(bench, answer)
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N4/unknown",
    title=Text("Servicios que un servidor no atiende", "Services that a server does not serve"),
    stimulus=Text(
        "Enviar etiquetas desconocidas, una notificación y una respuesta, como si fueran peticiones.",
        "Send unknown tags, a notification and a response, as if they were requests.",
    ),
    requirement=Text(
        "Ninguna se atiende, y la asociación sigue viva.", "None is served, and the association lives on."
    ),
)
@clause("APPL_DATA_LN_N4")
@PUBLIC
def test_unknown(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for es, en, request in _UNKNOWN_SERVICES:
            answer = ask(bench, session, bytes.fromhex(request), es, en)
            bench.check(not served(answer) and not done(answer), "no la atiende", "it does not serve it")
        check_alive(bench, session)


def _give_back(bench: Bench, session: DlmsSession, read: bytes) -> None:
    """A device that took the name gets its own one back: later cases ask for it."""
    request = set_request(1, LDN, _VALUE, read[_DATA_AT:])
    ask(bench, session, request, "SET del nombre de antes", "SET of the name before")


def _refused_whole(bench: Bench, answer: bytes | None) -> None:
    bench.check(not served(answer) and not done(answer), "no la atiende", "it does not serve it")
    if answer is None or answer[0] not in ERRORS:
        bench.not_strictly("no contesta con una excepción", "it does not answer with an exception")


def _refused_write(bench: Bench, answer: bytes | None, results: tuple[int, ...]) -> None:
    bench.check(not done(answer), "la escritura se rechaza", "the write is refused")
    if answer is None:
        bench.not_strictly("la rechaza con silencio", "it refuses it by silence")
    elif answer[0] == SET_RESPONSE and answer[3] not in results:
        bench.not_strictly(f"rechaza con el resultado {answer[3]}", f"it refuses with the result {answer[3]}")
