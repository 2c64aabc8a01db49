"""CTSA24: the extended token set of STS 202-5."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import UTC, datetime

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.cases import published, rule
from conformance.vending.desk import VendingDesk
from conformance.vending.registers import card
from conformance.vending.requests import Management
from protocols.sts.token import SetExtendedToken

NOON = datetime(2026, 7, 29, 12, 0, tzinfo=UTC)
EXTENDED = 10


@published("CTSA24", Text("Conjunto extendido", "Extended token set"), "vending:extended")
def test_ctsa24(bench: Bench, ea: str) -> None:
    VendingDesk(bench).play("CTSA24", ea)


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
    desk = VendingDesk(bench)
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
