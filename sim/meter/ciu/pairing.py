"""Paired customer units of a meter, and the last entry that each of them handed over.

The last entry is kept through power cuts: a unit that never heard the answer repeats its entry with the
same sequence number, and must get that answer and not another.
"""

from dataclasses import dataclass
from typing import Any

from sim.meter.units import US_PER_S


@dataclass(slots=True)
class PairedUnit:
    """One paired unit.

    Args:
        heard_us: when it was heard last; counts only while the power lasts.
        sequence: number of its last entry; 0 before the first.
        digits: its last entry.
    """

    heard_us: int = 0
    sequence: int = 0
    digits: str = ""


class PairedUnits:
    """Paired units by address.

    Args:
        units_max: how many may be bound at a time, 1 or more.
        replace_after_s: a unit that was silent for so long gives way to a new one.
    """

    __slots__ = ("_bindings", "_replace_after_us", "_units_max")

    def __init__(self, units_max: int = 2, replace_after_s: int = 600) -> None:
        self._units_max = units_max
        self._replace_after_us = replace_after_s * US_PER_S
        self._bindings: dict[int, PairedUnit] = {}

    @property
    def addresses(self) -> tuple[int, ...]:
        """Every bound unit, the oldest binding first."""
        return tuple(self._bindings)

    def get(self, address: int) -> PairedUnit | None:
        """The binding of a unit, or None for a stranger."""
        return self._bindings.get(address)

    def bind(self, address: int, now_us: int) -> bool:
        """Bind a unit; one that is bound already stays so.

        Returns:
            False when every place is taken by a unit that was heard of lately.
        """
        if address not in self._bindings and len(self._bindings) >= self._units_max:
            silent = min(self._bindings, key=lambda known: self._bindings[known].heard_us)
            if now_us - self._bindings[silent].heard_us < self._replace_after_us:
                return False
            del self._bindings[silent]
        self._bindings[address] = PairedUnit(now_us)
        return True

    def unbind(self, address: int) -> None:
        """Forget a unit."""
        self._bindings.pop(address, None)

    def snapshot(self) -> dict[str, Any]:
        """The bindings as plain data."""
        return {str(address): [bound.sequence, bound.digits] for address, bound in self._bindings.items()}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the bindings that were kept; none of them was heard of yet."""
        heard = {address: bound.heard_us for address, bound in self._bindings.items()}
        self._bindings = {
            int(address): PairedUnit(heard.get(int(address), 0), sequence, digits)
            for address, (sequence, digits) in kept.items()
        }
