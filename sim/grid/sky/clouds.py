"""Clouds: a chain of kinds of day, and within the day a clear-sky index that wanders."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import numpy as np

from sim.grid.almanac import MINUTES, Almanac
from sim.grid.sky.position import Floats
from sim.kernel.random import RandomStreams

KINDS = ("clear", "mixed", "overcast")
_KNOT_MIN = 15
_AFTERNOON_MIN = 13 * 60


@dataclass(frozen=True, slots=True)
class DayKind:
    """How a kind of day looks: mean of the clear-sky index, its swing, what the afternoon takes off."""

    mean: float
    swing: float
    afternoon: float


@dataclass(frozen=True, slots=True)
class Climate:
    """The climate file; tuples hold one value a month."""

    turbidity: tuple[float, ...]
    shares: tuple[tuple[float, float, float], ...]
    kinds: tuple[DayKind, ...]
    persistence: float
    air_c: tuple[float, ...]
    air_swing_c: float


def on_day(monthly: Sequence[float], day: date) -> float:
    """A value of a day out of those of the middles of the months, straight in between.

    >>> round(on_day((10.0,) * 6 + (20.0,) * 6, date(2026, 7, 1)), 2)
    15.33
    """
    middles = [(date(day.year, month, 15) - day).days for month in range(1, 13)]
    around = [(date(day.year - 1, 12, 15) - day).days, *middles, (date(day.year + 1, 1, 15) - day).days]
    return float(np.interp(0.0, around, (monthly[-1], *monthly, monthly[0])))


@cache
def climate() -> Climate:
    """The climate of Teorama. Source: ``data/climate.toml``, where every value carries its confidence."""
    data = tomllib.loads(
        resources.files("sim.grid").joinpath("data/climate.toml").read_text(encoding="utf-8")
    )
    months = zip(data["clear_share"], data["overcast_share"], strict=True)
    return Climate(
        turbidity=tuple(data["linke_turbidity"]),
        shares=tuple((clear, 1.0 - clear - overcast, overcast) for clear, overcast in months),
        kinds=tuple(DayKind(**data["kinds"][name]) for name in KINDS),
        persistence=data["chain"]["persistence"],
        air_c=tuple(data["air"]["mean_c"]),
        air_swing_c=data["air"]["swing_c"],
    )


class Clouds:
    """The clear-sky index of any day; days may be asked for in any order.

    Args:
        streams, name: where its randomness comes from: one stream a day.
        almanac: of the place.
        cloudiness: 0 never a cloud, 1 the climate, up to 2.
    """

    __slots__ = ("_almanac", "_cloudiness", "_kinds", "_name", "_streams")

    def __init__(self, streams: RandomStreams, name: str, almanac: Almanac, cloudiness: float = 1.0) -> None:
        self._streams, self._name, self._almanac, self._cloudiness = streams, name, almanac, cloudiness
        self._kinds: list[int] = []

    def kind(self, day: int) -> str:
        """What kind of day it is: clear, mixed or overcast."""
        while len(self._kinds) <= day:
            number = len(self._kinds)
            draw = self._streams.stream(f"{self._name}/sky/kind-{number}").random(2)
            if number and draw[0] < climate().persistence:
                self._kinds.append(self._kinds[-1])
            else:
                shares = np.cumsum(climate().shares[self._almanac.date(number).month - 1])
                self._kinds.append(min(int(np.searchsorted(shares, draw[1], side="right")), 2))
        return KINDS[self._kinds[day]]

    def index(self, day: int) -> Floats:
        """The clear-sky index of every minute of the day, 0.05 to 1.1."""
        kind = climate().kinds[KINDS.index(self.kind(day))]
        stream = self._streams.stream(f"{self._name}/sky/day-{day}")
        knots = np.arange(0, MINUTES + _KNOT_MIN, _KNOT_MIN)
        minutes = np.arange(MINUTES)
        slow = np.interp(minutes, knots[::4], stream.standard_normal(len(knots[::4])))
        quick = np.interp(minutes, knots, stream.standard_normal(len(knots)))
        # Broken clouds come and go within minutes, and their edges brighten what they do not cover.
        broken = stream.standard_normal(MINUTES)
        broken = (broken + np.roll(broken, 1) + np.roll(broken, 2)) / np.sqrt(3.0)
        wander = kind.swing * (0.6 * slow + 0.55 * quick + 0.5 * broken)
        after = kind.afternoon * np.clip((minutes - _AFTERNOON_MIN) / 120.0, 0.0, 1.0)
        clouded = 1.0 - self._cloudiness * (1.0 - (kind.mean + wander - after))
        return np.asarray(np.clip(clouded, 0.05, 1.1)) if self._cloudiness > 0.0 else np.ones(MINUTES)
