"""APPL_DATA_SN: reads, writes and services that a short-name server must refuse."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Sequence

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import CONFIRMED_SERVICE_ERROR, ask, must_answer, propose
from conformance.bench.raw import CONFORMANCE_SN, GET_LDN, AarqShape
from conformance.text import Text
from protocols.dlms.session import DlmsSession

SHORT_NAMES = pytest.mark.needs("association:public", "short-names")

_SN_WITHOUT_CIPHERING = 2
_EXCEPTION = 0xD8
_READ_RESPONSE, _WRITE_RESPONSE = 0x0C, 0x0D
_DATA_ACCESS_ERROR = 0x01
#: Association object, attribute object_list: every short-name server has it. Source: IEC 62056-6-2, class 12.
_READ_OBJECT_LIST = bytes.fromhex("050102fa08")


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_DATA_SN_N1/read",
    title=Text("Read con errores", "Read errors"),
    stimulus=Text(
        "Leer un nombre corto que no existe, con una variante desconocida y con elementos de menos.",
        "Read a short name that does not exist, with an unknown choice and with elements missing.",
    ),
    requirement=Text(
        "Un error de acceso o confirmed-service-error; la asociación sigue viva.",
        "A data-access-error or confirmed-service-error; the association lives on.",
    ),
)
@clause("APPL_DATA_SN_N1")
@SHORT_NAMES
def test_read(bench: Bench) -> None:
    _refused(bench, _READ_RESPONSE, ("0501020001", "050109fa00", "050102fa"))


@case(
    id="dlms/APPL_DATA_SN_N2/write",
    title=Text("Write con errores", "Write errors"),
    stimulus=Text(
        "Escribir un nombre corto que no existe, el nombre de la asociación y con elementos de menos.",
        "Write a short name that does not exist, the name of the association, and with elements missing.",
    ),
    requirement=Text(
        "Un error de acceso o confirmed-service-error; la asociación sigue viva.",
        "A data-access-error or confirmed-service-error; the association lives on.",
    ),
)
@clause("APPL_DATA_SN_N2")
@SHORT_NAMES
def test_write(bench: Bench) -> None:
    _refused(bench, _WRITE_RESPONSE, ("0601020001011100", "060102fa0001090600000000000000", "060102fa0001"))


@case(
    id="dlms/APPL_DATA_SN_N3/unsupported",
    title=Text("Servicio que no atiende", "Unsupported service"),
    stimulus=Text("Enviar GET en una asociación de nombre corto.", "Send GET in a short-name association."),
    requirement=Text(
        "confirmed-service-error o excepción; la asociación sigue viva.",
        "confirmed-service-error or exception; the association lives on.",
    ),
)
@clause("APPL_DATA_SN_N3")
@SHORT_NAMES
def test_unsupported(bench: Bench) -> None:
    _refused(bench, None, (GET_LDN.hex(),))


def _refused(bench: Bench, response: int | None, requests: Sequence[str]) -> None:
    with bench.session("public") as session:
        shape = AarqShape(context=_SN_WITHOUT_CIPHERING, conformance=CONFORMANCE_SN)
        answer, aare = propose(bench, session, shape)
        must_answer(bench, answer)
        bench.check(
            aare is not None and aare.accepted,
            "la asociación de nombre corto se acepta",
            "the short-name association is accepted",
        )
        for request in requests:
            _check_refused(
                bench, ask(bench, session, bytes.fromhex(request), "petición", "request"), response
            )
        _check_alive(bench, session)


def _check_refused(bench: Bench, answer: bytes | None, response: int | None) -> None:
    must_answer(bench, answer)
    assert answer
    errors = (CONFIRMED_SERVICE_ERROR, _EXCEPTION)
    in_place = response is not None and answer[0] == response and answer[2:3] == bytes((_DATA_ACCESS_ERROR,))
    bench.check(answer[0] in errors or in_place, "se rechaza", "it is refused")
    if answer[0] == _EXCEPTION:
        bench.not_strictly("contesta con una excepción", "it answers with an exception")


def _check_alive(bench: Bench, session: DlmsSession) -> None:
    answer = ask(bench, session, _READ_OBJECT_LIST, "Read de la lista", "Read of the list") or b""
    alive = answer[:3] == bytes((_READ_RESPONSE, 1, 0)) or answer[:3] == bytes((_READ_RESPONSE, 1, 2))
    bench.check(alive, "la asociación sigue viva", "the association lives on")
