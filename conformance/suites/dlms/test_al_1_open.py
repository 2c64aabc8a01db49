# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""APPL_IDLE and APPL_OPEN: nothing is served without association; what an AARQ may say and prove."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.raw_apdu import (
    ACSE_PROVIDER,
    ACSE_USER,
    GET_LDN,
    HARMLESS_ACTION,
    AarqShape,
    AuthenticationShape,
    ask,
    check_accepted,
    check_alive,
    check_not_served,
    check_refused,
    check_rejected,
    check_still_works,
    harmless_set,
    integer_field,
    octets_field,
    propose,
    served,
)
from conformance.text import Text
from protocols.dlms.session.errors import AccessRefused

# ---- APPL_IDLE: nothing is served without association.

_REQUESTS = (
    ("ACTION", HARMLESS_ACTION),
    ("Read (SN)", bytes.fromhex("050102fa00")),
    ("RLRQ", bytes.fromhex("6203800100")),
)


@case(
    id="dlms/APPL_IDLE_N1/get",
    title=Text("GET sin asociación", "GET without association"),
    stimulus=Text("Pedir un atributo antes de asociarse.", "Ask for an attribute before associating."),
    requirement=Text(
        "Se contesta con una excepción o con silencio, nunca con datos; después se puede asociar.",
        "The answer is an exception or silence, never data; afterwards association works.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public")
def test_get_without_association(bench: Bench) -> None:
    with bench.session("public") as session:
        check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_IDLE_N1/other-client",
    title=Text("GET mientras otro cliente está asociado", "GET while another client is associated"),
    stimulus=Text(
        "Asociarse como lector y, por el mismo enlace, leer como cliente público sin asociarse.",
        "Associate as the reader and, on the same link, read as the public client without associating.",
    ),
    requirement=Text(
        "La lectura del cliente sin asociación no se atiende.",
        "The read of the client without association is not served.",
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public", "association:reader")
def test_other_client(bench: Bench) -> None:
    with bench.session("reader") as reader:
        reader.associate()
        check_alive(bench, reader)
        with bench.session("public") as session:
            check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_IDLE_N1/other-services",
    title=Text("Otros servicios sin asociación", "Other services without association"),
    stimulus=Text(
        "Escribir, invocar un método, leer por nombre corto y liberar antes de asociarse.",
        "Write, invoke a method, read by short name and release before associating.",
    ),
    requirement=Text(
        "Nada se atiende; después se puede asociar.", "Nothing is served; afterwards association works."
    ),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public")
def test_other_services_without_association(bench: Bench) -> None:
    requests = (("SET", harmless_set(bench)), *_REQUESTS)
    with bench.session("public") as session:
        for name, request in requests:
            answer = ask(bench, session, request, name, name)
            if name != "RLRQ":  # a release may be confirmed: there was nothing to release
                check_refused(bench, answer)
        check_not_served(bench, session)
    check_still_works(bench)


# ---- APPL_OPEN 1 to 6: what an AARQ may say of versions, contexts and titles, and what must be refused.

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


# ---- APPL_OPEN 2 and 7: who the client says it is, and how it proves that with a password.

READER = pytest.mark.needs("association:reader")

_MECHANISM_NOT_RECOGNISED, _MECHANISM_REQUIRED = (ACSE_USER, 11), (ACSE_USER, 12)
_FAILURE, _REQUIRED = (ACSE_USER, 13), (ACSE_USER, 14)
_ANY_AUTHENTICATION = {_MECHANISM_NOT_RECOGNISED, _MECHANISM_REQUIRED, _FAILURE, _REQUIRED}
_UNKNOWN_MECHANISM = 0x63
_ASSOCIATION_LN, _CURRENT = 15, "0.0.40.0.0"
_USER_LIST = 10
_LAST_USER = 0x7F


@case(
    id="dlms/APPL_OPEN_2/user",
    title=Text("Identificación del usuario del cliente", "Identification of the client's user"),
    stimulus=Text(
        "Asociarse con un identificador de usuario de la lista del objeto de asociación, y con uno que no "
        "está.",
        "Associate with a user id of the list in the association object, and with one that is not there.",
    ),
    requirement=Text(
        "El de la lista se acepta y el otro se rechaza; con la lista vacía se aceptan todos.",
        "The one listed is accepted and the other rejected; with an empty list all are accepted.",
    ),
)
@clause("APPL_OPEN_2")
@READER
def test_user(bench: Bench) -> None:
    good = need_password(bench)
    with bench.associated("reader") as dialogue:
        try:
            rows = [items(row) for row in items(dialogue.get(_ASSOCIATION_LN, _CURRENT, _USER_LIST))]
        except AccessRefused:
            raise bench.not_applicable(
                "la asociación no lleva lista de usuarios", "the association keeps no list of users"
            ) from None
    users = {row[0].value for row in rows}
    known = next((user for user in users if isinstance(user, int)), _LAST_USER)
    stranger = next(user for user in range(_LAST_USER, -1, -1) if user not in users)
    authentication = AuthenticationShape(good)
    for user in (known, stranger):
        shape = AarqShape(authentication=authentication, fields=(integer_field(0xA9, user),))
        with bench.session("reader") as session:
            answered = propose(bench, session, shape)
            if user in users or not users:
                check_accepted(bench, answered)
            else:
                check_rejected(bench, answered)


@case(
    id="dlms/APPL_OPEN_7/lls",
    title=Text("Autenticación de bajo nivel", "Low-level authentication"),
    stimulus=Text("Asociarse con la contraseña declarada.", "Associate with the declared password."),
    requirement=Text("Se acepta y los datos se atienden.", "It is accepted and data are served."),
)
@clause("APPL_OPEN_7")
@READER
def test_lls(bench: Bench) -> None:
    good = need_password(bench)
    with bench.session("reader") as session:
        shape = AarqShape(authentication=AuthenticationShape(good))
        check_accepted(bench, propose(bench, session, shape))
        check_alive(bench, session)


@case(
    id="dlms/APPL_OPEN_7/wrong-password",
    title=Text("Contraseña equivocada", "Wrong password"),
    stimulus=Text(
        "Asociarse con otra contraseña, con una más corta, con una más larga y con una vacía; después con la "
        "declarada.",
        "Associate with another password, with a shorter one, a longer one and an empty one; then with the "
        "declared one.",
    ),
    requirement=Text(
        "Se rechazan con un diagnóstico de autenticación (11 a 14), no se atienden datos, y la buena se "
        "acepta después.",
        "They are rejected with a diagnostic of authentication (11 to 14), no data are served, and the "
        "good one is accepted afterwards.",
    ),
)
@clause("APPL_OPEN_7")
@READER
def test_wrong_password(bench: Bench) -> None:
    good = need_password(bench)
    wrong = bytes((good[0] ^ 0x01,)) + good[1:]
    for secret in (wrong, good[:-1], good + b"0", b""):
        _refused(bench, AuthenticationShape(secret), _ANY_AUTHENTICATION)
    check_still_works(bench, "reader")


@case(
    id="dlms/APPL_OPEN_7/fields",
    title=Text("Campos de autenticación incompletos", "Incomplete authentication fields"),
    stimulus=Text(
        "Asociarse sin campos de autenticación, con el mecanismo sin valor, con el valor sin mecanismo y con "
        "un mecanismo desconocido.",
        "Associate without authentication fields, with the mechanism but no value, with the value but no "
        "mechanism, and with an unknown mechanism.",
    ),
    requirement=Text(
        "Se rechazan, con los diagnósticos 14, 13 o 14, 12 y 11; la buena se acepta después.",
        "They are rejected, with the diagnostics 14, 13 or 14, 12 and 11; the good one is accepted "
        "afterwards.",
    ),
)
@clause("APPL_OPEN_7")
@READER
def test_fields(bench: Bench) -> None:
    good = need_password(bench)
    _refused(bench, None, {_REQUIRED})
    _refused(bench, AuthenticationShape(None), {_FAILURE, _REQUIRED})
    _refused(bench, AuthenticationShape(good, mechanism=None), {_MECHANISM_REQUIRED})
    _refused(bench, AuthenticationShape(good, mechanism=_UNKNOWN_MECHANISM), {_MECHANISM_NOT_RECOGNISED})
    check_still_works(bench, "reader")


@case(
    id="dlms/APPL_OPEN_7/unannounced",
    title=Text("Autenticación sin anunciar", "Unannounced authentication"),
    stimulus=Text(
        "Asociarse con mecanismo y contraseña buenos, sin sender-acse-requirements.",
        "Associate with the right mechanism and password, without sender-acse-requirements.",
    ),
    requirement=Text(
        "Las fuentes públicas no dicen la respuesta: se anota.",
        "No public source states the answer: it is noted.",
    ),
)
@clause("APPL_OPEN_7")
@READER
def test_unannounced(bench: Bench) -> None:
    good = need_password(bench)
    with bench.session("reader") as session:
        shape = AarqShape(authentication=AuthenticationShape(good, announced=False))
        _, aare = propose(bench, session, shape)
    accepted = aare is not None and aare.accepted
    bench.informational(
        "la acepta" if accepted else "no la acepta", "it accepts it" if accepted else "it does not accept it"
    )
    check_still_works(bench, "reader")


def _refused(
    bench: Bench, authentication: AuthenticationShape | None, diagnostics: set[tuple[int, int]]
) -> None:
    """The proposal is rejected, and no data are served on the same link."""
    with bench.session("reader") as session:
        check_rejected(bench, propose(bench, session, AarqShape(authentication=authentication)), diagnostics)
        answer = ask(bench, session, GET_LDN, "GET del nombre lógico", "GET of the logical device name")
        bench.check(not served(answer), "los datos no se atienden", "data are not served")


def need_password(bench: Bench) -> bytes:
    """The reader's password.

    Raises:
        CaseNotApplicable: it has none.
    """
    secret = bench.association_section("reader").secret
    if not secret:
        raise bench.not_applicable("la asociación no tiene contraseña", "the association has no password")
    return secret
