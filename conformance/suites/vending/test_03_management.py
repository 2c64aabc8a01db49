# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""CTSA03, CTSA04, CTSA06, CTSA07, CTSA12 to CTSA14: limits in watts, clearing of credit and of tamper."""

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.plan import card
from conformance.vending.vending_system import Management
from protocols.sts.token import SetMaximumPhasePowerUnbalanceLimit, SetMaximumPowerLimit

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
LARGEST_W = 18_201_624
REFUSED_W = (LARGEST_W + 1, -1)


@published("CTSA03", Text("Límite de 1 kW", "A limit of 1 kW"))
def test_ctsa03(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA03", ea)


@published("CTSA07", Text("Límite de desequilibrio", "Unbalance limit"))
def test_ctsa07(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA07", ea)


@published("CTSA12", Text("Límite de potencia en las fronteras", "Power limit at the borders"))
def test_ctsa12(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA12", ea)


@published("CTSA13", Text("Desequilibrio en las fronteras", "Unbalance at the borders"))
def test_ctsa13(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA13", ea)


def limit_in_range(bench: Bench, subclass: int, kind: type) -> None:
    """The largest limit is served and reads back; the next one and a negative one are refused."""
    desk = VendingBench(bench)
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


CLEAR_CREDIT, CLEAR_TAMPER = 1, 5
ALL_REGISTERS = 0xFFFF


@published("CTSA04", Text("Borrar todo el crédito", "Clear all credit"))
def test_ctsa04(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA04", ea)


@published("CTSA06", Text("Borrar la condición de fraude", "Clear the tamper condition"))
def test_ctsa06(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA06", ea)


@rule(
    "CTSA06",
    "pad",
    Text("El borrado de fraude no lleva valor", "Clearing tamper carries no value"),
    Text("Pedirlo con los valores 1 y FFFF.", "Ask for it with the values 1 and FFFF."),
    Text(
        "Se rechaza, o el token lleva cero de todos modos.",
        "It is refused, or the token carries zero all the same.",
    ),
)
def test_pad(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        desk.served(f"sin valor, EA{ea}", f"without value, EA{ea}", Management(meter, CLEAR_TAMPER, 0))
        for value in (1, 0xFFFF):
            words = Text(f"con el valor {value}, EA{ea}", f"with the value {value}, EA{ea}")
            answer = desk.ask(words, Management(meter, CLEAR_TAMPER, value))
            if answer.tokens:
                desk.check_served(answer)
            pads = [(desk.read(digits, meter).content44 or 0) & 0xFFFF for digits in answer.tokens]
            bench.check(not any(pads), "ningún token lleva un valor", "no token carries a value")


@published("CTSA14", Text("Cada registro por borrar", "Each register to clear"))
def test_ctsa14(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA14", ea)


@rule(
    "CTSA14",
    "out-of-range",
    Text("Registros que no caben en 16 bits", "Registers that do not fit 16 bits"),
    Text("Pedir el borrado de FFFF, de 65536 y de −1.", "Ask to clear FFFF, 65536 and −1."),
    Text("FFFF se atiende; los otros se rechazan.", "FFFF is served; the others are refused."),
)
def test_out_of_range(bench: Bench) -> None:
    desk = VendingBench(bench)
    for ea in desk.algorithms:
        desk.at(NOON)
        meter = card(1, ea)
        desk.served(
            f"todos los registros, EA{ea}",
            f"all registers, EA{ea}",
            Management(meter, CLEAR_CREDIT, ALL_REGISTERS),
        )
        for value in (ALL_REGISTERS + 1, -1):
            desk.refused(
                f"el registro {value}, EA{ea}",
                f"register {value}, EA{ea}",
                Management(meter, CLEAR_CREDIT, value),
                "value",
            )
