"""8.2 Entry: twenty digits below 2^66, by keypad or gateway, and nothing else."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text

CLAUSE = pytest.mark.clause("iec62055-41", "8.2", level="shall")
#: The first number that is no token: 66 bits are full.
_TWO_TO_66 = str(1 << 66)


@case(
    id="sts/8.2/keypad",
    title=Text("Código por teclado", "Token by keypad"),
    stimulus=Text("Teclear un código de crédito nuevo.", "Enter a fresh credit token at the keypad."),
    requirement=Text(
        "Se acepta y el crédito sube exactamente su cantidad.",
        "It is accepted and credit rises by exactly its amount.",
    ),
)
@CLAUSE
@pytest.mark.clause("iec62055-41", "8.4", level="shall")
@pytest.mark.needs("sts", "keypad")
def test_keypad(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(12)
    with desk.credit_moves(12):
        desk.expect_accepted(desk.enter(digits, "keypad"))


@case(
    id="sts/8.2/gateway",
    title=Text("Código por la pasarela DLMS", "Token by the DLMS gateway"),
    stimulus=Text("Entregar un código de crédito nuevo por DLMS.", "Deliver a fresh credit token by DLMS."),
    requirement=Text(
        "Se ejecuta, el estado de la pasarela lo dice y el crédito sube exactamente su cantidad.",
        "It is executed, the gateway's status says so and credit rises by exactly its amount.",
    ),
)
@CLAUSE
@pytest.mark.clause("dlms-bb", "class-115", level="shall")
@pytest.mark.needs("sts", "token-gateway", "association:reader")
def test_gateway(bench: Bench) -> None:
    desk = bench.tokens
    digits = desk.credit(13)
    with desk.credit_moves(13):
        desk.expect_accepted(desk.enter(digits, "gateway"))


@case(
    id="sts/8.2/malformed",
    title=Text("Entradas que no son un código", "Entries that are no token"),
    stimulus=Text(
        "Teclear 19 dígitos, 21 dígitos, y 20 dígitos por encima de 2^66−1.",
        "Enter 19 digits, 21 digits, and 20 digits above 2^66−1.",
    ),
    requirement=Text(
        "Ninguna se acepta y el crédito no cambia.", "None is accepted and credit does not move."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_malformed(bench: Bench) -> None:
    desk = bench.tokens
    good = desk.credit(8)
    with desk.credit_moves(0):
        for entry in (good[:19], "9" + good, _TWO_TO_66, "9" * 20):
            desk.expect_refused(desk.enter(entry))
    with desk.credit_moves(8):
        desk.expect_accepted(desk.enter(good))
