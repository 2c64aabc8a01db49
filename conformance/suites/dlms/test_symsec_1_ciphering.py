# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""SYMSEC_0: rightly ciphered requests are served, others refused; keys and invocation counters."""

from dataclasses import replace
from itertools import pairwise

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Protection, header
from conformance.bench.raw_apdu import GET_LDN, ask, check_rejected, check_still_works, read_aare, served
from conformance.bench.security import (
    ASSOCIATION,
    CLOCK,
    CLOCK_CLASS,
    SHIFT_TIME,
    TIME,
    SecuredAssociation,
    least_protection,
    must_secure,
    sealer_of,
    secured,
)
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.obis import Obis
from protocols.dlms.security import Form, KeySet, SecurityControl
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from protocols.dlms.xdlms.initiate import InitiateRequest

# ---- SYMSEC_0: what is ciphered rightly is served, what is not is refused; global and dedicated keys.

MANAGEMENT = pytest.mark.needs(f"association:{ASSOCIATION}")
_CLOCK = Obis.from_string(CLOCK)
_PROTECTIONS = (
    SecurityControl.AUTHENTICATED,
    SecurityControl.ENCRYPTED,
    SecurityControl.AUTHENTICATED_ENCRYPTED,
)
_DENIED = (DataAccessResult.READ_WRITE_DENIED, DataAccessResult.OBJECT_UNDEFINED)
_NO_ACTION = (ActionResult.READ_WRITE_DENIED, ActionResult.OBJECT_UNDEFINED)
_SMALL = 0x20


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


def _write_and_act(bench: Bench, open_one: SecuredAssociation) -> None:
    """Write the clock's own time back and shift it by nothing, where the client may."""
    try:
        time = open_one.session.get(CLOCK_CLASS, _CLOCK, TIME)
        open_one.session.set(CLOCK_CLASS, _CLOCK, TIME, time)
        bench.observe(Message("the clock is written"))
        open_one.session.action(CLOCK_CLASS, _CLOCK, SHIFT_TIME, axdr.long(0))
        bench.observe(Message("a method of the clock is invoked"))
    except AccessRefused as refusal:
        if refusal.result not in _DENIED:
            raise
        bench.note(Message("this client may not write the clock"))
    except ActionRefused as refusal:
        if refusal.result not in _NO_ACTION:
            raise
        bench.note(Message("this client may not shift the clock"))


@case(
    id="dlms/SYMSEC_0_BasicCap_1/protections",
    title=Message("Read, write and act, ciphered"),
    stimulus=Message(
        "Associate three times: with requests authenticated, encrypted, and both; read, "
        "write and invoke a method."
    ),
    requirement=Message("All is served, and the answer is protected at least like the request."),
)
@clause("SYMSEC_0_BasicCap_1")
@MANAGEMENT
def test_protections(bench: Bench) -> None:
    least = least_protection(bench)
    for control in _PROTECTIONS:
        if least & ~control:
            bench.note(
                Message("the policy of today demands more than {summary}", summary=control.summary),
            )
            continue
        with must_secure(bench, Protection(control)) as open_one:
            answer = open_one.ask(
                open_one.sealer.seal(GET_LDN, control=control),
                Message("GET {summary}", summary=control.summary),
            )
            found = header(answer)
            bench.check(
                served(open_one.sealer.open(answer)),
                Message("the read is served ({summary})", summary=control.summary),
            )
            bench.check(
                found is not None and not control & ~found[0],
                Message("the answer is protected like the request"),
            )
            _write_and_act(bench, open_one)


@case(
    id="dlms/SYMSEC_0_SecDataX_P1/forms",
    title=Message("Global and dedicated ciphering"),
    stimulus=Message("Read and write with the global key and, in another association, with a dedicated key."),
    requirement=Message("All is served, with the same key."),
)
@clause("SYMSEC_0_SecDataX_P1")
@MANAGEMENT
def test_forms(bench: Bench) -> None:
    for form in (Form.GLO, Form.DED):
        key = bench.random_octets(_key_octets(bench)) if form.dedicated else None
        with must_secure(bench, Protection(use=form, dedicated_key=key)) as open_one:
            raw = open_one.sealer.seal(GET_LDN, form=form)
            answer = open_one.ask(raw, Message("GET {value}", value=form.value))
            bench.check(
                served(open_one.sealer.open(answer)),
                Message("the {value} read is served", value=form.value),
            )
            bench.check(
                answer is not None and answer[0] - raw[0] == 0xCC - 0xC8,
                Message("the answer uses the same key"),
            )
            _write_and_act(bench, open_one)


@case(
    id="dlms/SYMSEC_0_SecDataX_N1/wrong-ciphering",
    title=Message("Wrong ciphering"),
    stimulus=Message(
        "In a ciphered association: a changed authentication tag, another encryption key, "
        "another authentication key, another title; and a request without protection."
    ),
    requirement=Message(
        "None of it is served and the association lives on. Without protection it is served "
        "only where the policy allows it."
    ),
)
@clause("SYMSEC_0_SecDataX_N1")
@MANAGEMENT
def test_wrong_ciphering(bench: Bench) -> None:
    with secured(bench) as open_one:
        seal, keys = open_one.sealer.seal, open_one.sealer.security.keys
        strange = bench.random_octets(len(keys.guek))
        right = seal(GET_LDN)
        wrong = (
            (right[:-1] + bytes((right[-1] ^ 1,)), Message("changed tag")),
            (
                seal(GET_LDN, keys=KeySet(strange, keys.gak)),
                Message("another encryption key"),
            ),
            (
                seal(GET_LDN, keys=KeySet(keys.guek, strange)),
                Message("another authentication key"),
            ),
            (seal(GET_LDN, title=strange[:8]), Message("another title")),
            (
                seal(GET_LDN, title=strange[:8], form=Form.GENERAL_GLO),
                Message("another title, named"),
            ),
        )
        for raw, text in wrong:
            open_one.check_refused(raw, text)
            open_one.check_alive()
        plain = open_one.ask(GET_LDN, Message("GET without protection"))
        if served(plain):
            bench.note(
                Message("the policy of today allows requests without protection"),
            )
    check_still_works(bench)


@case(
    id="dlms/SYMSEC_0_DedKey_N1/wrong-key",
    title=Message("Wrong dedicated key"),
    stimulus=Message("Propose a dedicated key of 15 octets; then, in an association without one, use one."),
    requirement=Message(
        "The association is rejected; the request is not served and the association lives on."
    ),
)
@clause("SYMSEC_0_DedKey_N1")
@MANAGEMENT
def test_wrong_dedicated_key(bench: Bench) -> None:
    with bench.session(ASSOCIATION) as session:
        sealer = sealer_of(session)
        aarq = decode_apdu(session.client.associate())
        session.client.abandon()
        assert isinstance(aarq, Aarq)
        initiate = InitiateRequest(session.client.conformance, 0xFFFF, dedicated_key=bench.random_octets(15))
        information = decode_apdu(sealer.seal(initiate.to_bytes()))
        raw = replace(aarq, user_information=information).to_bytes()  # type: ignore[arg-type]
        answer = ask(bench, session, raw, Message("AARQ, key of 15 octets"), secret=True)
        check_rejected(bench, (answer, read_aare(answer or b"")))
    with secured(bench) as open_one:
        strange = replace(open_one.sealer.security, dedicated_key=bench.random_octets(_key_octets(bench)))
        raw = replace(open_one.sealer, security=strange).seal(GET_LDN, form=Form.DED)
        open_one.check_refused(raw, Message("GET with a key that was not given"))
        open_one.check_alive()
    check_still_works(bench)


def _key_octets(bench: Bench) -> int:
    """Octets of a key of the device's suite."""
    section = bench.association_section(ASSOCIATION).security
    return 16 if section is None else section.security_suite.key_octets


# ---- SYMSEC_0: invocation counters of the client and of the device.

_COUNTER_ERROR = bytes.fromhex("06")
_READS = 4


@case(
    id="dlms/SYMSEC_0_FraCount_1/replay",
    title=Message("Counter repeated or lower"),
    stimulus=Message(
        "Send a ciphered request, the same again, another with the same counter, another "
        "with a lower one, and one with the next."
    ),
    requirement=Message(
        "Only the first and the last are served; of the others the counter expected is told."
    ),
)
@clause("SYMSEC_0_FraCount_1")
@MANAGEMENT
def test_replay(bench: Bench) -> None:
    with secured(bench) as open_one:
        seal, counter = open_one.sealer.seal, open_one.sealer.security.counter
        number = counter.take()
        first = seal(GET_LDN, counter=number)
        bench.check(served(open_one.opened(first, Message("GET"))), Message("the first is served"))
        named = True
        for raw, text in (
            (first, Message("the same again")),
            (
                seal(GET_LDN[:2] + b"\xc2" + GET_LDN[3:], counter=number),
                Message("the same counter"),
            ),
            (seal(GET_LDN, counter=number - 1), Message("a lower counter")),
        ):
            answer = open_one.check_refused(raw, text)
            named = named and (answer is None or answer[2:3] == _COUNTER_ERROR)
        open_one.check_alive()
        if not named:
            bench.not_strictly(Message("it refuses without saying that it is the counter"))


@case(
    id="dlms/SYMSEC_0_FraCount_3/own-counter",
    title=Message("The device's own counter"),
    stimulus=Message("Read several times in two associations and, where possible, again after a power cut."),
    requirement=Message("The counter of the answers only grows: it never repeats."),
)
@clause("SYMSEC_0_FraCount_3")
@MANAGEMENT
def test_own_counter(bench: Bench) -> None:
    counters = _counters(bench) + _counters(bench)
    if bench.has("supply"):
        bench.stations.cut()
        bench.clock.wait(1.0)
        bench.stations.energise()
        bench.clock.wait(1.0)
        bench.drop_link()
        counters += _counters(bench)
    seen = ", ".join(str(counter) for counter in counters)
    bench.observe(Message("counters: {seen}", seen=seen))
    grows = all(late > early for early, late in pairwise(counters))
    bench.check(bool(counters), Message("the answers carry a counter"))
    bench.check(grows, Message("the counter only grows"))


def _counters(bench: Bench) -> list[int]:
    """Counters of a few answers in one association."""
    with secured(bench) as open_one:
        headers = [header(open_one.ask(open_one.sealer.seal(GET_LDN), Message("GET"))) for _ in range(_READS)]
    return [found[1] for found in headers if found is not None]
