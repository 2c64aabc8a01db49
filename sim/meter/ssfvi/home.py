"""What the home has switched on: each appliance once a day, drawn anew every day."""

from functools import cache
from typing import TYPE_CHECKING

from sim.kernel.random import RandomStreams
from sim.meter.ssfvi.sun import DAY_US
from sim.meter.ssfvi.terms import ApplianceTerms
from sim.meter.units import MILLI, US_PER_S

if TYPE_CHECKING:
    from numpy.random import Generator

_HOUR_US = 3_600 * US_PER_S

#: (from, to, mW), local microseconds since 1970
Run = tuple[int, int, int]


class Home:
    """The appliances of one home; times are local, microseconds since 1970.

    Args:
        appliances: what there is.
        streams: of the world.
        name: of the system.
    """

    __slots__ = ("_runs",)

    def __init__(self, appliances: tuple[ApplianceTerms, ...], streams: RandomStreams, name: str) -> None:
        @cache
        def runs(day: int) -> tuple[Run, ...]:
            random = streams.stream(f"{name}/home/{day}")
            return tuple(run for terms in appliances if (run := _run(terms, day, random)) is not None)

        self._runs = runs

    def power_mw(self, local_us: int) -> int:
        """What the home draws now where it is let, mW."""
        return sum(power for begin_us, end_us, power in self._near(local_us) if begin_us <= local_us < end_us)

    def next_us(self, local_us: int) -> int:
        """When that changes next, at the latest at the end of the day."""
        edges = [edge_us for begin_us, end_us, _ in self._near(local_us) for edge_us in (begin_us, end_us)]
        midnight_us = (local_us // DAY_US + 1) * DAY_US
        return min((edge_us for edge_us in edges if edge_us > local_us), default=midnight_us)

    def _near(self, local_us: int) -> tuple[Run, ...]:
        """The runs of this day, and those of yesterday that may go on."""
        day = local_us // DAY_US
        return self._runs(day - 1) + self._runs(day)


def _run(terms: ApplianceTerms, day: int, random: "Generator") -> Run | None:
    """Two numbers are drawn whether or not it runs, so that no appliance moves another's."""
    chance, place = (float(value) for value in random.random(2))
    if chance >= terms.probability:
        return None
    start_h = terms.start_h + terms.spread_h * (2 * place - 1)
    begin_us = day * DAY_US + round(start_h * _HOUR_US)
    return begin_us, begin_us + round(terms.duration_h * _HOUR_US), round(terms.power_w * MILLI)
