"""CTSA02 and CTSA11: tokens of class 1, which no key protects."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from conformance.bench.bench import Bench
from conformance.vending.bench import VendingBench, published, rule
from conformance.vending.vending_system import MeterTest
from i18n import Message
from protocols.sts.token import InitiateMeterTest, decode_token

ALL_TESTS = (1 << 36) - 1
LONG_FORM_MAX = (1 << 28) - 1


@published("CTSA02", Message("Test 0"))
def test_ctsa02(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA02", ea)


@rule(
    "CTSA02",
    "manufacturer-code",
    Message("Manufacturer code of 2 and of 4 digits"),
    Message(
        "Ask for test 0 for the makers 07 and 1234, and for 100 in the short form and 10000 in the long one."
    ),
    Message("The first two carry their code in its form; the other two are refused."),
)
def test_manufacturer_code(bench: Bench) -> None:
    desk = VendingBench(bench)
    for subclass, code, control in ((0, 7, ALL_TESTS), (1, 1234, LONG_FORM_MAX)):
        (digits,) = desk.served(
            Message("a test for maker {code}, subclass {subclass}", code=code, subclass=subclass),
            MeterTest(subclass, control, code),
        )
        token = decode_token(digits).token
        fits = isinstance(token, InitiateMeterTest) and (token.mfr_code, token.control) == (code, control)
        bench.check(fits, Message("it carries code {code} and the control", code=code))
    for subclass, code in ((0, 100), (1, 10_000)):
        desk.refused(
            Message("maker {code} in subclass {subclass}", code=code, subclass=subclass),
            MeterTest(subclass, 1, code),
            "value",
        )


@published("CTSA11", Message("Each bit of the control field"))
def test_ctsa11(bench: Bench, ea: str) -> None:
    VendingBench(bench).play("CTSA11", ea)


@rule(
    "CTSA11",
    "too-wide",
    Message("A control field wider than its form"),
    Message("Ask for bit 27 of the long form, then for bit 28 of the long and bit 36 of the short one."),
    Message("The first is served; the others are refused."),
)
def test_too_wide(bench: Bench) -> None:
    desk = VendingBench(bench)
    desk.served(Message("bit 27, long form"), MeterTest(1, 1 << 27, 1234))
    for subclass, bit in ((1, 28), (0, 36)):
        desk.refused(
            Message("bit {bit} in subclass {subclass}", bit=bit, subclass=subclass),
            MeterTest(subclass, 1 << bit, 0),
            "value",
        )
