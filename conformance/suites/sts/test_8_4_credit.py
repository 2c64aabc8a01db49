"""8.4 TransferCredit: the amount that is coded is the amount that is credited."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text


@case(
    id="sts/8.4/amounts",
    title=Text("Cantidades pequeñas y grandes", "Amounts small and large"),
    stimulus=Text(
        "Teclear códigos de 0,1 kWh, 1638,3 kWh y 1638,4 kWh (el borde del primer exponente).",
        "Enter tokens of 0.1 kWh, 1638.3 kWh and 1638.4 kWh (the border of the first exponent).",
    ),
    requirement=Text("El crédito sube exactamente lo codificado.", "Credit rises by exactly what is coded."),
)
@pytest.mark.clause("iec62055-41", "8.4", level="shall")
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_amounts(bench: Bench) -> None:
    desk = bench.tokens
    for units in (1, 16_383, 16_384):
        digits = desk.credit(units)
        with desk.credit_moves(units):
            answer = desk.enter(digits)
            if answer.may_be("OverflowError"):
                raise bench.inconclusive(
                    "el crédito del medidor está cerca de su capacidad",
                    "the meter's credit is near its capacity",
                )
            desk.expect_accepted(answer)
