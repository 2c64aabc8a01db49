"""The published test keys of STS 531-1: the only keys in the project, worth nothing in the field.

Registers are those of the test plan's vending key load file; the key bytes AB and 94 have odd parity.

Source: STS 531-1 Ed 2.2 as listed in public compliance tools; see conformance/vectors/PROVENANCE.md
"""

from dataclasses import dataclass

from protocols.sts.identity import BaseDate
from protocols.sts.keys import VendingKey

VUDK_160 = VendingKey(bytes.fromhex("ABABABABABABABAB949494949494949401234567"))
"""160-bit vending unique key of registers 1 to 8 and 10."""

VUDK_160_SWAPPED = VendingKey(bytes.fromhex("949494949494949401234567ABABABABABABABAB"))
"""160-bit vending unique key of register 9."""

VK_64 = VendingKey(b"\xab" * 8)
"""64-bit vending key of the older editions, SGC 123456, for DKGA02."""

VK_64_888888 = VendingKey(b"\x94" * 8)
"""64-bit vending key of the older editions, SGC 888888, for DKGA02."""

TEST_KEYS: dict[str, VendingKey] = {
    "VUDK_160": VUDK_160,
    "VUDK_160_SWAPPED": VUDK_160_SWAPPED,
    "VK_64": VK_64,
    "VK_64_888888": VK_64_888888,
}
"""Every published test key by its name."""


@dataclass(frozen=True, slots=True)
class TestRegister:
    """One register of the test plan: a vending key and its attributes."""

    __test__ = False  # the name is the test plan's; pytest must not collect it

    number: int
    vending_key: VendingKey
    sgc: str
    krn: int
    base_date: BaseDate
    ken: int


TEST_REGISTERS: dict[int, TestRegister] = {
    register.number: register
    for register in (
        TestRegister(1, VUDK_160, "201457", 1, BaseDate.Y2014, 255),
        TestRegister(2, VUDK_160, "201457", 2, BaseDate.Y2014, 255),
        TestRegister(4, VUDK_160, "201457", 4, BaseDate.Y2014, 170),
        TestRegister(6, VUDK_160, "203557", 6, BaseDate.Y2035, 255),
        TestRegister(7, VUDK_160, "201460", 7, BaseDate.Y2014, 85),
        TestRegister(8, VUDK_160, "201461", 8, BaseDate.Y2014, 255),
        TestRegister(9, VUDK_160_SWAPPED, "201462", 1, BaseDate.Y2014, 255),
        TestRegister(10, VUDK_160, "201461", 8, BaseDate.Y2014, 255),
    )
}
"""By register number; 3 and 5 are not in the published list."""
