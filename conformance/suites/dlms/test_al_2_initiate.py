"""APPL_OPEN 9 to 14: what the initiate request inside an AARQ may propose."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.object_list import ASSOCIATION
from conformance.bench.raw_apdu import (
    CONFORMANCE_LN,
    AarqShape,
    ask,
    check_accepted,
    check_alive,
    check_still_works,
    get_request,
    must_answer,
    propose,
    read_block,
    read_to_the_end,
)
from i18n import Message
from protocols.dlms import axdr

PUBLIC = pytest.mark.needs("association:public")

_VERSION_TOO_LOW, _INCOMPATIBLE, _PDU_TOO_SHORT = "0e010601", "0e010602", "0e010603"
#: Bits that the standard reserves: 0 and 7 of the 24, counted from the first one on the wire.
_RESERVED = 0x810000
_ALL_SERVICES = int.from_bytes(CONFORMANCE_LN, "big")
_LN_SERVICES = tuple(1 << bit for bit in range(24) if _ALL_SERVICES & (1 << bit))
#: A service that reads, writes or acts by itself; the others only extend one.
_STANDS_ALONE = 0x000019
_SMALL_PDU = 64


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/APPL_OPEN_9/dedicated-key",
    title=Message("Dedicated key without ciphering"),
    stimulus=Message("Propose a dedicated key in a context without ciphering."),
    requirement=Message("It is ignored or refused, and the association takes no harm."),
)
@clause("APPL_OPEN_9")
@PUBLIC
def test_dedicated_key(bench: Bench) -> None:
    with bench.session("public") as session:
        answered = propose(bench, session, AarqShape(dedicated_key=bytes(range(16))))
        if answered[1] is not None and answered[1].accepted:
            check_accepted(bench, answered)
            check_alive(bench, session)
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_11/quality-of-service",
    title=Message("Quality of service proposed"),
    stimulus=Message("Propose the same association with quality of service 0 and without it."),
    requirement=Message("The result is the same."),
)
@clause("APPL_OPEN_11")
@PUBLIC
def test_quality_of_service(bench: Bench) -> None:
    granted = []
    for quality in (None, 0):
        with bench.session("public") as session:
            answered = propose(bench, session, AarqShape(quality_of_service=quality))
            granted.append(check_accepted(bench, answered))
    bench.check(granted[0] == granted[1], Message("the same is granted"))


@case(
    id="dlms/APPL_OPEN_12/version-5",
    title=Message("DLMS version 5"),
    stimulus=Message("Propose DLMS version 5."),
    requirement=Message("It is refused with dlms-version-too-low (0E 01 06 01)."),
)
@clause("APPL_OPEN_12")
@PUBLIC
def test_version_too_low(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(dlms_version=5), _VERSION_TOO_LOW)


@case(
    id="dlms/APPL_OPEN_12/version-7",
    title=Message("DLMS version 7"),
    stimulus=Message("Propose DLMS version 7."),
    requirement=Message("It is accepted, with version 6."),
)
@clause("APPL_OPEN_12")
@PUBLIC
def test_version_higher(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(dlms_version=7)))


@case(
    id="dlms/APPL_OPEN_13/empty",
    title=Message("No service proposed"),
    stimulus=Message("Propose an empty conformance block."),
    requirement=Message("It is refused with incompatible-conformance (0E 01 06 02)."),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_empty_conformance(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(conformance=bytes(3)), _INCOMPATIBLE)


@case(
    id="dlms/APPL_OPEN_13/each-alone",
    title=Message("Each service alone"),
    stimulus=Message("Propose each logical-name service alone."),
    requirement=Message(
        "That one or none is granted, never one that was not proposed; reading is always accepted."
    ),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_each_alone(bench: Bench) -> None:
    for service in _LN_SERVICES:
        proposed = service.to_bytes(3, "big")
        with bench.session("public") as session:
            answered = propose(bench, session, AarqShape(conformance=proposed))
            if answered[1] is not None and answered[1].accepted:
                check_accepted(bench, answered, proposed)
            elif service & _STANDS_ALONE:
                bench.note(
                    Message("the service {service:06x} alone is not accepted", service=service),
                )
    check_still_works(bench)


@case(
    id="dlms/APPL_OPEN_13/reserved",
    title=Message("Reserved bits"),
    stimulus=Message("Propose the usual services with the reserved bits set."),
    requirement=Message("It is accepted, and reserved bits are not granted."),
)
@clause("APPL_OPEN_13")
@PUBLIC
def test_reserved(bench: Bench) -> None:
    with_reserved = (_ALL_SERVICES | _RESERVED).to_bytes(3, "big")
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(conformance=with_reserved)))


@case(
    id="dlms/APPL_OPEN_14/pdu-11",
    title=Message("PDU of 11 octets"),
    stimulus=Message("Propose a largest PDU of 11 octets."),
    requirement=Message("It is refused with pdu-size-too-short (0E 01 06 03)."),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_too_short(bench: Bench) -> None:
    _initiate_error(bench, AarqShape(max_pdu=11), _PDU_TOO_SHORT)


@case(
    id="dlms/APPL_OPEN_14/pdu-0",
    title=Message("PDU without limit"),
    stimulus=Message("Propose a largest PDU of 0."),
    requirement=Message("It is accepted: zero is no limit."),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_unlimited(bench: Bench) -> None:
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(max_pdu=0)))


@case(
    id="dlms/APPL_OPEN_14/pdu-small",
    title=Message("A small PDU is kept to"),
    stimulus=Message("Associate with a largest PDU of 64 octets and read the object list."),
    requirement=Message(
        "No answer is longer than 64 octets; the long one is refused, or comes in blocks, "
        "numbered from 1 without gaps, that join to the same value."
    ),
)
@clause("APPL_OPEN_14")
@PUBLIC
def test_pdu_small(bench: Bench) -> None:
    object_list = get_request(15, bytes((0, 0, 40, 0, 0, 255)), 2)
    value: bytes | None = None
    with bench.session("public") as session:
        check_accepted(bench, propose(bench, session, AarqShape(max_pdu=_SMALL_PDU)))
        answer = ask(bench, session, object_list, Message("GET of the object list"))
        must_answer(bench, answer)
        octets = len(answer or b"")
        bench.measure("answer", octets, "octets")
        bench.check(octets <= _SMALL_PDU, Message("the answer is {octets} octets", octets=octets))
        first = read_block(answer)
        if first is not None and first.raw is not None:
            value = read_to_the_end(bench, session, first, _SMALL_PDU)
    if value is not None:
        with bench.associated("public") as dialogue:
            whole = axdr.encode(dialogue.get(15, ASSOCIATION, 2))
        bench.check(value == whole, Message("the blocks give the whole list"))


def _initiate_error(bench: Bench, shape: AarqShape, error: str) -> None:
    """The proposal is refused, best with the initiate error that names why, bare or inside an AARE."""
    with bench.session("public") as session:
        answer, aare = propose(bench, session, shape)
        bench.check(aare is None or not aare.accepted, Message("the association is not accepted"))
        if error not in (answer or b"").hex():
            bench.not_strictly(Message("it does not say {error}", error=error))
    check_still_works(bench)
