"""Demand: energy over a block or a sliding window of periods, as a mean power; and its maximum.

Energies are exact nanojoules and instants microseconds, so a mean is a whole number of milliwatts, rounded
down, and nothing is lost between two periods. A demand is called after its quantity, ``active-import``; its
maximum in all rates ``active-import.0``, in rate 2 ``active-import.2``.

Source: IEC 62056-6-2, Demand register and Extended register
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.meter.units import US_PER_S

#: Energy so far, nJ.
Energy = Callable[[], int]


@dataclass(frozen=True, slots=True)
class DemandTerms:
    """Averaging of one demand.

    Args:
        quantity: the energy whose mean it is, by the name of a reading.
        period_s: length of one period, 1 or more.
        periods: 1 is a block, more are a window that slides by one period.

    Raises:
        ValueError: no time to average over.
    """

    quantity: str
    period_s: int = 900
    periods: int = 1

    def __post_init__(self) -> None:
        if self.period_s < 1 or self.periods < 1:
            raise ValueError(
                f"a demand needs a period of 1 s and 1 period or more, not {self.period_s}, {self.periods}"
            )


class Demand:
    """One demand register.

    Args:
        terms: what is averaged, and over how long.
        energy: the energy so far.
    """

    __slots__ = ("_energy", "_last_mw", "_marks", "captured_us", "period_s", "periods", "started_us", "terms")

    def __init__(self, terms: DemandTerms, energy: Energy) -> None:
        self.terms = terms
        self._energy = energy
        self.period_s, self.periods = terms.period_s, terms.periods
        self._marks = [energy()]  # at the beginning of the present period, and before it the earlier ones
        self._last_mw = 0
        self.captured_us: int | None = None
        self.started_us: int | None = None

    @property
    def current_mw(self) -> int:
        """Mean power of the window if nothing more came: its energy so far over its whole length, mW."""
        return self._mean(self._energy() - self._marks[0])

    @property
    def last_mw(self) -> int:
        """Mean power of the last window that is complete, mW."""
        return self._last_mw

    def begin(self, epoch_us: int) -> None:
        """The first period begins, or the books were closed before the clock was set."""
        self._marks = [self._energy()]
        self.started_us = epoch_us

    def close(self, epoch_us: int) -> int:
        """A period ends and the next begins; the mean power of the window that is complete now, mW."""
        energy_nj = self._energy()
        begun = self._marks[-self.periods] if len(self._marks) >= self.periods else self._marks[0]
        self._last_mw = self._mean(energy_nj - begun)
        self._marks = [energy_nj] if self.periods == 1 else [*self._marks, energy_nj][-self.periods :]
        self.captured_us = self.started_us = epoch_us
        return self._last_mw

    def reset(self, epoch_us: int) -> None:
        """Forget both means; a new period begins."""
        self._last_mw = 0
        self.captured_us = None
        self.begin(epoch_us)

    def change(self, *, period_s: int | None = None, periods: int | None = None, epoch_us: int) -> None:
        """Average over another time from now on.

        Raises:
            ValueError: no time to average over.
        """
        terms = DemandTerms(self.terms.quantity, period_s or self.period_s, periods or self.periods)
        self.period_s, self.periods = terms.period_s, terms.periods
        self.reset(epoch_us)

    def _mean(self, energy_nj: int) -> int:
        return energy_nj // (self.period_s * self.periods * US_PER_S)

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "marks": self._marks,
            "last_mw": self._last_mw,
            "captured_us": self.captured_us,
            "started_us": self.started_us,
            "period_s": self.period_s,
            "periods": self.periods,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._marks, self._last_mw = list(kept["marks"]), kept["last_mw"]
        self.captured_us, self.started_us = kept["captured_us"], kept["started_us"]
        self.period_s, self.periods = kept["period_s"], kept["periods"]


@dataclass(slots=True)
class Maximum:
    """The largest demand since its last reset, and when its window ended.

    Args:
        demand: name of the demand that it follows.
        rate: tariff rate in which it follows it, 0 for all.
    """

    demand: str
    rate: int = 0
    value_mw: int = 0
    captured_us: int | None = None

    def offer(self, value_mw: int, epoch_us: int) -> None:
        """A window is complete."""
        if self.captured_us is None or value_mw > self.value_mw:
            self.value_mw, self.captured_us = value_mw, epoch_us

    def reset(self) -> None:
        """Forget it."""
        self.value_mw, self.captured_us = 0, None


# ------------------------------------------------------------ all demands of a meter


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
