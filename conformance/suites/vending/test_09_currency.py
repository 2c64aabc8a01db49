# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""CTSA20 to CTSA24: credit in currency, and the extended token set of STS 202-5."""

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import card
from conformance.vending.vending_system import Credit, Management
from i18n import Message
from protocols.sts.amounts import MAGNITUDE_MAX_1E5
from protocols.sts.token import SetExtendedToken, TransferCurrencyCredit

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
ONE, ONE_CODED, MINUS_ONE_CODED = 100_000, 100_004, -99_994
"""One unit of the base currency in 10⁻⁵, and how it is coded: upwards, also below zero."""

ELECTRICITY, WATER, GAS, TIME = range(4, 8)


@published("CTSA20", Message("Currency for electricity"), "vending:currency")
def test_ctsa20(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA20", ea)


@published("CTSA21", Message("Currency for water"), "vending:currency")
def test_ctsa21(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA21", ea)


@published("CTSA22", Message("Currency for gas"), "vending:currency")
def test_ctsa22(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA22", ea)


@published("CTSA23", Message("Currency for time"), "vending:currency")
def test_ctsa23(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA23", ea)


def currency_rules(bench: Bench, subclass: int) -> None:
    """Rounding on both sides of zero; no token for what the coding does not hold."""
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        for amount, coded in ((ONE, ONE_CODED), (-ONE, MINUS_ONE_CODED)):
            (digits,) = desk.served(
                Message("{amount} · 10⁻⁵, EA{ea}", amount=amount, ea=ea),
                Credit(meter, subclass, amount),
            )
            decoded = desk.read(digits, meter)
            held = decoded.token.amount_1e5 if isinstance(decoded.token, TransferCurrencyCredit) else None
            bench.check(
                bool(decoded.crc_ok) and held == coded,
                Message("it carries {held}, must be {coded}, with CRC_C", held=held, coded=coded),
            )
        for amount in (MAGNITUDE_MAX_1E5 + 1, -MAGNITUDE_MAX_1E5 - 1):
            desk.refused(
                Message("more than fits") if amount > 0 else Message("less than fits"),
                Credit(meter, subclass, amount),
                "value",
            )


TITLE = Message("Rounding and range of currency")
STIMULUS = Message("Sell 1 and −1 of the base currency, and more than the coding holds, on both sides.")
REQUIREMENT = Message("1.00004 and −0.99994, with CRC_C; what does not fit is refused.")


@rule("CTSA20", "rounding", TITLE, STIMULUS, REQUIREMENT, "vending:currency")
def test_electricity(bench: Bench) -> None:
    currency_rules(bench, ELECTRICITY)


@rule("CTSA21", "rounding", TITLE, STIMULUS, REQUIREMENT, "vending:currency")
def test_water(bench: Bench) -> None:
    currency_rules(bench, WATER)


@rule("CTSA22", "rounding", TITLE, STIMULUS, REQUIREMENT, "vending:currency")
def test_gas(bench: Bench) -> None:
    currency_rules(bench, GAS)


@rule("CTSA23", "rounding", TITLE, STIMULUS, REQUIREMENT, "vending:currency")
def test_time(bench: Bench) -> None:
    currency_rules(bench, TIME)


EXTENDED = 10


@published("CTSA24", Message("Extended token set"), "vending:extended")
def test_ctsa24(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA24", ea)


@rule(
    "CTSA24",
    "out-of-range",
    Message("Values that do not fit their fields"),
    Message("Ask for index 63 with 1023, the largest, and then for 65536 and −1."),
    Message("The first reads back; the others are refused."),
    "vending:extended",
)
def test_out_of_range(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        (digits,) = desk.served(
            Message("index 63, value 1023, EA{ea}", ea=ea),
            Management(meter, EXTENDED, 0xFFFF),
        )
        token = desk.read(digits, meter).token
        fits = isinstance(token, SetExtendedToken) and (token.token_index, token.control_value) == (63, 1023)
        bench.check(fits, Message("it carries index 63 and value 1023"))
        for value in (0x10000, -1):
            desk.refused(
                Message("the value {value}, EA{ea}", value=value, ea=ea),
                Management(meter, EXTENDED, value),
                "value",
            )
