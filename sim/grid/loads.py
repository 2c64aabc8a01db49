"""The load side: what hangs on the feeder, how it is wired around meters, what a solution means for each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.grid.almanac import Almanac
from sim.grid.books import LoadPowers
from sim.grid.demand.household import Household, home, special
from sim.grid.demand.village import DemandDay, Start, Village
from sim.grid.feeder.power_flow import Solution
from sim.grid.feeder.topology import Place, Topology
from sim.grid.feeder.tree import Complex
from sim.grid.sky.position import Floats
from sim.grid.terms import HomesTerms
from sim.grid.theft import Effects
from sim.kernel.random import RandomStreams

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who hangs on the feeder: the points (with a meter), then taps, then lighting without a meter."""

    point_names: tuple[str, ...]
    points: tuple[Household, ...]
    tap_points: tuple[int, ...]
    unmetered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the loads of an instant are wired: arrays over loads.

    Attributes:
        power_va: complex power at the nominal voltage that is connected, whether or not the line is live.
        through: the share of it that passes the measuring element.
    """

    power_va: Complex
    through: Floats


def cast(terms: HomesTerms, streams: RandomStreams, name: str) -> Cast:
    """The homes and special points of the terms; every one draws from a stream of its own name."""
    homes = [f"home-{number + 1:03d}" for number in range(terms.count)]
    metered = [kind for kind in terms.specials if kind != "lighting" or terms.lighting_metered]
    others = [_numbered(metered, index) for index in range(len(metered))]
    households = [home(terms, streams.stream(f"{name}/{label}")) for label in homes]
    households += [
        special(kind, streams.stream(f"{name}/{label}")) for kind, label in zip(metered, others, strict=True)
    ]
    dark = tuple(
        _numbered(terms.specials, index)
        for index, kind in enumerate(terms.specials)
        if kind == "lighting" and not terms.lighting_metered
    )
    return Cast((*homes, *others), tuple(households), (), dark)


def _numbered(kinds: Sequence[str], index: int) -> str:
    before = list(kinds[:index]).count(kinds[index])
    return f"{kinds[index]}-{before + 1}" if before else kinds[index]


class LoadSide:
    """All loads of one microgrid: points first, then taps, then lighting without a meter.

    Args:
        who: the cast.
        terms: of the homes.
        streams, name, almanac: of the microgrid.
    """

    def __init__(
        self, who: Cast, terms: HomesTerms, streams: RandomStreams, name: str, almanac: Almanac
    ) -> None:
        self.points = len(who.points)
        self.taps = len(who.tap_points)
        lived_in = replace(terms, zero_share=0.0, pv_share=0.0)
        taps = [f"tap-{index}-of-{who.point_names[point]}" for index, point in enumerate(who.tap_points)]
        names = [f"{name}/{label}" for label in (*who.point_names, *taps, *who.unmetered)]
        households = [
            *who.points,
            *(home(lived_in, streams.stream(f"{name}/{label}")) for label in taps),
            *(special("lighting", streams.stream(f"{name}/{label}")) for label in who.unmetered),
        ]
        self.count = len(households)
        self.village = Village(
            names,
            households,
            streams,
            almanac,
            market_weekday=terms.market_weekday,
            scale=terms.demand_scale,
        )
        self.pv_kwp = np.array([household.pv_kwp for household in households])
        self.cold_index = self.village.cold_load
        self._day: DemandDay | None = None
        self._almanac = almanac

    def extra_places(self, topology: Topology, tap_points: Sequence[int]) -> list[Place]:
        """Taps hang at the pole and phase of their thief, lighting in the middle of the feeder."""
        middle = (len(topology.pole_names) - 1) // 2 + 1
        lights = self.count - self.points - self.taps
        return [
            *(replace(topology.places[point], drop_m=5.0) for point in tap_points),
            *(Place(min(middle, len(topology.pole_names) - 1), 0, 5.0) for _ in range(lights)),
        ]

    def demand(self, now_s: float) -> Complex:
        """What is switched on now, W and var at the nominal voltage; thermostats as they stand."""
        day, minute = self._today(now_s), self._almanac.minute(now_s)
        cold_w, cold_var = self.village.cold(self.count)
        active, reactive = day.active_w[minute] + cold_w, day.reactive_var[minute] + cold_var
        return np.asarray(active + 1j * reactive)

    def starts(self, since_s: float, now_s: float) -> list[Start]:
        """What people switched on after `since_s` and up to now, of what starts hard."""
        day, minute = self._today(now_s), self._almanac.minute(now_s)
        same_day = self._almanac.day(since_s) == day.day
        first = self._almanac.minute(since_s) + 1 if same_day else 0
        return [start for at in range(first, minute + 1) for start in day.starts.get(at, ())]

    def wire(
        self, demand: Complex, closed: Bools, effects: Effects, rooftop_w_per_kwp: float, injected: Complex
    ) -> Wiring:
        """Connect the demand through relays and around meters."""
        power = demand + injected - self.pv_kwp * rooftop_w_per_kwp
        power[self.points : self.points + self.taps] *= effects.tap_scale
        behind = np.where(closed, 1.0 - effects.around, 0.0)
        connected = effects.around + behind
        power[: self.points] *= connected
        through = np.zeros(self.count)
        np.divide(behind, connected, out=through[: self.points], where=connected > 0.0)
        return Wiring(power, through)

    def powers(self, solution: Solution, wiring: Wiring) -> LoadPowers:
        """What each load takes, through its meter, around it, or without one."""
        taken = (solution.load_v * np.conj(solution.load_a)).real
        through = taken * wiring.through
        rest = taken - through
        unmetered = np.zeros(self.count)
        dark = self.points + self.taps
        unmetered[dark:] = rest[dark:]
        rest[dark:] = 0.0
        return LoadPowers(through, rest, unmetered, solution.loss_w)

    def nothing(self) -> LoadPowers:
        """No load takes anything."""
        none = np.zeros(self.count)
        return LoadPowers(none, none, none, 0.0)

    def _today(self, now_s: float) -> DemandDay:
        number = self._almanac.day(now_s)
        if self._day is None or self._day.day != number:
            self._day = self.village.day(number)
        return self._day
