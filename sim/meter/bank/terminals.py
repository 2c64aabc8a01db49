"""What is at the terminals of every row: what the grid offers, and local changes laid over it."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

#: What a local change may hold; the frequency only together with the voltage.
VOLTAGE, CURRENT, PHASE, FREQUENCY = range(4)


class Terminals:
    """Voltage, current, phase and frequency of `count` rows, behind the switch of each.

    A row may have a source, a load or a cut of its own, laid over what the grid offers until that is undone.

    Attributes:
        closed: whether a current can flow through the meter's switch, as the meter said last.
        energised: whether there is a voltage.
        values: voltage (V), current (A), phase (degrees) and frequency (Hz), by row.
    """

    __slots__ = ("_cut", "_offered", "_offered_energised", "_own", "_owned", "closed", "energised", "values")

    def __init__(self, count: int) -> None:
        self.values: Floats = np.zeros((4, count))
        self.energised: Booleans = np.zeros(count, dtype=bool)
        self.closed: Booleans = np.ones(count, dtype=bool)
        self._offered: Floats = np.zeros((4, count))
        self._offered_energised: Booleans = np.zeros(count, dtype=bool)
        self._own: Floats = np.full((4, count), np.nan)  # NaN: as the grid offers
        self._cut: Booleans = np.zeros(count, dtype=bool)
        self._owned = False

    def offer(
        self, voltage_v: Any, current_a: Any, phase_deg: Any, frequency_hz: Any, energised: Any
    ) -> None:
        """The grid offers this from now on; one number stands for all rows."""
        offered = self._offered
        offered[VOLTAGE], offered[CURRENT] = voltage_v, current_a
        offered[PHASE], offered[FREQUENCY] = phase_deg, frequency_hz
        self._offered_energised[:] = energised
        self.look(slice(None))

    def look(self, rows: slice) -> None:
        """Work out what is at these terminals."""
        values, offered = self.values[:, rows], self._offered[:, rows]
        live = self._offered_energised[rows]
        if self._owned:
            own = self._own[:, rows]
            given = ~np.isnan(own)
            offered = np.where(given, own, offered)
            live = (live | given[VOLTAGE]) & ~self._cut[rows]
        live = live & (offered[VOLTAGE] > 0.0)
        flows = live & self.closed[rows]
        # Adding 0.0 turns a zero below zero into plain zero.
        np.multiply(offered[VOLTAGE], live, out=values[VOLTAGE])
        np.multiply(offered[CURRENT], flows, out=values[CURRENT])
        np.multiply(offered[PHASE], values[CURRENT] != 0.0, out=values[PHASE])
        np.multiply(offered[FREQUENCY], live, out=values[FREQUENCY])
        self.energised[rows] = live

    def set_own(self, row: int, place: int, value: float) -> None:
        """Lay a value over what the grid offers to one row; NaN takes it away again."""
        self._owned = True
        self._own[place, row] = value

    def cut(self, row: int, *, cut: bool) -> None:
        """Cut the line of one row, or mend it."""
        self._owned = True
        self._cut[row] = cut
