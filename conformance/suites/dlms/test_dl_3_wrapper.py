"""The TCP wrapper's own negative cases, under our ids: headers that must not be answered."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.raw_apdu import AarqShape, check_still_works, hear, heard, must_answer, read_aare
from i18n import Message

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
    bench.stimulus(Message("octets {raw}", raw=raw.hex()))
    link.send(raw)
    answer = hear(bench, link)
    if answer:
        bench.recorder.frame("rx", answer)
    bench.observe(heard(answer))
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
        Message("the first answer is the AARE of the second request"),
    )
    bench.check(len(answer) == size, Message("no other comes"))


@case(
    id="dlms/WRAPPER_VERSION/unknown",
    title=Message("Wrapper version"),
    stimulus=Message("An AARQ with version 2."),
    requirement=Message("It is not answered, and a new connection works."),
)
@clause("WRAPPER_VERSION")
@WRAPPER
def test_version(bench: Bench) -> None:
    check_still_works(bench)
    answer = _send(bench, _wrapped(bench, version=_VERSION + 1))
    bench.check(not answer, Message("it is not answered"))
    check_still_works(bench)


@case(
    id="dlms/WRAPPER_LENGTH/more-and-none",
    title=Message("Wrapper length"),
    stimulus=Message("An AARQ whose length says more than there is; an empty wrapper before a good AARQ."),
    requirement=Message("What is incomplete or empty is not answered; what is good is."),
)
@clause("WRAPPER_LENGTH")
@WRAPPER
def test_length(bench: Bench) -> None:
    check_still_works(bench)
    answer = _send(bench, _wrapped(bench, length=0xFFFF))
    bench.check(not answer, Message("what is incomplete is not answered"))
    check_still_works(bench)
    _only_the_second_is_answered(bench, _wrapped(bench, apdu=b""))


@case(
    id="dlms/WRAPPER_PORT/unknown-server",
    title=Message("Unknown destination port"),
    stimulus=Message("An AARQ to a logical device that is not there, before a good one."),
    requirement=Message("Only the second is answered."),
)
@clause("WRAPPER_PORT")
@WRAPPER
def test_port(bench: Bench) -> None:
    for stranger in (bench.statement.link.server_sap + 1, 0xFFFF):
        _only_the_second_is_answered(bench, _wrapped(bench, destination=stranger))
