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
from i18n import Message, Verbatim
from protocols.dlms.session.errors import AccessRefused

# ---- APPL_IDLE: nothing is served without association.

_REQUESTS = (
    ("ACTION", HARMLESS_ACTION),
    ("Read (SN)", bytes.fromhex("050102fa00")),
    ("RLRQ", bytes.fromhex("6203800100")),
)


@case(
    id="dlms/APPL_IDLE_N1/get",
    title=Message("GET without association"),
    stimulus=Message("Ask for an attribute before associating."),
    requirement=Message("The answer is an exception or silence, never data; afterwards association works."),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public")
def test_get_without_association(bench: Bench) -> None:
    with bench.session("public") as session:
        check_not_served(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_IDLE_N1/other-client",
    title=Message("GET while another client is associated"),
    stimulus=Message(
        "Associate as the reader and, on the same link, read as the public client without associating."
    ),
    requirement=Message("The read of the client without association is not served."),
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
    title=Message("Other services without association"),
    stimulus=Message("Write, invoke a method, read by short name and release before associating."),
    requirement=Message("Nothing is served; afterwards association works."),
)
@pytest.mark.clause("dlms-yb", "APPL_IDLE_N1", level="shall")
@pytest.mark.needs("association:public")
def test_other_services_without_association(bench: Bench) -> None:
    requests = (("SET", harmless_set(bench)), *_REQUESTS)
    with bench.session("public") as session:
        for name, request in requests:
            answer = ask(bench, session, request, Verbatim(name))
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
    title=Message("Public association"),
    stimulus=Message("Associate without authentication."),
    requirement=Message(
        "It is accepted with version 6, VAA name 0x0007, services within those proposed and "
        "a PDU of 12 octets or more."
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
            bench.not_strictly(Message("the diagnostic is not null"))
        check_alive(bench, session)


@case(
    id="dlms/APPL_OPEN_1/again",
    title=Message("Associate twice"),
    stimulus=Message("Send a second AARQ while associated."),
    requirement=Message("It is answered, and the device goes on serving or can be associated again."),
)
@clause("APPL_OPEN_1")
@PUBLIC
def test_twice(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape()))
        _, aare = propose(bench, session, AarqShape())
        accepted = aare is not None and aare.accepted
        bench.note(
            Message("the second AARQ is accepted") if accepted else Message("the second AARQ is not accepted")
        )
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_4/no-common-version",
    title=Message("No common ACSE version"),
    stimulus=Message("Propose ACSE versions with the first one (100001), and without it (010001)."),
    requirement=Message(
        "The first proposal is accepted; the second is rejected permanently, by the provider (diagnostic 2)."
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
    title=Message("Unknown application context"),
    stimulus=Message("Propose an application context that does not exist."),
    requirement=Message("It is rejected permanently with application-context-name-not-supported (2)."),
)
@clause("APPL_OPEN_5")
@PUBLIC
def test_unknown_context(bench: Bench) -> None:
    _wrong_context(bench, 0x63)


@case(
    id="dlms/APPL_OPEN_5/absent-context",
    title=Message("No application context"),
    stimulus=Message("Send an AARQ without an application context name."),
    requirement=Message("It is rejected permanently with application-context-name-not-supported (2)."),
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
    title=Message("Unused fields with dummy values"),
    stimulus=Message(
        "Propose an unciphered association with dummy titles, qualifiers and invocation ids: "
        "each field alone, and all together."
    ),
    requirement=Message("They are accepted: unused fields are ignored."),
)
@clause("APPL_OPEN_6")
@PUBLIC
def test_dummies(bench: Bench) -> None:
    for fields in (*((field,) for field in _DUMMIES), _DUMMIES):
        with bench.session("public") as session:
            check_accepted(bench, propose(bench, session, AarqShape(fields=fields)))


@case(
    id="dlms/APPL_OPEN_6/title-length",
    title=Message("Client title of another length"),
    stimulus=Message(
        "Propose the context with ciphering with a client title of 7 octets, of 9, and without it."
    ),
    requirement=Message("They are rejected with calling-AP-title-not-recognised (3)."),
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
    title=Message("Identification of the client's user"),
    stimulus=Message(
        "Associate with a user id of the list in the association object, and with one that is not there."
    ),
    requirement=Message(
        "The one listed is accepted and the other rejected; with an empty list all are accepted."
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
            raise bench.not_applicable(Message("the association keeps no list of users")) from None
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
    title=Message("Low-level authentication"),
    stimulus=Message("Associate with the declared password."),
    requirement=Message("It is accepted and data are served."),
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
    title=Message("Wrong password"),
    stimulus=Message(
        "Associate with another password, with a shorter one, a longer one and an empty one; "
        "then with the declared one."
    ),
    requirement=Message(
        "They are rejected with a diagnostic of authentication (11 to 14), no data are "
        "served, and the good one is accepted afterwards."
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
    title=Message("Incomplete authentication fields"),
    stimulus=Message(
        "Associate without authentication fields, with the mechanism but no value, with the "
        "value but no mechanism, and with an unknown mechanism."
    ),
    requirement=Message(
        "They are rejected, with the diagnostics 14, 13 or 14, 12 and 11; the good one is "
        "accepted afterwards."
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
    title=Message("Unannounced authentication"),
    stimulus=Message("Associate with the right mechanism and password, without sender-acse-requirements."),
    requirement=Message("No public source states the answer: it is noted."),
)
@clause("APPL_OPEN_7")
@READER
def test_unannounced(bench: Bench) -> None:
    good = need_password(bench)
    with bench.session("reader") as session:
        shape = AarqShape(authentication=AuthenticationShape(good, announced=False))
        _, aare = propose(bench, session, shape)
    accepted = aare is not None and aare.accepted
    bench.informational(Message("it accepts it") if accepted else Message("it does not accept it"))
    check_still_works(bench, "reader")


def _refused(
    bench: Bench, authentication: AuthenticationShape | None, diagnostics: set[tuple[int, int]]
) -> None:
    """The proposal is rejected, and no data are served on the same link."""
    with bench.session("reader") as session:
        check_rejected(bench, propose(bench, session, AarqShape(authentication=authentication)), diagnostics)
        answer = ask(bench, session, GET_LDN, Message("GET of the logical device name"))
        bench.check(not served(answer), Message("data are not served"))


def need_password(bench: Bench) -> bytes:
    """The reader's password.

    Raises:
        CaseNotApplicable: it has none.
    """
    secret = bench.association_section("reader").secret
    if not secret:
        raise bench.not_applicable(Message("the association has no password"))
    return secret
