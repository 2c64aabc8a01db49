"""8.7 ClearCredit."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text
from protocols.sts.token import ClearCredit

_ELECTRICITY = 0


@case(
    id="sts/8.7/clear",
    title=Text("Borrar el crédito", "Clear the credit"),
    stimulus=Text(
        "Con crédito en el medidor, teclear un código de borrado del registro de electricidad.",
        "With credit in the meter, enter a token that clears the electricity register.",
    ),
    requirement=Text("Se acepta y el crédito queda en cero.", "It is accepted and credit becomes zero."),
)
@pytest.mark.clause("iec62055-41", "8.7", level="shall")
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_clear(bench: Bench) -> None:
    desk = bench.tokens
    desk.must_accept(desk.credit(20))
    desk.expect_accepted(desk.enter(desk.mint.token(ClearCredit(5, desk.tid(), _ELECTRICITY))))
    left_wh = desk.credit_wh()
    bench.check(left_wh == 0, f"el crédito es 0 Wh (es {left_wh})", f"credit is 0 Wh (it is {left_wh})")
    desk.must_accept(desk.credit(20))
