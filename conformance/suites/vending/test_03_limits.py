"""CTSA03, CTSA07, CTSA12, CTSA13: the two limits, in watts, and the borders of their coding."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.cases import published, rule
from conformance.vending.desk import VendingDesk
from conformance.vending.registers import card
from conformance.vending.requests import Management
from protocols.sts.token import SetMaximumPhasePowerUnbalanceLimit, SetMaximumPowerLimit

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
LARGEST_W = 18_201_624
REFUSED_W = (LARGEST_W + 1, -1)


@published("CTSA03", Text("Límite de 1 kW", "A limit of 1 kW"))
def test_ctsa03(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA03", ea)


@published("CTSA07", Text("Límite de desequilibrio", "Unbalance limit"))
def test_ctsa07(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA07", ea)


@published("CTSA12", Text("Límite de potencia en las fronteras", "Power limit at the borders"))
def test_ctsa12(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA12", ea)


@published("CTSA13", Text("Desequilibrio en las fronteras", "Unbalance at the borders"))
def test_ctsa13(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA13", ea)


def limit_in_range(bench: Bench, subclass: int, kind: type) -> None:
    """The largest limit is served and reads back; the next one and a negative one are refused."""
    desk = VendingDesk(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        (digits,) = desk.served(
            f"{LARGEST_W} W, EA{ea}",
            f"{LARGEST_W} W, EA{ea}",
            Management(meter, subclass, LARGEST_W),
        )
        token = desk.read(digits, meter).token
        held = getattr(token, "power_w", None) if isinstance(token, kind) else None
        bench.check(held == LARGEST_W, f"el token lleva {held} W", f"the token holds {held} W")
        for power_w in REFUSED_W:
            desk.refused(
                f"{power_w} W, EA{ea}",
                f"{power_w} W, EA{ea}",
                Management(meter, subclass, power_w),
                "value",
            )


@rule(
    "CTSA12",
    "out-of-range",
    Text("Límites de potencia que ningún token lleva", "Power limits that no token holds"),
    Text(
        "Pedir el mayor límite, el siguiente y uno negativo.",
        "Ask for the largest limit, the next, a negative one.",
    ),
    Text("El mayor se atiende; los otros se rechazan.", "The largest is served; the others are refused."),
)
def test_power_limit(bench: Bench) -> None:
    limit_in_range(bench, 0, SetMaximumPowerLimit)


@rule(
    "CTSA13",
    "out-of-range",
    Text("Límites de desequilibrio que ningún token lleva", "Unbalance limits that no token holds"),
    Text(
        "Pedir el mayor límite, el siguiente y uno negativo.",
        "Ask for the largest limit, the next, a negative one.",
    ),
    Text("El mayor se atiende; los otros se rechazan.", "The largest is served; the others are refused."),
)
def test_unbalance_limit(bench: Bench) -> None:
    limit_in_range(bench, 6, SetMaximumPhasePowerUnbalanceLimit)
