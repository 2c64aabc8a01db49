# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""CTSA03, CTSA04, CTSA06, CTSA07, CTSA12 to CTSA14: limits in watts, clearing of credit and of tamper."""

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import card
from conformance.vending.vending_system import Management
from i18n import Message
from protocols.sts.token import SetMaximumPhasePowerUnbalanceLimit, SetMaximumPowerLimit

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
LARGEST_W = 18_201_624
REFUSED_W = (LARGEST_W + 1, -1)


@published("CTSA03", Message("A limit of 1 kW"))
def test_ctsa03(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA03", ea)


@published("CTSA07", Message("Unbalance limit"))
def test_ctsa07(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA07", ea)


@published("CTSA12", Message("Power limit at the borders"))
def test_ctsa12(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA12", ea)


@published("CTSA13", Message("Unbalance at the borders"))
def test_ctsa13(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA13", ea)


def limit_in_range(bench: Bench, subclass: int, kind: type) -> None:
    """The largest limit is served and reads back; the next one and a negative one are refused."""
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        (digits,) = desk.served(
            Message("{LARGEST_W} W, EA{ea}", LARGEST_W=LARGEST_W, ea=ea),
            Management(meter, subclass, LARGEST_W),
        )
        token = desk.read(digits, meter).token
        held = getattr(token, "power_w", None) if isinstance(token, kind) else None
        bench.check(held == LARGEST_W, Message("the token holds {held} W", held=held))
        for power_w in REFUSED_W:
            desk.refused(
                Message("{power_w} W, EA{ea}", power_w=power_w, ea=ea),
                Management(meter, subclass, power_w),
                "value",
            )


@rule(
    "CTSA12",
    "out-of-range",
    Message("Power limits that no token holds"),
    Message("Ask for the largest limit, the next, a negative one."),
    Message("The largest is served; the others are refused."),
)
def test_power_limit(bench: Bench) -> None:
    limit_in_range(bench, 0, SetMaximumPowerLimit)


@rule(
    "CTSA13",
    "out-of-range",
    Message("Unbalance limits that no token holds"),
    Message("Ask for the largest limit, the next, a negative one."),
    Message("The largest is served; the others are refused."),
)
def test_unbalance_limit(bench: Bench) -> None:
    limit_in_range(bench, 6, SetMaximumPhasePowerUnbalanceLimit)


CLEAR_CREDIT, CLEAR_TAMPER = 1, 5
ALL_REGISTERS = 0xFFFF


@published("CTSA04", Message("Clear all credit"))
def test_ctsa04(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA04", ea)


@published("CTSA06", Message("Clear the tamper condition"))
def test_ctsa06(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA06", ea)


@rule(
    "CTSA06",
    "pad",
    Message("Clearing tamper carries no value"),
    Message("Ask for it with the values 1 and FFFF."),
    Message("It is refused, or the token carries zero all the same."),
)
def test_pad(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        desk.served(Message("without value, EA{ea}", ea=ea), Management(meter, CLEAR_TAMPER, 0))
        for value in (1, 0xFFFF):
            words = Message("with the value {value}, EA{ea}", value=value, ea=ea)
            answer = desk.ask(words, Management(meter, CLEAR_TAMPER, value))
            if answer.tokens:
                desk.check_served(answer)
            pads = [(desk.read(digits, meter).content44 or 0) & 0xFFFF for digits in answer.tokens]
            bench.check(not any(pads), Message("no token carries a value"))


@published("CTSA14", Message("Each register to clear"))
def test_ctsa14(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA14", ea)


@rule(
    "CTSA14",
    "out-of-range",
    Message("Registers that do not fit 16 bits"),
    Message("Ask to clear FFFF, 65536 and −1."),
    Message("FFFF is served; the others are refused."),
)
def test_out_of_range(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        desk.served(
            Message("all registers, EA{ea}", ea=ea),
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
        )
        for value in (ALL_REGISTERS + 1, -1):
            desk.refused(
                Message("register {value}, EA{ea}", value=value, ea=ea),
                Management(meter, CLEAR_CREDIT, value),
                "value",
            )
