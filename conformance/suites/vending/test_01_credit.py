"""CTSA01 and CTSA10: credit, its subclasses and meters, and the coding of its amount."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import card
from conformance.vending.vending_system import Credit
from i18n import Message
from protocols.sts.token import TransferCredit

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
LARGEST_UNITS = 18_201_624


@published("CTSA01", Message("Credit of the four kinds"))
def test_ctsa01(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA01", ea)


@rule(
    "CTSA01",
    "no-such-key",
    Message("Credit without a key or a subclass"),
    Message(
        "Ask for credit under an SGC and under a KRN that the system lacks, and of the reserved subclass 8."
    ),
    Message("All three are refused; the right sale is served."),
)
def test_no_such_key(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        desk.served(Message("the right sale, EA{ea}", ea=ea), Credit(meter, 0, 10))
        strange = [card(1, ea, sgc="999999"), card(1, ea, krn=9)]
        for other in strange:
            desk.refused(
                Message("SGC {sgc}, KRN {krn}", sgc=other.sgc, krn=other.krn),
                Credit(other, 0, 10),
                "no-key",
            )
        desk.refused(Message("subclass 8"), Credit(meter, 8, 10), "value")


@published("CTSA10", Message("Amounts at the borders of the exponent"))
def test_ctsa10(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA10", ea)


@rule(
    "CTSA10",
    "out-of-range",
    Message("Amounts that no token holds"),
    Message("Ask for the largest amount that can be coded, for the next one, and for a negative one."),
    Message("The largest is served; the others are refused."),
)
def test_out_of_range(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        for units in (LARGEST_UNITS, LARGEST_UNITS + 1, -1):
            words = Message("{units} units of 0.1 kWh, EA{ea}", units=units, ea=ea)
            if units == LARGEST_UNITS:
                desk.served(words, Credit(meter, 0, LARGEST_UNITS))
            else:
                desk.refused(words, Credit(meter, 0, units), "value")


@rule(
    "CTSA10",
    "never-less-than-paid",
    Message("Rounding favours the customer"),
    Message("Sell amounts that cannot be coded exactly, in each exponent, and read the token."),
    Message("The token holds the amount asked for or the next that can be coded: never less, nor yet more."),
)
def test_never_less_than_paid(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        for units, owed in ((16_385, 16_394), (180_215, 180_224), (180_225, 180_324), (1_818_625, 1_819_624)):
            (digits,) = desk.served(
                Message("{units} units, EA{ea}", units=units, ea=ea),
                Credit(meter, 0, units),
            )
            token = desk.read(digits, meter).token
            held = token.amount_units if isinstance(token, TransferCredit) else None
            bench.check(
                held == owed,
                Message("{units} asked for, {held} in the token", units=units, held=held),
            )
