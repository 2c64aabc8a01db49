"""What a case asks of a vending system, as values: said in the record, and put to any adapter."""

from dataclasses import dataclass
from typing import Protocol

from conformance.vending.vendor import Answer, Card, NewKey, VendingSystem


class Request(Protocol):
    """Something to ask."""

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A sale of credit; see `VendingSystem.credit`."""

    card: Card
    subclass: int
    amount: int
    change: NewKey | None = None

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.credit(self.card, self.subclass, self.amount, self.change)


@dataclass(frozen=True, slots=True)
class Management:
    """A token of class 2; see `VendingSystem.management`."""

    card: Card
    subclass: int
    value: int

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.management(self.card, self.subclass, self.value)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key change; see `VendingSystem.key_change`."""

    card: Card
    change: NewKey
    three_kct: bool = False

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.key_change(self.card, self.change, three_kct=self.three_kct)


@dataclass(frozen=True, slots=True)
class MeterTest:
    """A token of class 1; see `VendingSystem.meter_test`."""

    subclass: int
    control: int
    mfr_code: int

    def put_to(self, vendor: VendingSystem) -> Answer:
        """Ask it."""
        return vendor.meter_test(self.subclass, self.control, self.mfr_code)
