# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""APPL_DATA_LN and APPL_DATA_SN: services that must be refused and leave the association alive."""

from collections.abc import Sequence

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import (
    CONFIRMED_SERVICE_ERROR,
    CONFORMANCE_SN,
    ERRORS,
    GET_LDN,
    GET_RESPONSE,
    LDN,
    SET_RESPONSE,
    AarqShape,
    ask,
    check_accepted,
    check_alive,
    done,
    get_next,
    get_request,
    harmless_set,
    must_answer,
    propose,
    read_block,
    served,
    set_request,
)
from i18n import Message, Verbatim
from protocols.dlms.session import DlmsSession

# ---- APPL_DATA_LN_N1: reads that get an error of their own and leave the association alive.

PUBLIC = pytest.mark.needs("association:public")
GET_CLAUSE = pytest.mark.clause("dlms-yb", "APPL_DATA_LN_N1", level="shall")

_NOWHERE = bytes((9, 9, 99, 99, 99, 255))
_OBJECT_LIST = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)
_SMALL_PDU = 64
_ACCESS_RESULT = b"\x01"
#: data-access-results by name.
_READ_WRITE_DENIED, _UNDEFINED, _INCONSISTENT, _UNAVAILABLE, _SCOPE_VIOLATED = 3, 4, 9, 11, 13


@case(
    id="dlms/APPL_DATA_LN_N1/unknown-choice",
    title=Message("GET of an unknown choice"),
    stimulus=Message("Send GET requests with the choices 00, 04, 06 and FF."),
    requirement=Message("The answer is an exception and the association lives on."),
)
@GET_CLAUSE
@PUBLIC
def test_unknown_choice(bench: Bench) -> None:
    _exceptions(bench, [bytes((0xC0, choice, 0xC1)) + GET_LDN[3:] for choice in (0x00, 0x04, 0x06, 0xFF)])


@case(
    id="dlms/APPL_DATA_LN_N1/missing-elements",
    title=Message("Incomplete GET"),
    stimulus=Message("Send a GET request cut at each of its octets."),
    requirement=Message("The answer is an exception or silence, and the association lives on."),
)
@GET_CLAUSE
@PUBLIC
def test_missing_elements(bench: Bench) -> None:
    _exceptions(bench, [GET_LDN[:octets] for octets in range(1, len(GET_LDN))])


@case(
    id="dlms/APPL_DATA_LN_N1/excess",
    title=Message("GET with octets in excess"),
    stimulus=Message("Send a GET request with octets left over."),
    requirement=Message("No public source states the answer: it is noted; the association lives on."),
)
@GET_CLAUSE
@PUBLIC
def test_excess(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, GET_LDN + b"\x00\x00", Message("GET with excess"))
        if served(answer):
            bench.informational(Message("it ignores them"))
        else:
            bench.informational(Message("it does not serve it"))
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/undefined-object",
    title=Message("GET of an object that does not exist"),
    stimulus=Message("Read an object that does not exist, of a known and of an unknown class."),
    requirement=Message(
        "The result is object-undefined (4) or object-unavailable (11); the association lives on."
    ),
)
@GET_CLAUSE
@PUBLIC
def test_get_of_undefined_object(bench: Bench) -> None:
    _get_refused(bench, get_request(3, _NOWHERE, 2), (_UNDEFINED, _UNAVAILABLE))
    _get_refused(bench, get_request(0xFFFE, _NOWHERE, 2), (_UNDEFINED, _UNAVAILABLE, _INCONSISTENT))


@case(
    id="dlms/APPL_DATA_LN_N1/wrong-class",
    title=Message("GET under the wrong class"),
    stimulus=Message("Read the logical device name as if it were a register (class 3)."),
    requirement=Message(
        "The result is object-class-inconsistent (9) or object-undefined (4); the association lives on."
    ),
)
@GET_CLAUSE
@PUBLIC
def test_wrong_class(bench: Bench) -> None:
    _get_refused(bench, get_request(3, LDN, 2), (_INCONSISTENT, _UNDEFINED))


@case(
    id="dlms/APPL_DATA_LN_N1/undefined-attribute",
    title=Message("GET of an attribute that does not exist"),
    stimulus=Message("Read the attributes 99 and −1 of the logical device name."),
    requirement=Message("An access result that is no data; the association lives on."),
)
@GET_CLAUSE
@PUBLIC
def test_undefined_attribute(bench: Bench) -> None:
    proper = (_READ_WRITE_DENIED, _UNDEFINED, _UNAVAILABLE, _SCOPE_VIOLATED)
    for attribute in (99, 0xFF):
        _get_refused(bench, get_request(1, LDN, attribute), proper)


@case(
    id="dlms/APPL_DATA_LN_N1/next-without-transfer",
    title=Message("Ask for a block that nobody offers"),
    stimulus=Message("Send GET-next of block 1 and of block 4294967295 with no transfer under way."),
    requirement=Message(
        "No data: no-long-get (16), block-number-invalid (19), another result or an "
        "exception; the association lives on."
    ),
)
@GET_CLAUSE
@PUBLIC
def test_next_without_transfer(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for number in (1, 0xFFFFFFFF):
            request = bytes((0xC0, 0x02, 0xC1)) + number.to_bytes(4, "big")
            answer = ask(bench, session, request, Message("GET-next")) or b""
            block = answer[:2] == bytes((GET_RESPONSE, 0x02))
            bench.check(not block or answer[8:9] == _ACCESS_RESULT, Message("it gives no data"))
            check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/wrong-block",
    title=Message("Ask for another block than the next"),
    stimulus=Message(
        "With a PDU of 64 octets, begin to read the object list and ask for a block out of turn."
    ),
    requirement=Message(
        "No data: block-number-invalid (19), another result or an exception; the association lives on."
    ),
)
@GET_CLAUSE
@PUBLIC
def test_wrong_block(bench: Bench) -> None:
    for number in (7, 0xFFFFFFFF):
        with bench.session("public") as session:
            check_accepted(bench, propose(bench, session, AarqShape(max_pdu=_SMALL_PDU)))
            first = read_block(ask(bench, session, _OBJECT_LIST, Message("GET of the list")))
            if first is None or first.last:
                raise bench.not_applicable(Message("the object list does not come in blocks"))
            answer = ask(bench, session, get_next(number), Message("GET-next {number}", number=number))
            block = read_block(answer)
            bench.check(
                not served(answer) and (block is None or not block.raw),
                Message("it gives no data"),
            )
            check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N1/sn-read",
    title=Message("Short-name read in N1"),
    stimulus=Message("Read by short name (Read of FA00) in a logical-name association."),
    requirement=Message("The answer is an exception and the association lives on."),
)
@GET_CLAUSE
@PUBLIC
def test_sn_read(bench: Bench) -> None:
    _exceptions(bench, [bytes.fromhex("050102fa00")])


def _exceptions(bench: Bench, requests: list[bytes]) -> None:
    """Each request gets an exception, and the association lives on."""
    with bench.session("public") as session:
        session.associate()
        for request in requests:
            answer = ask(bench, session, request, Message("request"))
            bench.check(not served(answer), Message("it gives no data"))
            if answer is None or answer[0] not in ERRORS:
                bench.not_strictly(Message("it does not answer with an exception"))
        check_alive(bench, session)


def _get_refused(bench: Bench, request: bytes, results: tuple[int, ...]) -> None:
    """The read gets one of `results`, and the association lives on."""
    with bench.session("public") as session:
        session.associate()
        answer = ask(bench, session, request, Message("GET")) or b""
        bench.check(not served(answer), Message("it gives no data"))
        proper = (
            answer[:1] == bytes((GET_RESPONSE,)) and answer[3:4] == _ACCESS_RESULT and answer[4] in results
        )
        if not proper:
            bench.not_strictly(
                Message("the error is none of {results}: {answer}", results=results, answer=answer.hex()),
            )
        check_alive(bench, session)


# ---- APPL_DATA_LN_N3 and N4: writes and services that must be refused, and leave the association alive.

_VALUE = 2
#: Where the data of a GET-response-normal begin.
_DATA_AT = 4
_TEXT = bytes.fromhex("090458585858")
#: data-access-results by name.

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
    (Message("tag 00"), "00"),
    (Message("tag C9"), "c900c1"),
    (Message("EventNotification"), "c200000100002a0000ff0200"),
    (Message("GET-response"), "c401c1000600000001"),
)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_DATA_LN_N3/malformed",
    title=Message("Malformed SET"),
    stimulus=Message("Send a SET request of an unknown choice (06) and one with elements missing."),
    requirement=Message("The answer is an exception and the association lives on."),
)
@clause("APPL_DATA_LN_N3")
@PUBLIC
def test_malformed(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for request in (_UNKNOWN_CHOICE, _MISSING_ELEMENTS):
            _refused_whole(bench, ask(bench, session, request, Message("SET")))
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N3/undefined-object",
    title=Message("SET of an object that does not exist"),
    stimulus=Message("Write an object that does not exist, and one that exists under another class."),
    requirement=Message(
        "It is refused with object-undefined (4), class-inconsistent (9), read-write-denied "
        "(3) or another access result; the association lives on."
    ),
)
@clause("APPL_DATA_LN_N3")
@PUBLIC
def test_set_of_undefined_object(bench: Bench) -> None:
    proper = (_READ_WRITE_DENIED, _UNDEFINED, _INCONSISTENT, _UNAVAILABLE, _SCOPE_VIOLATED)
    requests = (set_request(1, _NOWHERE, 2, _TEXT), harmless_set(bench, class_id=3))
    with bench.session("public") as session:
        session.associate()
        for request in requests:
            answer = ask(bench, session, request, Message("SET"))
            _refused_write(bench, answer, proper)
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N3/read-only",
    title=Message("SET of a read-only attribute"),
    stimulus=Message("Write the logical device name and its logical name."),
    requirement=Message(
        "It is refused with read-write-denied (3) or an exception, and the name does not change."
    ),
)
@clause("APPL_DATA_LN_N3")
@PUBLIC
def test_read_only(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        before = ask(bench, session, GET_LDN, Message("GET of the name"))
        for attribute, data in ((2, _TEXT), (1, b"\x09\x06" + _NOWHERE)):
            request = set_request(1, LDN, attribute, data)
            answer = ask(bench, session, request, Message("SET of the name"))
            if done(answer) and attribute == _VALUE and served(before):
                _give_back(bench, session, before or b"")
            _refused_write(bench, answer, (_READ_WRITE_DENIED, _SCOPE_VIOLATED))
        after = ask(bench, session, GET_LDN, Message("GET of the name"))
        bench.check(before == after, Message("the name does not change"))


@case(
    id="dlms/APPL_DATA_LN_N4/sn-read",
    title=Message("Short-name services"),
    stimulus=Message("Send the short-name services in a logical-name association."),
    requirement=Message("The confirmed ones get an exception, and the association lives on."),
)
@clause("APPL_DATA_LN_N4")
@PUBLIC
def test_sn_services(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for name, request in _SHORT_NAME_SERVICES:
            answer = ask(bench, session, bytes.fromhex(request), Verbatim(name))
            if name in ("Read", "Write"):
                _refused_whole(bench, answer)
        check_alive(bench, session)


@case(
    id="dlms/APPL_DATA_LN_N4/unknown",
    title=Message("Services that a server does not serve"),
    stimulus=Message("Send unknown tags, a notification and a response, as if they were requests."),
    requirement=Message("None is served, and the association lives on."),
)
@clause("APPL_DATA_LN_N4")
@PUBLIC
def test_unknown(bench: Bench) -> None:
    with bench.session("public") as session:
        session.associate()
        for text, request in _UNKNOWN_SERVICES:
            answer = ask(bench, session, bytes.fromhex(request), text)
            bench.check(not served(answer) and not done(answer), Message("it does not serve it"))
        check_alive(bench, session)


def _give_back(bench: Bench, session: DlmsSession, read: bytes) -> None:
    """A device that took the name gets its own one back: later cases ask for it."""
    request = set_request(1, LDN, _VALUE, read[_DATA_AT:])
    ask(bench, session, request, Message("SET of the name before"))


def _refused_whole(bench: Bench, answer: bytes | None) -> None:
    bench.check(not served(answer) and not done(answer), Message("it does not serve it"))
    if answer is None or answer[0] not in ERRORS:
        bench.not_strictly(Message("it does not answer with an exception"))


def _refused_write(bench: Bench, answer: bytes | None, results: tuple[int, ...]) -> None:
    bench.check(not done(answer), Message("the write is refused"))
    if answer is None:
        bench.not_strictly(Message("it refuses it by silence"))
    elif answer[0] == SET_RESPONSE and answer[3] not in results:
        bench.not_strictly(Message("it refuses with the result {answer}", answer=answer[3]))


# ---- APPL_DATA_SN: reads, writes and services that a short-name server must refuse.

SHORT_NAMES = pytest.mark.needs("association:public", "short-names")

_SN_WITHOUT_CIPHERING = 2
_EXCEPTION = 0xD8
_READ_RESPONSE, _WRITE_RESPONSE = 0x0C, 0x0D
_DATA_ACCESS_ERROR = 0x01
#: Association object, attribute object_list: every short-name server has it. Source: IEC 62056-6-2, class 12.
_READ_OBJECT_LIST = bytes.fromhex("050102fa08")


@case(
    id="dlms/APPL_DATA_SN_N1/read",
    title=Message("Read errors"),
    stimulus=Message(
        "Read a short name that does not exist, with an unknown choice and with elements missing."
    ),
    requirement=Message("A data-access-error or confirmed-service-error; the association lives on."),
)
@clause("APPL_DATA_SN_N1")
@SHORT_NAMES
def test_read(bench: Bench) -> None:
    _short_name_refused(bench, _READ_RESPONSE, ("0501020001", "050109fa00", "050102fa"))


@case(
    id="dlms/APPL_DATA_SN_N2/write",
    title=Message("Write errors"),
    stimulus=Message(
        "Write a short name that does not exist, the name of the association, and with elements missing."
    ),
    requirement=Message("A data-access-error or confirmed-service-error; the association lives on."),
)
@clause("APPL_DATA_SN_N2")
@SHORT_NAMES
def test_write(bench: Bench) -> None:
    _short_name_refused(
        bench, _WRITE_RESPONSE, ("0601020001011100", "060102fa0001090600000000000000", "060102fa0001")
    )


@case(
    id="dlms/APPL_DATA_SN_N3/unsupported",
    title=Message("Unsupported service"),
    stimulus=Message("Send GET in a short-name association."),
    requirement=Message("confirmed-service-error or exception; the association lives on."),
)
@clause("APPL_DATA_SN_N3")
@SHORT_NAMES
def test_unsupported(bench: Bench) -> None:
    _short_name_refused(bench, None, (GET_LDN.hex(),))


def _short_name_refused(bench: Bench, response: int | None, requests: Sequence[str]) -> None:
    with bench.session("public") as session:
        shape = AarqShape(context=_SN_WITHOUT_CIPHERING, conformance=CONFORMANCE_SN)
        answer, aare = propose(bench, session, shape)
        must_answer(bench, answer)
        bench.check(
            aare is not None and aare.accepted,
            Message("the short-name association is accepted"),
        )
        for request in requests:
            _check_refused(bench, ask(bench, session, bytes.fromhex(request), Message("request")), response)
        _check_alive(bench, session)


def _check_refused(bench: Bench, answer: bytes | None, response: int | None) -> None:
    must_answer(bench, answer)
    assert answer
    errors = (CONFIRMED_SERVICE_ERROR, _EXCEPTION)
    in_place = response is not None and answer[0] == response and answer[2:3] == bytes((_DATA_ACCESS_ERROR,))
    bench.check(answer[0] in errors or in_place, Message("it is refused"))
    if answer[0] == _EXCEPTION:
        bench.not_strictly(Message("it answers with an exception"))


def _check_alive(bench: Bench, session: DlmsSession) -> None:
    answer = ask(bench, session, _READ_OBJECT_LIST, Message("Read of the list")) or b""
    alive = answer[:3] == bytes((_READ_RESPONSE, 1, 0)) or answer[:3] == bytes((_READ_RESPONSE, 1, 2))
    bench.check(alive, Message("the association lives on"))
