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
from conformance.text import Text
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
        bench.observe("se escribe el reloj", "the clock is written")
        open_one.session.action(CLOCK_CLASS, _CLOCK, SHIFT_TIME, axdr.long(0))
        bench.observe("se invoca un método del reloj", "a method of the clock is invoked")
    except AccessRefused as refusal:
        if refusal.result not in _DENIED:
            raise
        bench.note("este cliente no puede escribir el reloj", "this client may not write the clock")
    except ActionRefused as refusal:
        if refusal.result not in _NO_ACTION:
            raise
        bench.note("este cliente no puede mover el reloj", "this client may not shift the clock")


@case(
    id="dlms/SYMSEC_0_BasicCap_1/protections",
    title=Text("Leer, escribir y actuar, cifrado", "Read, write and act, ciphered"),
    stimulus=Text(
        "Asociarse tres veces: con peticiones autenticadas, cifradas, y autenticadas y cifradas; leer, "
        "escribir e invocar un método.",
        "Associate three times: with requests authenticated, encrypted, and both; read, write and invoke a "
        "method.",
    ),
    requirement=Text(
        "Todo se atiende, y la respuesta va protegida al menos como la petición.",
        "All is served, and the answer is protected at least like the request.",
    ),
)
@clause("SYMSEC_0_BasicCap_1")
@MANAGEMENT
def test_protections(bench: Bench) -> None:
    least = least_protection(bench)
    for control in _PROTECTIONS:
        if least & ~control:
            bench.note(
                f"la política de hoy exige más que {control.summary}",
                f"the policy of today demands more than {control.summary}",
            )
            continue
        with must_secure(bench, Protection(control)) as open_one:
            answer = open_one.ask(
                open_one.sealer.seal(GET_LDN, control=control),
                f"GET {control.summary}",
                f"GET {control.summary}",
            )
            found = header(answer)
            bench.check(
                served(open_one.sealer.open(answer)),
                f"la lectura se atiende ({control.summary})",
                f"the read is served ({control.summary})",
            )
            bench.check(
                found is not None and not control & ~found[0],
                "la respuesta va protegida como la petición",
                "the answer is protected like the request",
            )
            _write_and_act(bench, open_one)


@case(
    id="dlms/SYMSEC_0_SecDataX_P1/forms",
    title=Text("Cifrado global y dedicado", "Global and dedicated ciphering"),
    stimulus=Text(
        "Leer y escribir con la clave global y, en otra asociación, con una clave dedicada.",
        "Read and write with the global key and, in another association, with a dedicated key.",
    ),
    requirement=Text("Todo se atiende, con la misma clave.", "All is served, with the same key."),
)
@clause("SYMSEC_0_SecDataX_P1")
@MANAGEMENT
def test_forms(bench: Bench) -> None:
    for form in (Form.GLO, Form.DED):
        key = bench.random_octets(_key_octets(bench)) if form.dedicated else None
        with must_secure(bench, Protection(use=form, dedicated_key=key)) as open_one:
            raw = open_one.sealer.seal(GET_LDN, form=form)
            answer = open_one.ask(raw, f"GET {form.value}", f"GET {form.value}")
            bench.check(
                served(open_one.sealer.open(answer)),
                f"la lectura {form.value} se atiende",
                f"the {form.value} read is served",
            )
            bench.check(
                answer is not None and answer[0] - raw[0] == 0xCC - 0xC8,
                "la respuesta usa la misma clave",
                "the answer uses the same key",
            )
            _write_and_act(bench, open_one)


@case(
    id="dlms/SYMSEC_0_SecDataX_N1/wrong-ciphering",
    title=Text("Cifrado equivocado", "Wrong ciphering"),
    stimulus=Text(
        "En una asociación cifrada: etiqueta de autenticación cambiada, otra clave de cifrado, otra clave de "
        "autenticación, otro título; y una petición sin protección.",
        "In a ciphered association: a changed authentication tag, another encryption key, another "
        "authentication key, another title; and a request without protection.",
    ),
    requirement=Text(
        "Nada de ello se atiende y la asociación sigue viva. Sin protección se atiende solo si la política "
        "lo permite.",
        "None of it is served and the association lives on. Without protection it is served only where the "
        "policy allows it.",
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
            (right[:-1] + bytes((right[-1] ^ 1,)), "etiqueta cambiada", "changed tag"),
            (
                seal(GET_LDN, keys=KeySet(strange, keys.gak)),
                "otra clave de cifrado",
                "another encryption key",
            ),
            (
                seal(GET_LDN, keys=KeySet(keys.guek, strange)),
                "otra clave de autenticación",
                "another authentication key",
            ),
            (seal(GET_LDN, title=strange[:8]), "otro título", "another title"),
            (
                seal(GET_LDN, title=strange[:8], form=Form.GENERAL_GLO),
                "otro título, nombrado",
                "another title, named",
            ),
        )
        for raw, es, en in wrong:
            open_one.check_refused(raw, es, en)
            open_one.check_alive()
        plain = open_one.ask(GET_LDN, "GET sin protección", "GET without protection")
        if served(plain):
            bench.note(
                "la política de hoy permite peticiones sin protección",
                "the policy of today allows requests without protection",
            )
    check_still_works(bench)


@case(
    id="dlms/SYMSEC_0_DedKey_N1/wrong-key",
    title=Text("Clave dedicada equivocada", "Wrong dedicated key"),
    stimulus=Text(
        "Proponer una clave dedicada de 15 octetos; después, en una asociación sin clave dedicada, usar una.",
        "Propose a dedicated key of 15 octets; then, in an association without one, use one.",
    ),
    requirement=Text(
        "La asociación se rechaza; la petición no se atiende y la asociación sigue viva.",
        "The association is rejected; the request is not served and the association lives on.",
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
        answer = ask(bench, session, raw, "AARQ, clave de 15 octetos", "AARQ, key of 15 octets", secret=True)
        check_rejected(bench, (answer, read_aare(answer or b"")))
    with secured(bench) as open_one:
        strange = replace(open_one.sealer.security, dedicated_key=bench.random_octets(_key_octets(bench)))
        raw = replace(open_one.sealer, security=strange).seal(GET_LDN, form=Form.DED)
        open_one.check_refused(raw, "GET con una clave no dada", "GET with a key that was not given")
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
    title=Text("Contador repetido o menor", "Counter repeated or lower"),
    stimulus=Text(
        "Enviar una petición cifrada, la misma otra vez, otra con el mismo contador, otra con uno menor y "
        "una con el siguiente.",
        "Send a ciphered request, the same again, another with the same counter, another with a lower one, "
        "and one with the next.",
    ),
    requirement=Text(
        "Solo se atienden la primera y la última; de las otras se dice el contador esperado.",
        "Only the first and the last are served; of the others the counter expected is told.",
    ),
)
@clause("SYMSEC_0_FraCount_1")
@MANAGEMENT
def test_replay(bench: Bench) -> None:
    with secured(bench) as open_one:
        seal, counter = open_one.sealer.seal, open_one.sealer.security.counter
        number = counter.take()
        first = seal(GET_LDN, counter=number)
        bench.check(
            served(open_one.opened(first, "GET", "GET")), "la primera se atiende", "the first is served"
        )
        named = True
        for raw, es, en in (
            (first, "la misma otra vez", "the same again"),
            (
                seal(GET_LDN[:2] + b"\xc2" + GET_LDN[3:], counter=number),
                "el mismo contador",
                "the same counter",
            ),
            (seal(GET_LDN, counter=number - 1), "un contador menor", "a lower counter"),
        ):
            answer = open_one.check_refused(raw, es, en)
            named = named and (answer is None or answer[2:3] == _COUNTER_ERROR)
        open_one.check_alive()
        if not named:
            bench.not_strictly(
                "rechaza sin decir que es el contador", "it refuses without saying that it is the counter"
            )


@case(
    id="dlms/SYMSEC_0_FraCount_3/own-counter",
    title=Text("Contador propio del dispositivo", "The device's own counter"),
    stimulus=Text(
        "Leer varias veces en dos asociaciones y, donde se puede, otra vez tras un corte de alimentación.",
        "Read several times in two associations and, where possible, again after a power cut.",
    ),
    requirement=Text(
        "El contador de las respuestas solo crece: nunca se repite.",
        "The counter of the answers only grows: it never repeats.",
    ),
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
    bench.observe(f"contadores: {seen}", f"counters: {seen}")
    grows = all(late > early for early, late in pairwise(counters))
    bench.check(bool(counters), "las respuestas llevan contador", "the answers carry a counter")
    bench.check(grows, "el contador solo crece", "the counter only grows")


def _counters(bench: Bench) -> list[int]:
    """Counters of a few answers in one association."""
    with secured(bench) as open_one:
        headers = [header(open_one.ask(open_one.sealer.seal(GET_LDN), "GET", "GET")) for _ in range(_READS)]
    return [found[1] for found in headers if found is not None]
