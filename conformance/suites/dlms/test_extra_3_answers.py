"""Further checks on answers: each belongs to its request, each reference of a list has its own, or none.

Source: IEC 62056-5-3, invoke-id-and-priority, GET with list; the words and the stimuli are ours
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import (
    ERRORS,
    GET_LDN,
    GET_RESPONSE,
    AarqShape,
    ask,
    check_accepted,
    check_alive,
    get_request,
    must_answer,
    propose,
    set_request,
)
from i18n import Message

PUBLIC = pytest.mark.needs("association:public")
CLAUSE = pytest.mark.clause("dlms-yb", "EXTRA_ANSWERS", level="should")

_NOWHERE = bytes((9, 9, 99, 99, 99, 255))
_SET_NOWHERE = set_request(1, _NOWHERE, 2, bytes.fromhex("090458585858"))
_NAME_NOWHERE_NAME = bytes.fromhex("c003c103") + GET_LDN[3:] + get_request(1, _NOWHERE, 2)[3:] + GET_LDN[3:]
_AN_ERROR = b"\x01"
_MULTIPLE = 0x0200
_WITH_LIST = 3
_INVOKE_ID, _CONFIRMED, _HIGH_PRIORITY = 0x0F, 0x40, 0x80
#: A device that takes longer requests than this is not sent one that is too long.
_LONGEST_TRIED = 2048
_MOST_REFERENCES = 0xFF


@case(
    id="dlms/EXTRA_ANSWERS/invoke-id",
    title=Message("Invoke-id"),
    stimulus=Message(
        "Read the logical device name, and write an object that does not exist, with the "
        "invoke-ids 0 to 15, of normal and of high priority."
    ),
    requirement=Message("Each answer bears the invoke-id of its request."),
)
@CLAUSE
@PUBLIC
def test_invoke_id(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape()))
        for invoke in range(16):
            for request in (GET_LDN, _SET_NOWHERE):
                octet = invoke | (_CONFIRMED if invoke % 2 else _CONFIRMED | _HIGH_PRIORITY)
                answer = ask(bench, session, request[:2] + bytes((octet,)) + request[3:], Message("request"))
                must_answer(bench, answer)
                assert answer
                if answer[0] not in ERRORS:
                    bench.check(
                        answer[2] & _INVOKE_ID == invoke,
                        Message("it answers number {invoke} ({answer:02x})", invoke=invoke, answer=answer[2]),
                    )


@case(
    id="dlms/EXTRA_ANSWERS/list-with-error",
    title=Message("A list with an object that does not exist"),
    stimulus=Message(
        "Read in one request the logical device name, an object that does not exist, and the name again."
    ),
    requirement=Message("Each reference has its result: data, an error, data."),
)
@CLAUSE
@PUBLIC
def test_list_with_error(bench: Bench) -> None:
    with bench.session("public") as session:
        granted = check_accepted(bench, propose(bench, session, AarqShape()))
        if not granted.conformance & _MULTIPLE:
            raise bench.not_applicable(Message("multiple-references is not granted"))
        name = ask(bench, session, GET_LDN, Message("GET of the logical device name"))
        answer = ask(bench, session, _NAME_NOWHERE_NAME, Message("GET of the list"))
        must_answer(bench, answer)
        assert name
        assert answer
        data = name[3:]  # choice and value, as each result of a list has them
        head, rest = answer[:2] + answer[3:4], answer[4:]
        bench.check(
            head == bytes((GET_RESPONSE, _WITH_LIST, 3))
            and rest.startswith(data + _AN_ERROR)
            and rest.endswith(data),
            Message("data, an error, data"),
        )
        check_alive(bench, session)


@case(
    id="dlms/EXTRA_ANSWERS/unconfirmed",
    title=Message("Unconfirmed request"),
    stimulus=Message("Write without confirmation an object that does not exist, then read."),
    requirement=Message("The write is not answered; the read is."),
)
@CLAUSE
@PUBLIC
def test_unconfirmed(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape()))
        check_alive(bench, session)
        request = _SET_NOWHERE[:2] + bytes((_SET_NOWHERE[2] & ~_CONFIRMED,)) + _SET_NOWHERE[3:]
        answer = ask(bench, session, request, Message("unconfirmed SET"))
        bench.check(answer is None, Message("it is not answered"))
        check_alive(bench, session)


@case(
    id="dlms/EXTRA_ANSWERS/too-long",
    title=Message("Request longer than the device's PDU"),
    stimulus=Message(
        "Ask in a list for the logical device name so often that the request is longer than the PDU granted."
    ),
    requirement=Message("Whatever it answers, the association lives on."),
)
@CLAUSE
@PUBLIC
def test_too_long(bench: Bench) -> None:
    with bench.session("public") as session:
        granted = check_accepted(bench, propose(bench, session, AarqShape()))
        reference = GET_LDN[3:]
        count = granted.max_pdu // len(reference) + 1
        if not 0 < granted.max_pdu <= _LONGEST_TRIED or count > _MOST_REFERENCES:
            raise bench.not_applicable(Message("its PDU is too large to try this"))
        length = bytes((count,)) if count < 0x80 else bytes((0x81, count))
        request = bytes.fromhex("c003c1") + length + count * reference
        answer = ask(bench, session, request, Message("GET of the list"))
        served = answer is not None and answer[0] == GET_RESPONSE
        bench.note(Message("it serves it") if served else Message("it does not serve it"))
        check_alive(bench, session)
