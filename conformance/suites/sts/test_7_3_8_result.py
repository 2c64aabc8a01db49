"""7.3.8 Token result: what a meter does not offer is refused by name."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.text import Text
from protocols.sts.token import TransferCredit

_WATER = 1


@case(
    id="sts/7.3.8/function",
    title=Text("Crédito de agua en un medidor de electricidad", "Water credit on an electricity meter"),
    stimulus=Text(
        "Teclear un código auténtico de crédito de agua, y después uno de electricidad con el mismo TID.",
        "Enter an authentic water-credit token, then an electricity one of the same TID.",
    ),
    requirement=Text(
        "El primero es FunctionError, no cambia el crédito ni consume el TID; el segundo se acepta.",
        "The first is FunctionError, moves no credit and consumes no TID; the second is accepted.",
    ),
)
@pytest.mark.clause("iec62055-41", "7.3.8", level="shall")
@pytest.mark.needs("sts", "token-entry")
def test_function(bench: Bench) -> None:
    desk = bench.tokens
    tid = desk.tid()
    with desk.credit_moves(0):
        desk.expect(desk.enter(desk.mint.token(TransferCredit(_WATER, 5, tid, 10))), "FunctionError")
    with desk.credit_moves(2):
        desk.expect_accepted(desk.enter(desk.credit(2, tid=tid)))
