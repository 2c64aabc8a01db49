"""Magnets that thieves put on meters: what the grid plants is handed to the meters that it sits on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.scenarios.site_meters import PlacedMeter

if TYPE_CHECKING:
    from sim.grid.microgrid import Microgrid

_FAULT = "magnet"


class Magnets:
    """Watches the magnets of a grid.

    Args:
        grid: where thefts are planted.
        placed: the meters in the order of the grid's points.
    """

    __slots__ = ("_grid", "_placed", "_there")

    def __init__(self, grid: "Microgrid", placed: Sequence[PlacedMeter]) -> None:
        self._grid = grid
        self._placed = placed
        self._there = [False] * grid.points

    def look(self) -> None:
        """The grid has just moved: put magnets on and take them away."""
        there = self._grid.tamper.magnet.tolist()
        if there == self._there:
            return
        for point, (before, now) in enumerate(zip(self._there, there, strict=True)):
            if before == now:
                continue
            faults = self._placed[point].meter.faults
            if now:
                faults.begin(_FAULT, float(self._grid.tamper.registration[point]))
            else:
                faults.end(_FAULT)
        self._there = there
