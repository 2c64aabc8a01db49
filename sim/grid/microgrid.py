"""`Microgrid`: sun, plant, feeder, homes and thefts as one object that is moved step by step.

>>> from datetime import UTC
>>> from sim.grid.terms import microgrid_terms
>>> terms = microgrid_terms({"homes": {"count": 3}})
>>> grid = Microgrid(terms, streams=RandomStreams(1), epoch=datetime(2026, 1, 1, 5, tzinfo=UTC))
>>> for minute in range(60):
...     grid.step(60.0 * minute)
>>> grid.points, grid.books.balance_nj()
(3, 0)
"""

from dataclasses import replace
from datetime import datetime

import numpy as np

from sim.grid.demand import MotorStart
from sim.grid.disturbances import ActiveDisturbances, Disturbances, Injection
from sim.grid.energy_balance import EnergyBalance, PointTotals, energies_nj
from sim.grid.errors import PowerFlowError
from sim.grid.feeder import Line, layout
from sim.grid.loads import (
    Bools,
    FeederReading,
    LoadSide,
    PointReadings,
    SupplyHistory,
    Wiring,
    at_bus,
    at_points,
    connected_loads,
    dark,
    inrush_sag,
)
from sim.grid.local_calendar import LocalCalendar
from sim.grid.plant import PlantDemand, PowerPlant, Shortage, available_w, rooftop_w_per_kwp
from sim.grid.power_flow import PowerFlow, Solution
from sim.grid.supply_quality import CODE
from sim.grid.supply_state import CAUSES, SupplyState
from sim.grid.terms import MicrogridTerms
from sim.grid.theft import PlantedTheft, Tamper, book_thefts, effects, next_change_s, plant
from sim.grid.weather import CloudModel, Floats, Weather
from sim.kernel.random import RandomStreams

#: So often an instant is solved again when the plant refuses: empty, tripped, surplus.
_ATTEMPTS = 6


class Microgrid:
    """One microgrid.

    Between two calls everything stays as it is. `step` and the other calls close the books up to their
    instant with the present state, and then find the state that holds from there on. Arrays are made anew by
    every call and never written to afterwards: they may be kept.

    Args:
        terms: what it is made of.
        streams: of the world; every home, day and disturbance draws from a stream of its own name.
        epoch: the aware instant at which the world's clock was 0.
        name: the first part of those names.

    Raises:
        TermsError: the feeder cannot be laid out.
    """

    def __init__(
        self, terms: MicrogridTerms, *, streams: RandomStreams, epoch: datetime, name: str = "grid"
    ) -> None:
        self.terms, self.name, self.now_s = terms, name, 0.0
        self._calendar = LocalCalendar(epoch, terms.plant.utc_offset_h)
        self._clouds = CloudModel(streams, name, self._calendar, terms.plant.cloudiness)
        self._weather = Weather(terms.plant, self._clouds, self._calendar)
        who = connected_loads(terms.homes, streams, name)
        lived_in = [not household.closed for household in who.points]
        planted = plant(terms, streams, name, self._calendar, lived_in)
        taps = tuple(theft.point for theft in planted if theft.kind == "illegal-tap")
        who = replace(who, tap_points=taps)
        self.point_names, self.points = who.point_names, len(who.points)
        self.households = who.points
        self._loads = LoadSide(who, terms.homes, streams, name, self._calendar)
        self._topology = layout(
            terms.feeder, terms.homes.count, self.points - terms.homes.count, streams.stream(f"{name}/feeder")
        )
        source_ohm = complex(terms.plant.source_r_ohm, terms.plant.source_x_ohm)
        passive = self._topology.feeder(source_ohm, self._loads.extra_places(self._topology, taps))
        self._flow = PowerFlow(passive)
        drawn = Disturbances(
            terms.disturbances,
            streams,
            name,
            self._calendar,
            self._clouds,
            nodes=passive.tree.count - 1,
            points=self.points,
        )
        self._conditions = ActiveDisturbances(drawn, self._calendar, passive, self.points)
        self._conditions.thefts = list(planted)
        self._station = PowerPlant(terms.plant, self._calendar)
        self.books = EnergyBalance()
        self.totals = PointTotals(self._loads.count)
        self.supply = SupplyHistory(self.points, self._calendar)
        self._closed = np.ones(self.points, bool)
        self._sun_day = -1
        self._begin()

    # ------------------------------------------------------------ what is seen

    @property
    def voltage_v(self) -> Floats:
        """RMS voltage at each meter, V."""
        return self._seen.voltage_v

    @property
    def current_a(self) -> Floats:
        """RMS current through each meter's measuring element, A."""
        return self._seen.current_a

    @property
    def phase_deg(self) -> Floats:
        """Angle by which that current lags, degrees; beyond 90° the point exports."""
        return self._seen.phase_deg

    @property
    def energised(self) -> Bools:
        """Which meters have a voltage."""
        return self._seen.energised

    @property
    def line_voltage_v(self) -> Floats:
        """The true voltage at each point, whatever was done to its meter."""
        return self._seen.line_v

    @property
    def feeder(self) -> FeederReading:
        """Readings of a totaliser at the bus."""
        return at_bus(self._solution, self.terms.feeder.phases)

    @property
    def battery_soc(self) -> float:
        """State of charge, 0 to 1."""
        return self._station.battery.soc

    @property
    def fuel_l(self) -> float:
        """Fuel that the diesel set burnt, litres."""
        return self._station.fuel_l

    @property
    def diesel_on(self) -> bool:
        """True if the diesel set runs."""
        return self._station.diesel_on

    @property
    def thefts(self) -> tuple[PlantedTheft, ...]:
        """Every theft planted or injected, with what it took so far."""
        return tuple(self._conditions.thefts)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Spans and service drops; node 0 is the bus, the poles follow, then the points' terminals."""
        return self._topology.lines

    @property
    def node_of_point(self) -> tuple[int, ...]:
        """The node of each point's terminals."""
        return self._topology.node_of_point

    @property
    def phase_of_point(self) -> tuple[int, ...]:
        """The phase that each point hangs on, from 0."""
        return tuple(place.phase for place in self._topology.places)

    @property
    def solar_w(self) -> float:
        """Available power of the plant's panels, W."""
        return float(self._solar[self._calendar.minute(self.now_s)]) * self._conditions.sun_share()

    @property
    def next_event_s(self) -> float:
        """The instant before which nothing but demand and sun changes; infinity if none is known."""
        return min(
            self._conditions.next_change_s(self.now_s),
            self._station.next_event_s(self.now_s),
            self._thefts_until_s,
        )

    # ------------------------------------------------------------ what moves it

    def step(self, now_s: float) -> None:
        """Close the books up to `now_s`, look at sun, demand and circumstances anew, solve.

        Raises:
            ValueError: `now_s` lies before the last instant.
        """
        since_s = self.now_s
        self._close(now_s)
        starting = self._loads.village.thermostats.switch()
        starts = self._loads.starts(since_s, now_s) + self._loads.village.cold_starts(starting)
        self._observe()
        self._solve(starts)

    def set_closed(self, point: int, closed: bool, now_s: float) -> None:
        """The relay of the meter at `point` moved.

        Raises:
            ValueError: `now_s` lies before the last instant.
            IndexError: there is no such point.
        """
        self._close(now_s)
        self._closed = self._closed.copy()
        self._closed[point] = closed
        self._observe()
        self._solve()

    def inject(
        self, kind: str, point: int | None = None, value: float | None = None, now_s: float | None = None
    ) -> Injection:
        """Begin an injection (see `sim.grid.disturbances`); the handle ends it.

        Args:
            kind: what, a key of `INJECTIONS`.
            point: where, for kinds that act on one.
            value: how much; None is the usual of the kind.
            now_s: when; None is the last instant.

        Raises:
            InjectionError: the grid cannot do that.
        """
        self._close(self.now_s if now_s is None else now_s)
        handle = self._conditions.inject(kind, point, value, self.now_s)
        self._refresh_thefts()
        self._observe()
        self._solve()
        return handle

    def clear(self, handle: Injection, now_s: float | None = None) -> None:
        """End an injection.

        Raises:
            InjectionError: it is not in force.
        """
        self._close(self.now_s if now_s is None else now_s)
        self._conditions.clear(handle, self.now_s)
        self._refresh_thefts()
        self._observe()
        self._solve()

    # ------------------------------------------------------------ how

    def _begin(self) -> None:
        self._solution: Solution | None = None
        self._seen: PointReadings = dark(self.points)
        self._powers = self._loads.nothing()
        self._live = np.zeros(self._loads.count, bool)
        self._rooftop = self._solar = np.zeros(1440)
        self.frequency_hz = 0.0
        self._refresh_thefts()
        self._observe()
        self._loads.village.thermostats.switch()
        self._solve()

    def _close(self, now_s: float) -> None:
        """Book the interval that is over."""
        duration_s = now_s - self.now_s
        if duration_s < 0.0:
            raise ValueError(f"the grid is at {self.now_s} s and cannot go back to {now_s} s")
        if duration_s == 0.0:
            return
        before_nj = self.books.battery_change_nj
        through = self.books.close(self._station.powers, self._powers, duration_s)
        self.totals.add(through)
        self._station.pass_time(duration_s, self.books.battery_change_nj - before_nj)
        around = energies_nj(self._powers.around_w, duration_s)
        self.books.concealed_nj += book_thefts(self.thefts, through, around, self.points)
        cold = self._loads.cold_index
        self._loads.village.thermostats.pass_time(duration_s, self._live[cold])
        self.supply.pass_time(self.now_s, duration_s, self._seen.line_v > 0.0)
        self.now_s = now_s

    def _observe(self) -> None:
        """Bring sun, circumstances and thefts up to now."""
        day = self._calendar.day(self.now_s)
        if day != self._sun_day:
            weather = self._weather.day(day)
            self._solar = available_w(self.terms.plant, weather)
            self._rooftop = rooftop_w_per_kwp(self.terms.plant, weather)
            self._sun_day = day
        self._conditions.observe(self.now_s)
        if self.now_s >= self._thefts_until_s:
            self._refresh_thefts()

    def _refresh_thefts(self) -> None:
        """Thefts begin and end: what they do together holds until the next of them does."""
        self._effects = effects(self.thefts, self.points, self.now_s, self._calendar.hour(self.now_s))
        self._thefts_until_s = next_change_s(self.thefts, self.now_s, self._calendar)
        self.tamper = self._effects.tamper

    def _solve(self, starts: list[MotorStart] | None = None) -> None:
        """Find the state that holds from now on."""
        rooftop = float(self._rooftop[self._calendar.minute(self.now_s)]) * self._conditions.sun_share()
        for _ in range(_ATTEMPTS):
            state = self._state()
            if state is not SupplyState.NORMAL:
                return self._go_dark(state)
            wiring = self._wire(rooftop)
            try:
                solution = self._flow.solve(
                    wiring.power_va,
                    self.terms.feeder.impedance_share,
                    self._source_v(),
                    self._conditions.live,
                )
            except PowerFlowError:
                self._station.trip(self.now_s)
                continue
            total = complex(solution.source_va.sum())
            wish = PlantDemand(total.real, abs(total), self.solar_w, self._station.horizon_s)
            shortage = self._station.carry(wish, self.now_s)
            if shortage is None:
                return self._go_on(solution, wiring, total, starts or [])
            if shortage is Shortage.SURPLUS:
                # The frequency rises until the customers' inverters let go.
                if rooftop == 0.0:
                    self._station.trip(self.now_s)
                rooftop = 0.0
        self._station.trip(self.now_s)
        return self._go_dark(self._state())

    def _state(self) -> SupplyState:
        own = self._station.decide(self.now_s)
        if self._conditions.plant is not None:
            return self._conditions.plant
        if not self._station.machine.in_service_hours(self.now_s):
            return SupplyState.SCHEDULED_OFF
        return own

    def _source_v(self) -> float:
        share = self.terms.plant.source_voltage_share * self._conditions.voltage_share
        return self.terms.feeder.nominal_v * share

    def _wire(self, rooftop_w_per_kwp: float) -> Wiring:
        demand = self._loads.demand(self.now_s)
        injected = self._conditions.injected_va(self._loads.count)
        return self._loads.wire(demand, self._closed, self._effects, rooftop_w_per_kwp, injected)

    def _go_dark(self, state: SupplyState) -> None:
        self._station.rest(self.solar_w)
        self._solution = None
        self._seen = dark(self.points)
        self._powers = self._loads.nothing()
        self._live = np.zeros(self._loads.count, bool)
        self.frequency_hz = 0.0
        cause = self._conditions.plant_cause or CAUSES.get(state, CAUSES[SupplyState.OVERLOAD])
        codes = np.full(self.points, CODE[cause], dtype=np.int8)
        self.supply.observe(state, self._seen.line_v, codes, self.now_s)

    def _go_on(self, solution: Solution, wiring: Wiring, total_va: complex, starts: list[MotorStart]) -> None:
        live = self._conditions.live
        self._solution = solution
        self._live = live & (wiring.power_va != 0.0)
        self._powers = self._loads.powers(solution, wiring)
        self._seen = at_points(solution, wiring, live[: self.points], self.tamper, self.points)
        rated = max(self._station.rated_va, 1.0)
        droop = self.terms.plant.frequency_droop * total_va.real / rated
        self.frequency_hz = self.terms.feeder.frequency_hz * (1.0 - droop)
        share = self._seen.line_v / self.terms.feeder.nominal_v
        self.supply.observe(SupplyState.NORMAL, share, self._conditions.cause, self.now_s)
        sag = inrush_sag(self._flow, solution, starts, self._live, self.points, self.now_s)
        if sag is not None:
            self.supply.watch.add(sag)


__all__ = ["FeederReading", "Line", "Microgrid", "PlantedTheft", "SupplyHistory", "Tamper"]
