"""All demand registers of a meter and their maxima, by name.

A demand is called after its quantity, ``active-import``; its maximum in all rates ``active-import.0``, in
rate 2 ``active-import.2``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sim.meter.demand import Demand, DemandTerms, Maximum


class Demands:
    """The registers of one meter.

    Args:
        terms: one for each demand.
        energy: quantity -> nJ so far.
        rates: rates for which a maximum of its own is kept.
    """

    __slots__ = ("_following", "_offered", "maxima", "registers")

    def __init__(
        self, terms: Iterable[DemandTerms], energy: Callable[[str], Callable[[], int]], rates: int = 0
    ) -> None:
        self.registers: dict[str, Demand] = {
            item.quantity: Demand(item, energy(item.quantity)) for item in terms
        }
        self.maxima: dict[str, Maximum] = {
            f"{name}.{rate}": Maximum(name, rate) for name in self.registers for rate in range(rates + 1)
        }
        #: Which maxima are offered the periods of each demand, while these follow.
        self._following: frozenset[str] | None = None
        self._offered: dict[str, list[Maximum]] = {}

    def close(self, name: str, epoch_us: int, following: frozenset[str]) -> None:
        """A period of demand `name` ends at `epoch_us`.

        Args:
            name: of the demand.
            epoch_us: when.
            following: the maxima of single rates that follow now; those of all rates always do.
        """
        value_mw = self.registers[name].close(epoch_us)
        if following is not self._following:
            self._following = following
            self._offered = {
                quantity: [
                    item
                    for key, item in self.maxima.items()
                    if item.demand == quantity and (not item.rate or key in following)
                ]
                for quantity in self.registers
            }
        for maximum in self._offered[name]:
            maximum.offer(value_mw, epoch_us)

    def begin(self, epoch_us: int) -> None:
        """Every demand begins a period anew."""
        for register in self.registers.values():
            register.begin(epoch_us)

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "registers": {name: item.snapshot() for name, item in self.registers.items()},
            "maxima": {name: [item.value_mw, item.captured_us] for name, item in self.maxima.items()},
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        for name, register in self.registers.items():
            register.restore(kept["registers"][name])
        for name, maximum in self.maxima.items():
            maximum.value_mw, maximum.captured_us = kept["maxima"][name]
