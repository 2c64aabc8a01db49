"""CTSA04, CTSA06, CTSA14: clearing credit and the tamper condition."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.cases import published, rule
from conformance.vending.desk import VendingDesk
from conformance.vending.registers import card
from conformance.vending.requests import Management

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
CLEAR_CREDIT, CLEAR_TAMPER = 1, 5
ALL_REGISTERS = 0xFFFF


@published("CTSA04", Text("Borrar todo el crédito", "Clear all credit"))
def test_ctsa04(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA04", ea)


@published("CTSA06", Text("Borrar la condición de fraude", "Clear the tamper condition"))
def test_ctsa06(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA06", ea)


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
    desk = VendingDesk(bench)
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
    VendingDesk(bench).play("CTSA14", ea)


@rule(
    "CTSA14",
    "out-of-range",
    Text("Registros que no caben en 16 bits", "Registers that do not fit 16 bits"),
    Text("Pedir el borrado de FFFF, de 65536 y de −1.", "Ask to clear FFFF, 65536 and −1."),
    Text("FFFF se atiende; los otros se rechazan.", "FFFF is served; the others are refused."),
)
def test_out_of_range(bench: Bench) -> None:
    desk = VendingDesk(bench)
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
