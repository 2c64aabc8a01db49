"""The accumulators of many elements: exact, in 64-bit integers that never overflow.

Each holds whole Wh and a rest in nJ. The rest may grow beyond one Wh between two normalisations, never beyond
what its integer holds; `totals_nj` is exact at any time.
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.meter.metering.metrology import Quantity
from sim.meter.units import NJ_PER_WH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

QUANTITIES = tuple(Quantity)
#: A product of power and time below this leaves room for others in 64 bits.
MOST_NJ = 2**61
#: An hour, a second, a microsecond: parts of a Wh, and so short that a power times the count of each fits.
_UNITS_US = (3_600_000_000, 1_000_000, 1)


class Registers:
    """The accumulators of `count` elements, which all start at `now_us`.

    Attributes:
        power: what runs into each accumulator now, mW, by quantity and row; set it with `run`.
        since_us: up to when each row has been integrated.
        stamp: changes whenever accumulators of other rows than one that was asked for may have changed.
    """

    __slots__ = ("_bound_nj", "_peak_mw", "power", "rest_nj", "since_us", "stamp", "whole_wh")

    def __init__(self, count: int, now_us: int) -> None:
        shape = (len(QUANTITIES), count)
        self.whole_wh: Integers = np.zeros(shape, dtype=np.int64)
        self.rest_nj: Integers = np.zeros(shape, dtype=np.int64)
        self.power: Integers = np.zeros(shape, dtype=np.int64)
        self.since_us: Integers = np.full(count, now_us, dtype=np.int64)
        self.stamp = 0
        self._peak_mw = 0
        self._bound_nj = NJ_PER_WH  # no rest is above it

    def advance(self, now_us: int) -> "Integers":
        """Integrate every row up to `now_us`.

        Returns:
            The active energy that each row imported meanwhile, nJ, but no more than `MOST_NJ`.
        """
        self.stamp += 1
        elapsed_us = now_us - self.since_us
        self.since_us[:] = now_us
        more_nj = self._peak_mw * int(elapsed_us.max(initial=0))
        if more_nj >= MOST_NJ:
            return self._advance_far(elapsed_us)
        if self._bound_nj + more_nj >= 2 * MOST_NJ:
            self._normalise()
        self._bound_nj += more_nj
        self.rest_nj += self.power * elapsed_us
        imported: Integers = self.power[0] * elapsed_us
        return imported

    def _advance_far(self, elapsed_us: "Integers") -> "Integers":
        """The same for hours at once, or a power station: unit of time by unit of time, so that it fits."""
        pairs = zip(self.power[0].tolist(), elapsed_us.tolist(), strict=True)
        imported = np.array([min(power_mw * time_us, MOST_NJ) for power_mw, time_us in pairs], dtype=np.int64)
        for unit_us in _UNITS_US:
            count, elapsed_us = np.divmod(elapsed_us, unit_us)
            whole_wh, rest = np.divmod(self.power * count, NJ_PER_WH // unit_us)
            self._normalise()
            self.whole_wh += whole_wh
            self.rest_nj += rest * unit_us
        self._normalise()
        return imported

    def _normalise(self) -> None:
        whole, self.rest_nj[:] = np.divmod(self.rest_nj, NJ_PER_WH)
        self.whole_wh += whole
        self._bound_nj = NJ_PER_WH

    def run(self, active_mw: "Integers", reactive_mvar: "Integers", apparent_mva: "Integers") -> None:
        """Let these powers run from here on; each with its sign, which tells the quadrant."""
        power, exports, leads = self.power, active_mw < 0, reactive_mvar < 0
        magnitude = np.abs(reactive_mvar)
        np.maximum(active_mw, 0, out=power[0])
        np.maximum(-active_mw, 0, out=power[1])
        np.multiply(magnitude, ~(exports | leads), out=power[2])
        np.multiply(magnitude, exports & ~leads, out=power[3])
        np.multiply(magnitude, exports & leads, out=power[4])
        np.multiply(magnitude, leads & ~exports, out=power[5])
        np.multiply(apparent_mva, ~exports, out=power[6])
        np.multiply(apparent_mva, exports, out=power[7])
        self._peak_mw = int(power.max(initial=0))

    # ------------------------------------------------------------ one row

    def advance_row(self, row: int, now_us: int) -> int:
        """Integrate one row up to `now_us`; the active energy that it imported meanwhile, nJ."""
        elapsed_us = now_us - int(self.since_us[row])
        if not elapsed_us:
            return 0
        self.since_us[row] = now_us
        powers_mw = self.power[:, row].tolist()
        for place, power_mw in enumerate(powers_mw):
            if power_mw:
                total_nj = int(self.rest_nj[place, row]) + power_mw * elapsed_us
                whole_wh, self.rest_nj[place, row] = divmod(total_nj, NJ_PER_WH)
                self.whole_wh[place, row] += whole_wh
        imported_nj: int = powers_mw[0] * elapsed_us
        return imported_nj

    def run_row(self, row: int, powers_mw: dict[Quantity, int]) -> None:
        """Let these powers run in one row from here on."""
        self.power[:, row] = [powers_mw.get(quantity, 0) for quantity in QUANTITIES]
        self._peak_mw = max(self._peak_mw, *powers_mw.values(), 0)

    def totals_nj(self, row: int) -> list[int]:
        """The exact accumulators of one row, nJ, in the order of `QUANTITIES`."""
        wholes, rests = self.whole_wh[:, row].tolist(), self.rest_nj[:, row].tolist()
        return [whole * NJ_PER_WH + rest for whole, rest in zip(wholes, rests, strict=True)]

    def put_totals(self, row: int, totals_nj: list[int]) -> None:
        """Set the accumulators of one row."""
        for place, total_nj in enumerate(totals_nj):
            self.whole_wh[place, row], self.rest_nj[place, row] = divmod(total_nj, NJ_PER_WH)
