"""What goes wrong, drawn a day at a time: faults, storms, planned work, sags and swells.

Every kind is a row of `RATES`: how often per 30 days, what it does, its cause. Where a fault lies and when is
drawn from a stream of the day, so that a day looks the same whatever was asked for before.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.random import Generator

from sim.grid.almanac import DAY_S, Almanac
from sim.grid.events import Cause
from sim.grid.sky.clouds import Clouds
from sim.grid.terms import DisturbanceTerms
from sim.kernel.random import RandomStreams


class Effect(StrEnum):
    """What a disturbance does while it lasts."""

    PLANT_FAULT = "plant-fault"  # nobody is supplied
    PLANT_PLANNED = "plant-planned"
    BRANCH = "branch"  # the feeder is dead from a node on
    POINT = "point"  # one service drop is dead
    VOLTAGE = "voltage"  # the source's voltage is multiplied


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One of them.

    Attributes:
        effect, cause: what it does, and why.
        begin_s, end_s: world seconds.
        place: the node (`BRANCH`) or the point (`POINT`); else 0.
        factor: of the source's voltage (`VOLTAGE`); else 1.
    """

    effect: Effect
    cause: Cause
    begin_s: float
    end_s: float
    place: int = 0
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class _Rate:
    """Names of the terms that say how often, how long (s or min) and by how much."""

    effect: Effect
    cause: Cause
    often: str
    lasts: str
    unit_s: float
    factor: str = ""


RATES = (
    _Rate(Effect.BRANCH, Cause.LINE_FAULT, "line_faults", "line_fault_min", 60.0),
    _Rate(Effect.PLANT_FAULT, Cause.GENERATION, "generation_faults", "generation_fault_min", 60.0),
    _Rate(Effect.PLANT_PLANNED, Cause.PLANNED, "planned", "planned_min", 60.0),
    _Rate(Effect.VOLTAGE, Cause.SWITCHING, "sags", "sag_s", 1.0, "sag_residual"),
    _Rate(Effect.VOLTAGE, Cause.SWITCHING, "swells", "swell_s", 1.0, "swell_factor"),
)
#: How much more often it storms on such a day.
STORMY = {"clear": 0.2, "mixed": 1.0, "overcast": 2.2}
_PERIOD_DAYS = 30.0
#: Planned work begins in the working morning.
_PLANNED_H = (8.0, 12.0)


class Disturbances:
    """All that happens to one microgrid, by day.

    Args:
        terms: how often and how long.
        streams, name: where the randomness comes from.
        almanac, clouds: of the place; storms come with covered skies.
        nodes: poles of the feeder, the bus not counted.
        points: how many.
    """

    __slots__ = ("_almanac", "_clouds", "_name", "_nodes", "_points", "_streams", "_terms")

    def __init__(
        self,
        terms: DisturbanceTerms,
        streams: RandomStreams,
        name: str,
        almanac: Almanac,
        clouds: Clouds,
        *,
        nodes: int,
        points: int,
    ) -> None:
        self._terms, self._streams, self._name = terms, streams, name
        self._almanac, self._clouds = almanac, clouds
        self._nodes, self._points = nodes, points

    def day(self, day: int) -> tuple[Disturbance, ...]:
        """What begins on that day, in the order of its beginning."""
        found: list[Disturbance] = []
        for rate in RATES:
            stream = self._streams.stream(f"{self._name}/{rate.often}/day-{day}")
            often = getattr(self._terms, rate.often) / _PERIOD_DAYS
            found += [self._one(rate, day, stream) for _ in range(int(stream.poisson(often)))]
        found += self._storms(day)
        found += self._user_outages(day)
        return tuple(sorted(found, key=lambda one: (one.begin_s, one.effect, one.place)))

    def _one(self, rate: _Rate, day: int, stream: Generator) -> Disturbance:
        draw = stream.random(4)
        hours = _PLANNED_H if rate.cause is Cause.PLANNED else (0.0, 24.0)
        begin_s = self._almanac.begin_s(day) + 3600.0 * _between(hours, draw[0])
        lasts_s = rate.unit_s * _log_between(getattr(self._terms, rate.lasts), draw[1])
        place = 1 + int(draw[2] * self._nodes) if rate.effect is Effect.BRANCH else 0
        factor = _between(getattr(self._terms, rate.factor), draw[3]) if rate.factor else 1.0
        return _whole_ms(Disturbance(rate.effect, rate.cause, begin_s, begin_s + lasts_s, place, factor))

    def _storms(self, day: int) -> list[Disturbance]:
        """A storm takes a branch down at some moment of it, and shakes the voltage before."""
        terms = self._terms
        stream = self._streams.stream(f"{self._name}/storms/day-{day}")
        often = terms.storms / _PERIOD_DAYS * STORMY[self._clouds.kind(day)]
        found = []
        for _ in range(int(stream.poisson(often))):
            draw = stream.random(3)
            begin_s = self._almanac.begin_s(day) + DAY_S * _between((0.5, 0.95), draw[0])
            lasts_s = 60.0 * _log_between(terms.storm_min, draw[1])
            node = 1 + int(draw[2] * self._nodes)
            found.append(_whole_ms(Disturbance(Effect.BRANCH, Cause.STORM, begin_s, begin_s + lasts_s, node)))
            for _ in range(terms.storm_sags):
                numbers = stream.random(3)
                sag_s = begin_s - 3600.0 * numbers[0]
                end_s = sag_s + _log_between(terms.sag_s, numbers[1])
                factor = _between(terms.sag_residual, numbers[2])
                found.append(_whole_ms(Disturbance(Effect.VOLTAGE, Cause.STORM, sag_s, end_s, factor=factor)))
        return found

    def _user_outages(self, day: int) -> list[Disturbance]:
        """A point's own fuse; a point's number does not depend on how many points follow it."""
        terms, chance = self._terms, 1.0 - math.exp(-self._terms.user_outages / _PERIOD_DAYS)
        draw = self._streams.stream(f"{self._name}/user/day-{day}").random((self._points, 3))
        found = []
        for point in np.flatnonzero(draw[:, 0] < chance):
            begin_s = self._almanac.begin_s(day) + DAY_S * float(draw[point, 1])
            lasts_s = 60.0 * _log_between(terms.user_outage_min, float(draw[point, 2]))
            outage = Disturbance(Effect.POINT, Cause.USER, begin_s, begin_s + lasts_s, int(point))
            found.append(_whole_ms(outage))
        return found


def _between(pair: tuple[float, float], share: float) -> float:
    return float(pair[0] + (pair[1] - pair[0]) * share)


def _log_between(pair: tuple[float, float], share: float) -> float:
    """Short ones are more frequent: evenly spread in the logarithm."""
    return float(pair[0] * (pair[1] / pair[0]) ** share)


def _whole_ms(one: Disturbance) -> Disturbance:
    """Instants on the millisecond: what is written in a log is what happened."""
    begin_s = round(float(one.begin_s), 3)
    end_s = max(round(float(one.end_s), 3), begin_s + 0.001)
    return Disturbance(one.effect, one.cause, begin_s, end_s, one.place, one.factor)
