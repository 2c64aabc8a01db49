"""SYMSEC_0: invocation counters of the client and of the device."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from itertools import pairwise

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.exchange import served
from conformance.bench.raw import GET_LDN
from conformance.bench.secure import header
from conformance.bench.secured import ASSOCIATION, secured
from conformance.text import Text

MANAGEMENT = pytest.mark.needs(f"association:{ASSOCIATION}")
_COUNTER_ERROR = bytes.fromhex("06")
_READS = 4


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


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
        bench.home.cut()
        bench.clock.wait(1.0)
        bench.home.energise()
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
