"""When the meters of a stepped world write their memories: now and then, and whenever their power ends.

A meter that loses its power writes first what it has noted, so nobody who only moves the world can tell the
difference; somebody who counts and cuts single writes can, and gets a world that writes everything at once.
"""

from collections.abc import Sequence

from sim.kernel.environment import FieldEnvironment
from sim.scenarios.site_meters import PlacedMeter
from sim.scenarios.tick import Ticker

#: What is noted and not written takes room.
_HELD_S = 6 * 3600.0


class Memories:
    """The memories of the meters of one site.

    Args:
        env: the world's environment.
        placed: the meters.
    """

    __slots__ = ("_env", "_held", "_placed", "_ticker")

    def __init__(self, env: FieldEnvironment, placed: Sequence[PlacedMeter]) -> None:
        self._env = env
        self._placed = placed
        self._held = True
        self._ticker = Ticker(env, self._write)

    def hold(self) -> None:
        """Write only now and then from now on."""
        self._ticker.start(float(self._env.now))

    def release(self) -> None:
        """Write what was noted, and from now on everything at once."""
        self._held = False
        for place in self._placed:
            place.meter.write_held()

    def _write(self) -> float:
        if self._held:
            for place in self._placed:
                place.meter.write_held()
                place.meter.hold_writes()
        return float(self._env.now) + _HELD_S
