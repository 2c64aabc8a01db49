"""Further checks on what was agreed: each service left out in turn, and the empty agreement.

Source: GXDLMSDirector's extra checks, by their purpose; the words and the stimuli are ours
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import (
    ACTION_RESPONSE,
    CONFORMANCE_LN,
    GET_LDN,
    GET_RESPONSE,
    HARMLESS_ACTION,
    SET_RESPONSE,
    AarqShape,
    ask,
    check_accepted,
    check_alive,
    done,
    get_request,
    harmless_set,
    propose,
    served,
)
from i18n import Message

PUBLIC = pytest.mark.needs("association:public")

_SERVICES = int.from_bytes(CONFORMANCE_LN, "big")
_GET, _SET, _ACTION, _SELECTIVE, _MULTIPLE, _GET_BLOCKS = 0x10, 0x08, 0x01, 0x04, 0x0200, 0x1000
_OBJECT_LIST_SELECTED = bytes.fromhex("c001c1000f0000280000ff02") + bytes.fromhex("01010300")
_TWO_NAMES = bytes.fromhex("c003c102") + 2 * GET_LDN[3:]
_SMALL_PDU = 64
_OBJECT_LIST = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)
_WITH_BLOCK = b"\x02"

#: What is left out, in words; its bit; a request that uses it.
_LEFT_OUT = (
    ("ACTION", _ACTION, HARMLESS_ACTION),
    ("multiple-references", _MULTIPLE, _TWO_NAMES),
    ("selective-access", _SELECTIVE, _OBJECT_LIST_SELECTED),
)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="should")


@case(
    id="dlms/EXTRA_SERVICES/left-out",
    title=Message("Each service left out"),
    stimulus=Message("Propose every service but one and use that one; then read."),
    requirement=Message("The one left out is not served, and the association lives on."),
)
@clause("EXTRA_SERVICES")
@PUBLIC
def test_left_out(bench: Bench) -> None:
    for name, bit, request in (("SET", _SET, harmless_set(bench)), *_LEFT_OUT):
        with bench.session("public") as session:
            proposed = (_SERVICES & ~bit).to_bytes(3, "big")
            granted = check_accepted(
                bench, propose(bench, session, AarqShape(conformance=proposed)), proposed
            )
            bench.check(not granted.conformance & bit, Message("it does not grant {name}", name=name))
            answer = ask(bench, session, request, Message("use {name}", name=name))
            listed = (
                answer is not None and answer[:2] == bytes((GET_RESPONSE, 3)) and answer[3:5] == b"\x02\x00"
            )
            bench.check(
                not done(answer) and not served(answer) and not listed,
                Message("{name} is not served", name=name),
            )
            if answer is not None and answer[0] in (SET_RESPONSE, ACTION_RESPONSE):
                bench.not_strictly(
                    Message("{name}: it answers with a result instead of an exception", name=name),
                )
            check_alive(bench, session)


@case(
    id="dlms/EXTRA_SERVICES/no-get",
    title=Message("Without GET"),
    stimulus=Message("Propose SET and ACTION without GET, and read."),
    requirement=Message("Where the association is accepted, the read is not served."),
)
@clause("EXTRA_SERVICES")
@PUBLIC
def test_no_get(bench: Bench) -> None:
    proposed = (_SET | _ACTION).to_bytes(3, "big")
    with bench.session("public") as session:
        answered = propose(bench, session, AarqShape(conformance=proposed))
        if answered[1] is None or not answered[1].accepted:
            raise bench.not_applicable(Message("it accepts no association without GET"))
        answer = ask(bench, session, GET_LDN, Message("GET of the logical device name"))
        bench.check(not served(answer), Message("the read is not served"))


@case(
    id="dlms/EXTRA_SERVICES/no-blocks",
    title=Message("Without read blocks"),
    stimulus=Message(
        "Propose the services without GET blocks, with a PDU of 64 octets, and read the object list."
    ),
    requirement=Message("No block comes, and the association lives on."),
)
@clause("EXTRA_SERVICES")
@PUBLIC
def test_no_blocks(bench: Bench) -> None:
    proposed = (_SERVICES & ~_GET_BLOCKS).to_bytes(3, "big")
    with bench.session("public") as session:
        shape = AarqShape(conformance=proposed, max_pdu=_SMALL_PDU)
        check_accepted(bench, propose(bench, session, shape), proposed)
        answer = ask(bench, session, _OBJECT_LIST, Message("GET of the object list"))
        block = answer is not None and answer[:1] == bytes((GET_RESPONSE,)) and answer[1:2] == _WITH_BLOCK
        bench.check(not block, Message("no block comes"))
        bench.check(answer is None or len(answer) <= _SMALL_PDU, Message("the PDU size is kept to"))
        check_alive(bench, session)
