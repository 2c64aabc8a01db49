"""8.5 InitiateMeterTest/Display: not enciphered, good as often as wanted."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.token import InitiateMeterTest

#: Display of the total register: a test that moves nothing.
_DISPLAY_TOTAL = 0x4


@case(
    id="sts/8.5/display",
    title=Text("Código de presentación", "Display token"),
    stimulus=Text(
        "Teclear dos veces el código que muestra el registro total.",
        "Enter the token that shows the total register twice.",
    ),
    requirement=Text(
        "Se acepta las dos veces y el crédito no cambia.",
        "It is accepted both times and credit does not move.",
    ),
)
@pytest.mark.clause("iec62055-41", "8.5", level="shall")
@pytest.mark.needs("sts", "keypad")
def test_display(bench: Bench) -> None:
    desk = bench.tokens
    drn = MeterPrimaryAccountNumber(desk.mint.register.pan).decoder_reference_number
    digits = desk.mint.token(InitiateMeterTest(_DISPLAY_TOTAL, 0, drn.mfr_code_digits))
    with desk.credit_moves(0):
        for _ in range(2):
            desk.expect_accepted(desk.enter(digits, "keypad"))
