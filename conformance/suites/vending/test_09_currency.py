# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""CTSA20 to CTSA24: credit in currency, and the extended token set of STS 202-5."""

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import card
from conformance.vending.vending_system import Credit, Management
from protocols.sts.amounts import MAGNITUDE_MAX_1E5
from protocols.sts.token import SetExtendedToken, TransferCurrencyCredit

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
ONE, ONE_CODED, MINUS_ONE_CODED = 100_000, 100_004, -99_994
"""One unit of the base currency in 10⁻⁵, and how it is coded: upwards, also below zero."""

ELECTRICITY, WATER, GAS, TIME = range(4, 8)


@published("CTSA20", Text("Dinero para electricidad", "Currency for electricity"), "vending:currency")
def test_ctsa20(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA20", ea)


@published("CTSA21", Text("Dinero para agua", "Currency for water"), "vending:currency")
def test_ctsa21(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA21", ea)


@published("CTSA22", Text("Dinero para gas", "Currency for gas"), "vending:currency")
def test_ctsa22(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA22", ea)


@published("CTSA23", Text("Dinero para tiempo", "Currency for time"), "vending:currency")
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
                f"{amount} · 10⁻⁵, EA{ea}",
                f"{amount} · 10⁻⁵, EA{ea}",
                Credit(meter, subclass, amount),
            )
            decoded = desk.read(digits, meter)
            held = decoded.token.amount_1e5 if isinstance(decoded.token, TransferCurrencyCredit) else None
            bench.check(
                bool(decoded.crc_ok) and held == coded,
                f"lleva {held}, debe {coded}, con CRC_C",
                f"it carries {held}, must be {coded}, with CRC_C",
            )
        for amount in (MAGNITUDE_MAX_1E5 + 1, -MAGNITUDE_MAX_1E5 - 1):
            desk.refused(
                "más de lo que cabe" if amount > 0 else "menos de lo que cabe",
                "more than fits" if amount > 0 else "less than fits",
                Credit(meter, subclass, amount),
                "value",
            )


TITLE = Text("Redondeo y alcance del dinero", "Rounding and range of currency")
STIMULUS = Text(
    "Vender 1 y −1 de la moneda base, y más de lo que la codificación admite, hacia ambos lados.",
    "Sell 1 and −1 of the base currency, and more than the coding holds, on both sides.",
)
REQUIREMENT = Text(
    "1,00004 y −0,99994, con CRC_C; lo que no cabe se rechaza.",
    "1.00004 and −0.99994, with CRC_C; what does not fit is refused.",
)


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


@published("CTSA24", Text("Conjunto extendido", "Extended token set"), "vending:extended")
def test_ctsa24(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA24", ea)


@rule(
    "CTSA24",
    "out-of-range",
    Text("Valores que no caben en sus campos", "Values that do not fit their fields"),
    Text(
        "Pedir el índice 63 con 1023, que es lo mayor, y después 65536 y −1.",
        "Ask for index 63 with 1023, the largest, and then for 65536 and −1.",
    ),
    Text(
        "El primero se atiende y se lee igual; los otros se rechazan.",
        "The first reads back; the others are refused.",
    ),
    "vending:extended",
)
def test_out_of_range(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        (digits,) = desk.served(
            f"índice 63, valor 1023, EA{ea}",
            f"index 63, value 1023, EA{ea}",
            Management(meter, EXTENDED, 0xFFFF),
        )
        token = desk.read(digits, meter).token
        fits = isinstance(token, SetExtendedToken) and (token.token_index, token.control_value) == (63, 1023)
        bench.check(fits, "lleva el índice 63 y el valor 1023", "it carries index 63 and value 1023")
        for value in (0x10000, -1):
            desk.refused(
                f"el valor {value}, EA{ea}",
                f"the value {value}, EA{ea}",
                Management(meter, EXTENDED, value),
                "value",
            )
