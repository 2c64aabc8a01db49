"""Cold appliances: temperature in dead bands, a compressor that runs between 0 and 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.grid.demand.catalogue import Cold
from sim.grid.sky.position import Floats


class Thermostats:
    """Many thermostats as arrays.

    A temperature of 0 is as cold as it gets, at 1 the compressor starts; the air is at `reach`. Left alone it
    follows the air with a time constant; while the compressor runs, it falls.

    Args:
        colds: the rows of the catalogue.
        begin: temperatures at the start, 0 to 1.
    """

    __slots__ = ("_chill", "_hours", "_reach", "running", "temperature")

    def __init__(self, colds: Sequence[Cold], begin: Floats) -> None:
        self._hours = np.array([cold.warm_h for cold in colds])
        self._reach = np.array([cold.reach for cold in colds])
        duty = np.array([cold.duty for cold in colds])
        # Within the dead band warmth comes in at reach/hours; running for `duty` of the time must undo it.
        self._chill = self._reach / duty
        self.temperature = begin.copy()
        self.running = begin > 0.5

    def pass_time(self, duration_s: float, supplied: NDArray[np.bool_]) -> None:
        """Let time pass in which the supply of each was as given."""
        target = self._reach - np.where(self.running & supplied, self._chill, 0.0)
        keep = np.exp(-duration_s / 3600.0 / self._hours)
        self.temperature = target + (self.temperature - target) * keep

    def switch(self) -> NDArray[np.bool_]:
        """Let every thermostat decide; returns which compressors want to start now."""
        wants = np.where(self.running, self.temperature > 0.0, self.temperature >= 1.0)
        starts = wants & ~self.running
        self.running = wants
        return np.asarray(starts)
