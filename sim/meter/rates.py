"""Energy by tariff rate: each quantity is counted in the rate that is active, and in the total always.

A rate register is the energy counted while it was active. It is made of differences of the total, taken when
the rate changes, so that it costs nothing between two changes and the rates always add up to the total.

Source: IEC 62056-6-2, Register activation
"""

from collections.abc import Callable, Iterable
from typing import Any

#: Energy so far, nJ.
Energy = Callable[[], int]


class RateRegisters:
    """The registers of every quantity and rate, called ``active-import.2``.

    Args:
        quantities: name -> its total so far.
        rates: how many, 1 or more.
        active: at the factory: the rate of every quantity.
    """

    __slots__ = ("_active", "_counted_nj", "_marks_nj", "_totals", "rates")

    def __init__(self, quantities: dict[str, Energy], rates: int, active: int = 1) -> None:
        self.rates = rates
        self._totals = quantities
        self._counted_nj = {f"{name}.{rate}": 0 for name in quantities for rate in range(1, rates + 1)}
        self._marks_nj = {name: energy() for name, energy in quantities.items()}
        self._active = frozenset(f"{name}.{active}" for name in quantities) & self._counted_nj.keys()

    @property
    def names(self) -> tuple[str, ...]:
        """Every register."""
        return tuple(self._counted_nj)

    def active(self, name: str) -> bool:
        """Whether register `name` counts now."""
        return name in self._active

    def energy_nj(self, name: str) -> int:
        """What register `name` has counted, nJ."""
        counted_nj = self._counted_nj[name]
        if name in self._active:
            quantity = name.rpartition(".")[0]
            counted_nj += self._totals[quantity]() - self._marks_nj[quantity]
        return counted_nj

    def activate(self, names: Iterable[str]) -> None:
        """Let exactly these registers count from now on; names that are no rate registers are left out."""
        wanted = frozenset(names) & self._counted_nj.keys()
        if wanted != self._active:
            self._close()
            self._active = wanted

    def _close(self) -> None:
        """Book what has been counted so far, and count on from here."""
        counted = {name: self.energy_nj(name) for name in self._active}
        self._counted_nj |= counted
        self._marks_nj = {name: energy() for name, energy in self._totals.items()}

    def reset(self, name: str) -> None:
        """Set one register to 0."""
        self._close()
        self._counted_nj[name] = 0

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {"counted": self._counted_nj, "marks": self._marks_nj, "active": sorted(self._active)}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._counted_nj, self._marks_nj = dict(kept["counted"]), dict(kept["marks"])
        self._active = frozenset(kept["active"])
