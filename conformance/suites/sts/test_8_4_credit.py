"""8.4 TransferCredit: the amount that is coded is the amount that is credited."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.sts_procedures import every_cut
from i18n import Message
from protocols.sts.token import ClearCredit

CLAUSE = pytest.mark.clause("iec62055-41", "8.4", level="shall")

_RND = 5
_ELECTRICITY = 0
#: Smallest and largest amount of each exponent, tenths of a kWh: mantissa 0 and 16383.
_BORDERS_UNITS = (0, 16_383, 16_384, 180_214, 180_224, 1_818_524, 1_818_624, 18_201_624)


@case(
    id="sts/8.4/amounts",
    title=Message("Amounts small and large"),
    stimulus=Message(
        "Enter tokens of 0.1 kWh, 1.5 kWh, 1638.3 kWh and 1638.4 kWh (the border of the first exponent)."
    ),
    requirement=Message("Credit rises by exactly what is coded."),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_amounts(bench: Bench) -> None:
    for units in (1, 15, 16_383, 16_384):
        if not _rises(bench, units):
            raise bench.inconclusive(
                Message("the meter's credit is near its capacity"),
            )


@case(
    id="sts/8.4/exponents",
    title=Message("The four exponents"),
    stimulus=Message(
        "From zero credit, enter the smallest and the largest amount of each exponent (mantissa 0 and 16383)."
    ),
    requirement=Message(
        "Credit rises by exactly what is coded, or the token is OverflowError and nothing changes."
    ),
)
@CLAUSE
@pytest.mark.needs("sts", "token-entry", "account", "association:reader")
def test_exponents(bench: Bench) -> None:
    tokens = bench.tokens
    for units in _BORDERS_UNITS:
        tokens.must_accept(tokens.mint.token(ClearCredit(_RND, tokens.tid(), _ELECTRICITY)))
        if not _rises(bench, units):
            bench.note(Message("there is no room for {units:g} kWh", units=units / 10))
    tokens.must_accept(tokens.mint.token(ClearCredit(_RND, tokens.tid(), _ELECTRICITY)))
    tokens.must_accept(tokens.credit(100))


def _rises(bench: Bench, units: int) -> bool:
    """True if the device takes a token of so much, checked against its credit; else it must be full."""
    tokens = bench.tokens
    digits, before_wh = tokens.credit(units), tokens.credit_wh()
    answer = tokens.enter(digits)
    tokens.expect(answer, "Accept", "OverflowError")
    due_wh = tokens.due_wh(units) if answer.accepted else 0
    moved_wh = (tokens.credit_wh() or 0) - (before_wh or 0)
    bench.check(
        moved_wh == due_wh,
        Message("credit moves by {due_wh} Wh (it moved by {moved_wh} Wh)", due_wh=due_wh, moved_wh=moved_wh),
    )
    return answer.accepted


@case(
    id="sts/8.4/power-cut",
    title=Message("Power cut while a token is accepted"),
    stimulus=Message(
        "Enter credit tokens and cut the supply before, during and after each write of the "
        "memory; after each cut, enter the same token again."
    ),
    requirement=Message("After both attempts credit has risen exactly once, and the third is UsedError."),
)
@CLAUSE
@pytest.mark.clause("pay", "PAY-08", level="shall")
@pytest.mark.needs("sts", "token-entry", "account", "association:reader", "supply", "cut", "clock")
def test_power_cut(bench: Bench) -> None:
    tokens = bench.tokens
    rehearsed = tokens.credit(3)
    for cut in every_cut(bench, lambda: tokens.expect_accepted(tokens.enter(rehearsed))):
        digits = tokens.credit(3)
        with tokens.credit_moves(3):
            cut(digits)
            tokens.expect(tokens.enter(digits), "Accept", "UsedError")
        with tokens.credit_moves(0):
            tokens.expect(tokens.enter(digits), "UsedError")
