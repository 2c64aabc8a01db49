"""APPL_OPEN 2 and 7: who the client says it is, and how it proves that with a password."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import items
from conformance.bench.exchange import (
    ACSE_USER,
    ask,
    check_accepted,
    check_alive,
    check_rejected,
    check_still_works,
    propose,
    served,
)
from conformance.bench.raw import GET_LDN, AarqShape, AuthenticationShape, integer_field
from conformance.text import Text
from protocols.dlms.session_errors import AccessRefused

READER = pytest.mark.needs("association:reader")

_MECHANISM_NOT_RECOGNISED, _MECHANISM_REQUIRED = (ACSE_USER, 11), (ACSE_USER, 12)
_FAILURE, _REQUIRED = (ACSE_USER, 13), (ACSE_USER, 14)
_ANY_AUTHENTICATION = {_MECHANISM_NOT_RECOGNISED, _MECHANISM_REQUIRED, _FAILURE, _REQUIRED}
_UNKNOWN_MECHANISM = 0x63
_ASSOCIATION_LN, _CURRENT = 15, "0.0.40.0.0"
_USER_LIST = 10
_LAST_USER = 0x7F


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


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
