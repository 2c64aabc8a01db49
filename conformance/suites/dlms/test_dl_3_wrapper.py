"""The TCP wrapper's own negative cases, under our ids: headers that must not be answered."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import AarqShape, check_still_works, hear, must_answer, read_aare
from conformance.text import Text

WRAPPER = pytest.mark.needs("framing:wrapper", "association:public")

_VERSION = 1
_HEADER = 8


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


def _wrapped(
    bench: Bench,
    *,
    version: int = _VERSION,
    destination: int | None = None,
    length: int | None = None,
    apdu: bytes | None = None,
) -> bytes:
    """An AARQ behind a header in which anything may be wrong."""
    content = AarqShape().to_bytes() if apdu is None else apdu
    client = bench.association_section("public").client_sap
    server = bench.statement.link.server_sap if destination is None else destination
    numbers = (version, client, server, len(content) if length is None else length)
    return b"".join(number.to_bytes(2, "big") for number in numbers) + content


def _send(bench: Bench, raw: bytes) -> bytes:
    """Send it on a fresh connection; what comes back."""
    bench.drop_link()
    link = bench.link()
    bench.recorder.frame("tx", raw)
    bench.stimulus(f"octetos {raw.hex()}", f"octets {raw.hex()}")
    link.send(raw)
    answer = hear(bench, link)
    if answer:
        bench.recorder.frame("rx", answer)
    bench.observe(
        f"contesta {answer.hex()}" if answer else "no contesta",
        f"it answers {answer.hex()}" if answer else "it does not answer",
    )
    bench.drop_link()
    return answer


def _only_the_second_is_answered(bench: Bench, bad: bytes) -> None:
    """A bad PDU and a good one at once: the first that comes must be the good one's answer, and the only."""
    answer = _send(bench, bad + _wrapped(bench))
    must_answer(bench, answer or None)
    size = _HEADER + int.from_bytes(answer[6:_HEADER], "big")
    seen = read_aare(answer[_HEADER:])
    source = int.from_bytes(answer[2:4], "big")
    bench.check(
        seen is not None and seen.accepted and source == bench.statement.link.server_sap,
        "la primera respuesta es el AARE de la segunda petición",
        "the first answer is the AARE of the second request",
    )
    bench.check(len(answer) == size, "no llega otra", "no other comes")


@case(
    id="dlms/WRAPPER_VERSION/unknown",
    title=Text("Versión de la envoltura", "Wrapper version"),
    stimulus=Text("Un AARQ con versión 2.", "An AARQ with version 2."),
    requirement=Text(
        "No se contesta, y una conexión nueva funciona.", "It is not answered, and a new connection works."
    ),
)
@clause("WRAPPER_VERSION")
@WRAPPER
def test_version(bench: Bench) -> None:
    check_still_works(bench)
    answer = _send(bench, _wrapped(bench, version=_VERSION + 1))
    bench.check(not answer, "no se contesta", "it is not answered")
    check_still_works(bench)


@case(
    id="dlms/WRAPPER_LENGTH/more-and-none",
    title=Text("Longitud de la envoltura", "Wrapper length"),
    stimulus=Text(
        "Un AARQ cuya longitud dice más de lo que hay; una envoltura vacía delante de un AARQ bueno.",
        "An AARQ whose length says more than there is; an empty wrapper before a good AARQ.",
    ),
    requirement=Text(
        "Lo incompleto y lo vacío no se contesta; lo bueno, sí.",
        "What is incomplete or empty is not answered; what is good is.",
    ),
)
@clause("WRAPPER_LENGTH")
@WRAPPER
def test_length(bench: Bench) -> None:
    check_still_works(bench)
    answer = _send(bench, _wrapped(bench, length=0xFFFF))
    bench.check(not answer, "lo incompleto no se contesta", "what is incomplete is not answered")
    check_still_works(bench)
    _only_the_second_is_answered(bench, _wrapped(bench, apdu=b""))


@case(
    id="dlms/WRAPPER_PORT/unknown-server",
    title=Text("Puerto de destino desconocido", "Unknown destination port"),
    stimulus=Text(
        "Un AARQ a un dispositivo lógico que no existe, delante de uno bueno.",
        "An AARQ to a logical device that is not there, before a good one.",
    ),
    requirement=Text("Solo se contesta el segundo.", "Only the second is answered."),
)
@clause("WRAPPER_PORT")
@WRAPPER
def test_port(bench: Bench) -> None:
    for stranger in (bench.statement.link.server_sap + 1, 0xFFFF):
        _only_the_second_is_answered(bench, _wrapped(bench, destination=stranger))
