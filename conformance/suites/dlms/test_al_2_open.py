"""APPL_OPEN 1 to 6: what an AARQ may say of versions, contexts and titles, and what must be refused."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import (
    ACSE_PROVIDER,
    ACSE_USER,
    check_accepted,
    check_alive,
    check_rejected,
    check_still_works,
    propose,
)
from conformance.bench.raw import AarqShape, integer_field, octets_field
from conformance.text import Text

PUBLIC = pytest.mark.needs("association:public")

_NO_COMMON_VERSION = {(ACSE_PROVIDER, 2)}
_CONTEXT_NOT_SUPPORTED = {(ACSE_USER, 2)}
_CALLING_TITLE_NOT_RECOGNISED = {(ACSE_USER, 3)}

#: Fields that this client has no use for, with values that mean nothing.
_DUMMIES = (
    octets_field(0xA2, bytes(8)),
    octets_field(0xA3, bytes(8)),
    integer_field(0xA4, 1),
    integer_field(0xA5, 2),
    octets_field(0xA6, b"DUMMYTTL"),
    octets_field(0xA7, b"DUMMY"),
    integer_field(0xA8, 3),
    integer_field(0xA9, 4),
)
_LN_WITH_CIPHERING = 3


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_OPEN_1/public",
    title=Text("Asociación pública", "Public association"),
    stimulus=Text("Asociarse sin autenticación.", "Associate without authentication."),
    requirement=Text(
        "Se acepta con versión 6, nombre VAA 0x0007, servicios dentro de los propuestos y PDU de 12 "
        "octetos o más.",
        "It is accepted with version 6, VAA name 0x0007, services within those proposed and a PDU of 12 "
        "octets or more.",
    ),
)
@clause("APPL_OPEN_1")
@PUBLIC
def test_public(bench: Bench) -> None:
    with bench.session("public") as session:
        answered = propose(bench, session, AarqShape())
        check_accepted(bench, answered)
        aare = answered[1]
        if aare is not None and aare.diagnostic != (ACSE_USER, 0):
            bench.not_strictly("el diagnóstico no es nulo", "the diagnostic is not null")
        check_alive(bench, session)


@case(
    id="dlms/APPL_OPEN_1/again",
    title=Text("Asociarse dos veces", "Associate twice"),
    stimulus=Text(
        "Enviar un segundo AARQ con la asociación abierta.", "Send a second AARQ while associated."
    ),
    requirement=Text(
        "Se contesta, y el dispositivo sigue atendiendo o se puede volver a asociar.",
        "It is answered, and the device goes on serving or can be associated again.",
    ),
)
@clause("APPL_OPEN_1")
@PUBLIC
def test_twice(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape()))
        _, aare = propose(bench, session, AarqShape())
        bench.note(
            "el segundo AARQ se acepta" if aare and aare.accepted else "el segundo AARQ no se acepta",
            "the second AARQ is accepted" if aare and aare.accepted else "the second AARQ is not accepted",
        )
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_4/no-common-version",
    title=Text("Sin versión común de ACSE", "No common ACSE version"),
    stimulus=Text(
        "Proponer versiones de ACSE con la primera (100001), y sin ella (010001).",
        "Propose ACSE versions with the first one (100001), and without it (010001).",
    ),
    requirement=Text(
        "La primera propuesta se acepta; la segunda se rechaza de forma permanente, por el proveedor "
        "(diagnóstico 2).",
        "The first proposal is accepted; the second is rejected permanently, by the provider (diagnostic 2).",
    ),
)
@clause("APPL_OPEN_4")
@PUBLIC
def test_protocol_version(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(protocol_version=(2, 0x84))))
    with bench.session("public") as session:
        answered = propose(bench, session, AarqShape(protocol_version=(2, 0x44)))
        check_rejected(bench, answered, _NO_COMMON_VERSION)
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_5/unknown-context",
    title=Text("Contexto de aplicación desconocido", "Unknown application context"),
    stimulus=Text(
        "Proponer un contexto de aplicación que no existe.",
        "Propose an application context that does not exist.",
    ),
    requirement=Text(
        "Se rechaza de forma permanente con application-context-name-not-supported (2).",
        "It is rejected permanently with application-context-name-not-supported (2).",
    ),
)
@clause("APPL_OPEN_5")
@PUBLIC
def test_unknown_context(bench: Bench) -> None:
    _wrong_context(bench, 0x63)


@case(
    id="dlms/APPL_OPEN_5/absent-context",
    title=Text("Sin contexto de aplicación", "No application context"),
    stimulus=Text(
        "Enviar un AARQ sin nombre de contexto de aplicación.",
        "Send an AARQ without an application context name.",
    ),
    requirement=Text(
        "Se rechaza de forma permanente con application-context-name-not-supported (2).",
        "It is rejected permanently with application-context-name-not-supported (2).",
    ),
)
@clause("APPL_OPEN_5")
@PUBLIC
def test_absent_context(bench: Bench) -> None:
    _wrong_context(bench, None)


def _wrong_context(bench: Bench, context: int | None) -> None:
    with bench.session("public") as session:
        check_rejected(bench, propose(bench, session, AarqShape(context=context)), _CONTEXT_NOT_SUPPORTED)
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_6/dummies",
    title=Text("Campos sin uso con valores cualesquiera", "Unused fields with dummy values"),
    stimulus=Text(
        "Proponer una asociación sin cifrado con títulos, calificadores e identificadores de invocación "
        "cualesquiera: cada campo por separado y todos juntos.",
        "Propose an unciphered association with dummy titles, qualifiers and invocation ids: each field "
        "alone, and all together.",
    ),
    requirement=Text(
        "Se aceptan: los campos sin uso se ignoran.", "They are accepted: unused fields are ignored."
    ),
)
@clause("APPL_OPEN_6")
@PUBLIC
def test_dummies(bench: Bench) -> None:
    for fields in (*((field,) for field in _DUMMIES), _DUMMIES):
        with bench.session("public") as session:
            check_accepted(bench, propose(bench, session, AarqShape(fields=fields)))


@case(
    id="dlms/APPL_OPEN_6/title-length",
    title=Text("Título del cliente de otra longitud", "Client title of another length"),
    stimulus=Text(
        "Proponer el contexto con cifrado con un título de cliente de 7 octetos, de 9 y sin él.",
        "Propose the context with ciphering with a client title of 7 octets, of 9, and without it.",
    ),
    requirement=Text(
        "Se rechazan con calling-AP-title-not-recognised (3).",
        "They are rejected with calling-AP-title-not-recognised (3).",
    ),
)
@clause("APPL_OPEN_6")
@pytest.mark.needs("association:public", "association:management")
def test_title_length(bench: Bench) -> None:
    for title in (bytes(7), bytes(9), None):
        fields = () if title is None else (octets_field(0xA6, title),)
        with bench.session("management") as session:
            shape = AarqShape(context=_LN_WITH_CIPHERING, fields=fields)
            check_rejected(bench, propose(bench, session, shape), _CALLING_TITLE_NOT_RECOGNISED)
    check_still_works(bench)
