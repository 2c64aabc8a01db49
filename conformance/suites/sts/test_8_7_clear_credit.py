"""8.7 ClearCredit."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.refusals import keeps_tid
from conformance.text import Text
from protocols.sts.token import ALL_REGISTERS, ClearCredit

CLAUSE = pytest.mark.clause("iec62055-41", "8.7", level="shall")

_RND = 5
_ELECTRICITY = 0
#: Registers of water, gas and time, and the four in currency: a kWh meter has none of them.
_OTHER_REGISTERS = range(1, 8)


@case(
    id="sts/8.7/clear",
    title=Text("Borrar el crédito", "Clear the credit"),
    stimulus=Text(
        "Con crédito en el medidor, teclear un código que borra el registro de electricidad, y repetirlo "
        "con crédito nuevo; lo mismo con el que borra todos (0xFFFF).",
        "With credit in the meter, enter a token that clears the electricity register, and again with new "
        "credit; the same with one that clears all (0xFFFF).",
    ),
    requirement=Text(
        "Se acepta y el crédito queda en cero; el repetido es UsedError y no borra.",
        "It is accepted and credit becomes zero; the repeated one is UsedError and clears nothing.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_clear(bench: Bench) -> None:
    desk = bench.tokens
    for register in (_ELECTRICITY, ALL_REGISTERS):
        digits = desk.mint.token(ClearCredit(_RND, desk.tid(), register))
        desk.must_accept(desk.credit(20))
        desk.expect_accepted(desk.enter(digits))
        left_wh = desk.credit_wh()
        bench.check(left_wh == 0, f"el crédito es 0 Wh (es {left_wh})", f"credit is 0 Wh (it is {left_wh})")
        desk.must_accept(desk.credit(20))
        with desk.credit_moves(0):
            desk.expect(desk.enter(digits), "UsedError")


@case(
    id="sts/8.7/other-registers",
    title=Text("Borrar registros que el medidor no tiene", "Clear registers that the meter lacks"),
    stimulus=Text(
        "Teclear códigos que borran los registros de agua, gas, tiempo y moneda (1 a 7).",
        "Enter tokens that clear the registers of water, gas, time and currency (1 to 7).",
    ),
    requirement=Text(
        "Son FunctionError (o RangeError), el crédito no cambia y el TID no se consume.",
        "They are FunctionError (or RangeError), credit does not move and the TID is not used up.",
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry")
def test_other_registers(bench: Bench) -> None:
    desk = bench.tokens
    desk.must_accept(desk.credit(20))
    for register in _OTHER_REGISTERS:
        keeps_tid(
            bench,
            lambda tid, number=register: ClearCredit(_RND, tid, number),  # type: ignore[misc]
            "FunctionError",
            "RangeError",
        )
