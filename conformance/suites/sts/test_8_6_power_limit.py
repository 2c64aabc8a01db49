"""8.6 SetMaximumPowerLimit."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text
from protocols.sts.token import SetMaximumPowerLimit

_LIMIT_W = 5000


@case(
    id="sts/8.6/set-limit",
    title=Text("Poner el límite de potencia", "Set the power limit"),
    stimulus=Text(
        "Teclear un código de límite de 5 kW, repetirlo, y poner después el límite nominal del medidor.",
        "Enter a 5 kW limit token, repeat it, then set the meter's rated limit.",
    ),
    requirement=Text(
        "El nuevo se acepta, el repetido es UsedError y el crédito no cambia.",
        "The new one is accepted, the repeated one is UsedError and credit does not move.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.6", level="shall")
@pytest.mark.needs("sts", "token-entry")
def test_set_limit(bench: Bench) -> None:
    desk = bench.tokens
    plate = bench.statement.metrology
    rated_w = int(plate.nominal_voltage_v * plate.maximum_current_a)
    digits = desk.mint.token(SetMaximumPowerLimit(5, desk.tid(), _LIMIT_W))
    with desk.credit_moves(0):
        desk.expect_accepted(desk.enter(digits))
        desk.expect(desk.enter(digits), "UsedError")
        desk.expect_accepted(desk.enter(desk.mint.token(SetMaximumPowerLimit(5, desk.tid(), rated_w))))
