"""The state of the supply over time: hours of service and events."""

import numpy as np
from numpy.typing import NDArray

from sim.grid.almanac import Almanac
from sim.grid.events import SupplyEvent
from sim.grid.loads import Bools
from sim.grid.plant.machine import SupplyState
from sim.grid.quality import SupplyWatch
from sim.grid.sky.position import Floats


class Supply:
    """What the customers got.

    Args:
        points: how many.
        almanac: of the place.

    Attributes:
        state: of the plant now.
        service_s: how long the plant has supplied.
        point_service_s: how long each point had a voltage.
        day_service_s: how long the plant supplied on each day, by its number; an interval that crosses
            midnight counts for the day in which it began.
        watch: writes the events.
    """

    __slots__ = ("_almanac", "day_service_s", "point_service_s", "service_s", "state", "watch")

    def __init__(self, points: int, almanac: Almanac) -> None:
        self._almanac = almanac
        self.state = SupplyState.NORMAL
        self.service_s = 0.0
        self.point_service_s = np.zeros(points)
        self.day_service_s: dict[int, float] = {}
        self.watch = SupplyWatch(points)

    @property
    def events(self) -> list[SupplyEvent]:
        """All events so far: those that are over in the order of their end, then those that last."""
        return self.watch.closed + self.watch.open

    def pass_time(self, since_s: float, duration_s: float, energised: Bools) -> None:
        """Let an interval be over in which these points had a voltage."""
        supplied_s = duration_s if self.state is SupplyState.NORMAL else 0.0
        self.service_s += supplied_s
        day = self._almanac.day(since_s)
        self.day_service_s[day] = self.day_service_s.get(day, 0.0) + supplied_s
        self.point_service_s = self.point_service_s + np.where(energised, duration_s, 0.0)

    def look(self, state: SupplyState, share: Floats, cause: NDArray[np.int8], now_s: float) -> None:
        """Take the state that holds from now on."""
        self.state = state
        self.watch.look(share, cause, now_s)
