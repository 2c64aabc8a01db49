"""`Panel`: the meters whose customer units are shown, and the world in which they live."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from links.clock import Clock
from sim.kernel.served import ServedWorld
from sim.meter.ciu.keypad import KEYS
from sim.meter.meter import Meter
from sim.meter.panel.pace import Pace

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class PanelMeter:
    """One meter of the panel.

    Args:
        name: as the world calls it.
        meter: the meter itself.
    """

    name: str
    meter: Meter


class Panel:
    """What the pages show and do.

    Args:
        meters: in the order in which they are listed.
        world: their owner; everything is done in its turn.
        utc: gives the world's time.
        wall: the wall clock.
    """

    def __init__(
        self, meters: Iterable[PanelMeter], world: ServedWorld, utc: Callable[[], datetime], wall: Clock
    ) -> None:
        self.meters = {found.name: found for found in meters}
        self.utc = utc
        self.pace = Pace(world, wall)
        self._world = world

    @property
    def speed(self) -> float:
        """Device seconds that pass in a second of the wall."""
        return self._world.speed

    async def ask(self, question: Callable[[], Found]) -> Found:
        """The answer to `question`, asked in the world's turn and at its present time.

        Raises:
            Exception: whatever `question` raised.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def act() -> None:
            if answer.done():
                return
            try:
                answer.set_result(question())
            except Exception as error:
                answer.set_exception(error)

        self._world.post(act)
        found: Found = await answer
        return found

    async def press(self, name: str, key: str) -> None:
        """A finger on a key of a meter's unit.

        Raises:
            LookupError: there is no such meter.
            ValueError: there is no such key.
        """
        meter = self.meters[name].meter
        if key not in KEYS:  # else the unit would light up before it complains
            raise ValueError(f"there is no key {key!r}")
        await self.ask(lambda: meter.press(key))
        self.pace.touched()
