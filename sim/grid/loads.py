"""Load side of the feeder.

Who is connected, how it is wired around meters, what instruments read, hours of service.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.grid.demand import (
    CommunityDemand,
    DemandDay,
    Household,
    MotorStart,
    home_household,
    special_household,
)
from sim.grid.energy_balance import LoadPowers
from sim.grid.feeder import ConnectionPoint, Topology
from sim.grid.local_calendar import LocalCalendar
from sim.grid.power_flow import Complex, PowerFlow, Solution
from sim.grid.supply_quality import SAG, SupplyEvent, SupplyEventCause, SupplyEventKind, SupplyQualityMonitor
from sim.grid.supply_state import SupplyState
from sim.grid.terms import HomesTerms
from sim.grid.theft import Effects, Tamper
from sim.grid.weather import Floats
from sim.kernel.random import RandomStreams

# ---- connected loads

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ConnectedLoads:
    """Loads on the feeder: the points (with a meter), then taps, then lighting without a meter."""

    point_names: tuple[str, ...]
    points: tuple[Household, ...]
    tap_points: tuple[int, ...]
    unmetered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Wiring of the loads at an instant: arrays over loads.

    Attributes:
        power_va: complex power at the nominal voltage that is connected, whether or not the line is live.
        through: the share of it that passes the measuring element.
    """

    power_va: Complex
    through: Floats


def connected_loads(terms: HomesTerms, streams: RandomStreams, name: str) -> ConnectedLoads:
    """The homes and special points of the terms; every one draws from a stream of its own name."""
    homes = [f"home-{number + 1:03d}" for number in range(terms.count)]
    metered = [kind for kind in terms.specials if kind != "lighting" or terms.lighting_metered]
    others = [_numbered(metered, index) for index in range(len(metered))]
    households = [home_household(terms, streams.stream(f"{name}/{label}")) for label in homes]
    households += [
        special_household(kind, streams.stream(f"{name}/{label}"))
        for kind, label in zip(metered, others, strict=True)
    ]
    dark = tuple(
        _numbered(terms.specials, index)
        for index, kind in enumerate(terms.specials)
        if kind == "lighting" and not terms.lighting_metered
    )
    return ConnectedLoads((*homes, *others), tuple(households), (), dark)


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
        self,
        who: ConnectedLoads,
        terms: HomesTerms,
        streams: RandomStreams,
        name: str,
        calendar: LocalCalendar,
    ) -> None:
        self.points = len(who.points)
        self.taps = len(who.tap_points)
        lived_in = replace(terms, zero_share=0.0, pv_share=0.0)
        taps = [f"tap-{index}-of-{who.point_names[point]}" for index, point in enumerate(who.tap_points)]
        names = [f"{name}/{label}" for label in (*who.point_names, *taps, *who.unmetered)]
        households = [
            *who.points,
            *(home_household(lived_in, streams.stream(f"{name}/{label}")) for label in taps),
            *(special_household("lighting", streams.stream(f"{name}/{label}")) for label in who.unmetered),
        ]
        self.count = len(households)
        self.village = CommunityDemand(
            names,
            households,
            streams,
            calendar,
            market_weekday=terms.market_weekday,
            scale=terms.demand_scale,
        )
        self.pv_kwp = np.array([household.pv_kwp for household in households])
        self.cold_index = self.village.cold_load
        self._day: DemandDay | None = None
        self._calendar = calendar

    def extra_places(self, topology: Topology, tap_points: Sequence[int]) -> list[ConnectionPoint]:
        """Taps hang at the pole and phase of their thief, lighting in the middle of the feeder."""
        middle = (len(topology.pole_names) - 1) // 2 + 1
        lights = self.count - self.points - self.taps
        return [
            *(replace(topology.places[point], drop_m=5.0) for point in tap_points),
            *(ConnectionPoint(min(middle, len(topology.pole_names) - 1), 0, 5.0) for _ in range(lights)),
        ]

    def demand(self, now_s: float) -> Complex:
        """Demand now, W and var at the nominal voltage; thermostats as they stand."""
        day, minute = self._today(now_s), self._calendar.minute(now_s)
        cold_w, cold_var = self.village.cold(self.count)
        active, reactive = day.active_w[minute] + cold_w, day.reactive_var[minute] + cold_var
        return np.asarray(active + 1j * reactive)

    def starts(self, since_s: float, now_s: float) -> list[MotorStart]:
        """Hard starts after `since_s` and up to now."""
        day, minute = self._today(now_s), self._calendar.minute(now_s)
        same_day = self._calendar.day(since_s) == day.day
        first = self._calendar.minute(since_s) + 1 if same_day else 0
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
        """Power of each load, through its meter, around it, or without one."""
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
        number = self._calendar.day(now_s)
        if self._day is None or self._day.day != number:
            self._day = self.village.day(number)
        return self._day


# ---- readings of instruments

#: Below this a current is no current: what floats leave over.
_NOTHING_A = 1e-9


@dataclass(frozen=True, slots=True)
class FeederReading:
    """Readings of a totaliser at the bus: one value a phase; angles lag from that phase's own voltage."""

    voltage_v: tuple[float, ...]
    current_a: tuple[float, ...]
    phase_deg: tuple[float, ...]

    @property
    def active_power_w(self) -> float:
        """All phases together, W; negative when the homes' panels feed the plant."""
        rows = zip(self.voltage_v, self.current_a, self.phase_deg, strict=True)
        return float(sum(volts * amps * np.cos(np.radians(angle)) for volts, amps, angle in rows))

    @property
    def reactive_power_var(self) -> float:
        """All phases together, var."""
        rows = zip(self.voltage_v, self.current_a, self.phase_deg, strict=True)
        return float(sum(volts * amps * np.sin(np.radians(angle)) for volts, amps, angle in rows))


@dataclass(frozen=True, slots=True)
class PointReadings:
    """Readings at every meter's terminals: arrays over points.

    Attributes:
        voltage_v, current_a, phase_deg: RMS values and the lag; the current is that of the measuring element.
        energised: whether the meter has a voltage.
        line_v: the true voltage there, whatever was done to the meter.
    """

    voltage_v: Floats
    current_a: Floats
    phase_deg: Floats
    energised: Bools
    line_v: Floats


def at_points(solution: Solution, wiring: Wiring, live: Bools, tamper: Tamper, points: int) -> PointReadings:
    """The readings of a solved feeder."""
    line_v = np.where(live, np.abs(solution.load_v[:points]), 0.0)
    element_a = solution.load_a[:points] * wiring.through[:points]
    current_a = np.abs(element_a)
    flows = current_a > _NOTHING_A
    power_va = solution.load_v[:points] * np.conj(element_a)
    angle = np.degrees(np.arctan2(power_va.imag, power_va.real))
    angle = np.where(tamper.reversed, np.where(angle > 0.0, angle - 180.0, angle + 180.0), angle)
    voltage_v = np.where(tamper.dead, 0.0, line_v)
    return PointReadings(
        voltage_v=voltage_v,
        current_a=np.where(flows, current_a, 0.0),
        phase_deg=np.where(flows, angle, 0.0),
        energised=live & ~tamper.dead,
        line_v=line_v,
    )


def dark(points: int) -> PointReadings:
    """The readings while nobody is supplied."""
    none = np.zeros(points)
    return PointReadings(none, none.copy(), none.copy(), np.zeros(points, bool), none.copy())


def at_bus(solution: Solution | None, phases: int) -> FeederReading:
    """The totaliser's reading."""
    if solution is None:
        return FeederReading((0.0,) * phases, (0.0,) * phases, (0.0,) * phases)
    power = solution.bus_v * np.conj(solution.source_a)
    current = np.abs(solution.source_a)
    angle = np.where(current > _NOTHING_A, np.degrees(np.angle(power)), 0.0)
    return FeederReading(
        tuple(float(value) for value in np.abs(solution.bus_v)),
        tuple(float(value) for value in current),
        tuple(float(value) for value in angle),
    )


# ---- voltage sag of motor starts

#: A drop that needs no second look, as a share; when the iteration has arrived, V; when it gives up.
_SLIGHT, _NEAR_V, _ROUNDS = 0.05, 0.01, 200
#: The power factor with which a motor starts: mostly its leakage reactance [M].
_STARTING_ANGLE = np.exp(-1j * np.arccos(0.4))


def inrush_sag(
    flow: PowerFlow, solution: Solution, starts: Sequence[MotorStart], live: Bools, points: int, now_s: float
) -> SupplyEvent | None:
    """The sag that starts of one instant make together, if they make one.

    A motor at rest is an impedance: its peak current flows through the feeder on top of the state that was
    solved and falls with the voltage that it leaves. An upper bound: all starts of one instant are taken to
    coincide, and the other loads do not answer. The sag lasts as long as the longest start; energies do not
    change.
    """
    seen = [start for start in starts if start.peak_va > 0.0 and live[start.load]]
    if not seen:
        return None
    loads = np.array([start.load for start in seen])
    peaks = np.array([start.peak_va for start in seen])
    siemens = np.bincount(loads, peaks, len(live)) / flow.feeder.nominal_v**2 * _STARTING_ANGLE
    after = _settled(flow, solution.load_v, siemens)
    before = np.abs(solution.load_v[:points]) / flow.feeder.nominal_v
    share = np.abs(after[:points]) / flow.feeder.nominal_v
    sagged = np.flatnonzero((share < SAG) & (before >= SAG))
    if not len(sagged):
        return None
    end_s = now_s + max(start.duration_s for start in seen)
    residual = max(float(share[sagged].min()), 0.0)
    return SupplyEvent(
        SupplyEventKind.SAG, SupplyEventCause.INRUSH, now_s, end_s, tuple(int(p) for p in sagged), residual
    )


def _settled(flow: PowerFlow, before_v: Complex, siemens: Complex) -> Complex:
    """The voltages with these admittances at the loads: V = V₀ - Z·Y·V, by damped iteration.

    The first drop says how strong the coupling is; where it does not reach the threshold of a sag, it is good
    enough.
    """
    after = before_v - flow.voltage_drops(siemens * before_v)
    drop = float((np.abs(before_v - after) / np.maximum(np.abs(before_v), 1.0)).max())
    if drop < _SLIGHT:
        return np.asarray(after)
    pace = 1.0 / (1.0 + drop)
    for _ in range(_ROUNDS):
        wanted = before_v - flow.voltage_drops(siemens * after)
        moved = pace * (wanted - after)
        after = after + moved
        if float(np.abs(moved).max()) < _NEAR_V:
            break
    return np.asarray(after)


# ---- service hours


class SupplyHistory:
    """Supply that the customers got: hours of service and events.

    Args:
        points: how many.
        calendar: of the place.

    Attributes:
        state: of the plant now.
        service_s: how long the plant has supplied.
        point_service_s: how long each point had a voltage.
        day_service_s: how long the plant supplied on each day, by its number; an interval that crosses
            midnight counts for the day in which it began.
        watch: writes the events.
    """

    __slots__ = ("_calendar", "day_service_s", "point_service_s", "service_s", "state", "watch")

    def __init__(self, points: int, calendar: LocalCalendar) -> None:
        self._calendar = calendar
        self.state = SupplyState.NORMAL
        self.service_s = 0.0
        self.point_service_s = np.zeros(points)
        self.day_service_s: dict[int, float] = {}
        self.watch = SupplyQualityMonitor(points)

    @property
    def events(self) -> list[SupplyEvent]:
        """All events so far: those that are over in the order of their end, then those that last."""
        return self.watch.closed + self.watch.open

    def pass_time(self, since_s: float, duration_s: float, energised: Bools) -> None:
        """Let an interval be over in which these points had a voltage."""
        supplied_s = duration_s if self.state is SupplyState.NORMAL else 0.0
        self.service_s += supplied_s
        day = self._calendar.day(since_s)
        self.day_service_s[day] = self.day_service_s.get(day, 0.0) + supplied_s
        self.point_service_s = self.point_service_s + np.where(energised, duration_s, 0.0)

    def observe(self, state: SupplyState, share: Floats, cause: NDArray[np.int8], now_s: float) -> None:
        """Take the state that holds from now on."""
        self.state = state
        self.watch.observe(share, cause, now_s)
