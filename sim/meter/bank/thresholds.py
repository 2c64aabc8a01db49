"""Thresholds of a sleeping meter: bands of its readings, and an energy after which its account changes."""

from typing import TYPE_CHECKING

import numpy as np

from sim.meter.bank.measuring import ACTIVE_MW, CURRENT_MA, VOLTAGE_MV
from sim.meter.bank.registers import MOST_NJ
from sim.meter.metering.metrology import Bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Beyond everything that is measured.
FAR = 2**62
Limits = tuple[int | None, int | None]
_BANDED = (VOLTAGE_MV, CURRENT_MA, ACTIVE_MW)


def _plain(limits: Limits) -> tuple[int, int]:
    low, high = limits
    return -FAR if low is None else low, FAR if high is None else high


def _import(limits: Limits) -> tuple[int, int]:
    low, high = _plain(limits)
    return (-FAR if low <= 0 else low), high


def _export(limits: Limits) -> tuple[int, int]:
    low, high = _import(limits)
    return -high, -low


#: Name of a reading -> the number that is watched for it, and how its limits become those of that number.
_WATCHED = {
    "voltage": (VOLTAGE_MV, _plain),
    "current": (CURRENT_MA, _plain),
    "active-power": (ACTIVE_MW, _plain),
    "active-power-import": (ACTIVE_MW, _import),
    "active-power-export": (ACTIVE_MW, _export),
}


class Thresholds:
    """The thresholds of `count` rows."""

    __slots__ = ("_eager", "_high", "_left_nj", "_low", "due_us", "foreign", "reported_energised")

    def __init__(self, count: int) -> None:
        self._low: Integers = np.full((len(_BANDED), count), -FAR, dtype=np.int64)
        self._high: Integers = np.full((len(_BANDED), count), FAR, dtype=np.int64)
        self._eager: Booleans = np.zeros(count, dtype=bool)
        self._left_nj: Integers = np.full(count, FAR, dtype=np.int64)
        #: When each row will have imported its energy, at the power that flows; `FAR` for never.
        self.due_us: Integers = np.full(count, FAR, dtype=np.int64)
        #: Rows whose meter sees something else than what the bank has at its terminals: they always look.
        self.foreign: Booleans = np.zeros(count, dtype=bool)
        #: Supply that each meter last knew of.
        self.reported_energised: Booleans = np.zeros(count, dtype=bool)

    # ------------------------------------------------------------ all rows

    def passed(self, before: "Integers", now: "Integers", energised: "Booleans") -> "Booleans":
        """The rows that must look: a reading left its band, or the voltage came or went."""
        watched = now[: len(_BANDED)]
        rows: Booleans = np.any((watched < self._low) | (watched > self._high), axis=0)
        rows |= (energised != self.reported_energised) | self.foreign
        if self._eager.any():
            rows |= self._eager & np.any(before != now, axis=0)
        return rows

    def imported(self, energy_nj: "Integers") -> None:
        """Every row imported this much."""
        waiting = self._left_nj < FAR
        self._left_nj -= energy_nj * waiting

    def foresee(self, power_mw: "Integers", now_us: int) -> int:
        """Work out when each row will have imported its energy; the earliest instant, `FAR` for never."""
        self.due_us.fill(FAR)
        flowing = (self._left_nj < FAR) & (power_mw > 0)
        if flowing.any():
            left_nj, powers_mw = self._left_nj[flowing], power_mw[flowing]
            self.due_us[flowing] = now_us + np.maximum(0, -(-left_nj // powers_mw))
        return int(self.due_us.min(initial=FAR))

    # ------------------------------------------------------------ one row

    def row_imported(self, row: int, energy_nj: int) -> None:
        """One row imported this much."""
        if self._left_nj[row] < FAR:
            self._left_nj[row] -= energy_nj

    def wait(self, row: int, energy_nj: int | None, power_mw: int, now_us: int) -> int:
        """Let one row wait until it has imported so much more, or `MOST_NJ`; when that will be."""
        left_nj = FAR if energy_nj is None else min(energy_nj, MOST_NJ)
        self._left_nj[row] = left_nj
        return self.look_ahead(row, power_mw, now_us)

    def look_ahead(self, row: int, power_mw: int, now_us: int) -> int:
        """Work out when one row will have imported its energy."""
        left_nj = int(self._left_nj[row])
        due_us = now_us + max(0, -(-left_nj // power_mw)) if left_nj < FAR and power_mw > 0 else FAR
        self.due_us[row] = due_us
        return due_us

    def bound(self, row: int, wanted: list[Bands]) -> None:
        """Let one row sleep while its readings stay within all of these bands."""
        low, high = [-FAR] * len(_BANDED), [FAR] * len(_BANDED)
        eager = False
        for bands in wanted:
            for name, limits in bands.items():
                if name not in _WATCHED:
                    eager = True
                    continue
                place, translate = _WATCHED[name]
                least, most = translate(limits)
                low[place], high[place] = max(low[place], least), min(high[place], most)
        self._low[:, row], self._high[:, row], self._eager[row] = low, high, eager
