"""CTSA02 and CTSA11: tokens of class 1, which no key protects."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from conformance.bench.bench import Bench
from conformance.text import Text
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.vending_system import MeterTest
from protocols.sts.token import InitiateMeterTest, decode_token

ALL_TESTS = (1 << 36) - 1
LONG_FORM_MAX = (1 << 28) - 1


@published("CTSA02", Text("Prueba 0", "Test 0"))
def test_ctsa02(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA02", ea)


@rule(
    "CTSA02",
    "manufacturer-code",
    Text("Código de fabricante de 2 y de 4 dígitos", "Manufacturer code of 2 and of 4 digits"),
    Text(
        "Pedir la prueba 0 para los fabricantes 07 y 1234, y para 100 en la forma corta y 10000 en la larga.",
        "Ask for test 0 for the makers 07 and 1234, and for 100 in the short form and 10000 in the long one.",
    ),
    Text(
        "Los dos primeros llevan su código en su forma; los otros dos se rechazan.",
        "The first two carry their code in its form; the other two are refused.",
    ),
)
def test_manufacturer_code(bench: Bench) -> None:
    desk = VendingBench(bench)
    for subclass, code, control in ((0, 7, ALL_TESTS), (1, 1234, LONG_FORM_MAX)):
        (digits,) = desk.served(
            f"prueba para el fabricante {code}, subclase {subclass}",
            f"a test for maker {code}, subclass {subclass}",
            MeterTest(subclass, control, code),
        )
        token = decode_token(digits).token
        fits = isinstance(token, InitiateMeterTest) and (token.mfr_code, token.control) == (code, control)
        bench.check(fits, f"lleva el código {code} y el control", f"it carries code {code} and the control")
    for subclass, code in ((0, 100), (1, 10_000)):
        desk.refused(
            f"fabricante {code} en la subclase {subclass}",
            f"maker {code} in subclass {subclass}",
            MeterTest(subclass, 1, code),
            "value",
        )


@published("CTSA11", Text("Cada bit del campo de control", "Each bit of the control field"))
def test_ctsa11(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA11", ea)


@rule(
    "CTSA11",
    "too-wide",
    Text("Un campo de control más ancho que su forma", "A control field wider than its form"),
    Text(
        "Pedir el bit 27 de la forma larga, y después los bits 28 de la larga y 36 de la corta.",
        "Ask for bit 27 of the long form, then for bit 28 of the long and bit 36 of the short one.",
    ),
    Text("El primero se atiende; los otros se rechazan.", "The first is served; the others are refused."),
)
def test_too_wide(bench: Bench) -> None:
    desk = VendingBench(bench)
    desk.served("bit 27, forma larga", "bit 27, long form", MeterTest(1, 1 << 27, 1234))
    for subclass, bit in ((1, 28), (0, 36)):
        desk.refused(
            f"bit {bit} en la subclase {subclass}",
            f"bit {bit} in subclass {subclass}",
            MeterTest(subclass, 1 << bit, 0),
            "value",
        )
