"""Generating plant.

PV, battery, inverter and diesel set, their dispatch in an interval, and the rules that start and stop them.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sim.grid.energy_balance import NJ_PER_WH, PlantPowers
from sim.grid.local_calendar import LocalCalendar
from sim.grid.supply_state import PlantEvent, SupplyState, SupplyStateMachine, within
from sim.grid.terms import PlantTerms
from sim.grid.weather import Floats, WeatherDay

# ---- PV

#: Kelvin that a cell is above the air at 1000 W/m² (NOCT of some 45 °C), and what a kelvin takes off [C].
CELL_K_PER_SUN = 31.0
LOSS_PER_K = 0.004


def cell_c(weather: WeatherDay) -> Floats:
    """The temperature of the cells. Source: the NOCT model, linear in the irradiance."""
    return np.asarray(weather.air_c + CELL_K_PER_SUN * weather.panel_w_m2 / 1000.0)


def available_w(terms: PlantTerms, weather: WeatherDay) -> Floats:
    """The power that the plant's panels could give, minute by minute, W."""
    peak_w = terms.pv_kwp * 1000.0
    hot = 1.0 - LOSS_PER_K * (cell_c(weather) - 25.0)
    raw = peak_w * weather.panel_w_m2 / 1000.0 * hot * (1.0 - terms.pv_loss_share)
    return np.asarray(np.clip(raw, 0.0, peak_w * terms.pv_controller_share))


def rooftop_w_per_kwp(terms: PlantTerms, weather: WeatherDay) -> Floats:
    """The power that a customer's own panels give behind a small inverter, W per kWp."""
    hot = 1.0 - LOSS_PER_K * (cell_c(weather) - 25.0)
    efficiency = (1.0 - terms.pv_loss_share) * 0.94
    return np.asarray(np.maximum(weather.panel_w_m2 * hot * efficiency, 0.0))


# ---- battery

_MONTH_S = 30 * 86400.0


class Battery:
    """The store of one plant.

    Args:
        terms: capacity, efficiency, rate, what it starts with.
    """

    __slots__ = ("capacity_nj", "limit_w", "one_way", "store_nj", "terms")

    def __init__(self, terms: PlantTerms) -> None:
        self.terms = terms
        self.capacity_nj = round(terms.battery_kwh * 1000.0 * NJ_PER_WH)
        self.store_nj = round(self.capacity_nj * terms.battery_initial)
        self.limit_w = terms.battery_kwh * 1000.0 * terms.battery_c_rate
        self.one_way = math.sqrt(terms.battery_efficiency)

    @property
    def soc(self) -> float:
        """State of charge, 0 to 1; 0 without a battery."""
        return self.store_nj / self.capacity_nj if self.capacity_nj else 0.0

    @property
    def self_discharge_w(self) -> float:
        """Self-discharge, W."""
        return max(self.store_nj, 0) / 1e9 * self.terms.battery_self_discharge_month / _MONTH_S

    def charge_room_w(self, horizon_s: float) -> float:
        """The highest charge that neither breaks the rate nor fills it before the horizon, W."""
        room_j = max(self.capacity_nj - self.store_nj, 0) / 1e9
        return min(self.limit_w, room_j / self.one_way / horizon_s)

    def discharge_room_w(self, horizon_s: float) -> float:
        """The highest discharge that does not empty it before the horizon, W, whatever the rate."""
        kept_j = max(self.store_nj / 1e9 - self.self_discharge_w * horizon_s, 0.0)
        return kept_j * self.one_way / horizon_s

    def losses_w(self, charge_w: float, discharge_w: float) -> float:
        """Losses inside, W."""
        moving = charge_w * (1.0 - self.one_way) + discharge_w * (1.0 / self.one_way - 1.0)
        return moving + self.self_discharge_w

    def seconds_to(self, soc: float, powers: PlantPowers) -> float:
        """When the state of charge gets there with these powers; infinity if never."""
        away_j = (soc * self.capacity_nj - self.store_nj) / 1e9
        if powers.store_w == 0.0 or away_j * powers.store_w <= 0.0:
            return math.inf
        return away_j / powers.store_w


# ---- dispatch of one interval


class Shortage(StrEnum):
    """Why the plant cannot do what is asked."""

    EMPTY = "empty"  # the battery does not hold it until the next step
    OVERLOAD = "overload"  # more than the inverter or the battery can give at once
    SURPLUS = "surplus"  # customers feed more in than the plant can take


@dataclass(frozen=True, slots=True)
class PlantDemand:
    """Power that the feeder asks, and that the sun offers.

    Attributes:
        feeder_w, feeder_va: active power into the feeder, negative when it comes back; apparent power.
        solar_w: what the panels could give.
        horizon_s: the longest time that the answer may have to hold.
    """

    feeder_w: float
    feeder_va: float
    solar_w: float
    horizon_s: float


def inverter_loss_w(terms: PlantTerms, apparent_va: float) -> float:
    """Own consumption of the inverter while it forms the grid, W: a constant and a square."""
    rated = terms.inverter_kva * 1000.0
    if rated <= 0.0:
        return 0.0
    square = max(1.0 / terms.inverter_efficiency - 1.0 - terms.inverter_no_load_share, 0.0)
    return terms.inverter_no_load_share * rated + square * apparent_va**2 / rated


def by_inverter(terms: PlantTerms, battery: Battery, wish: PlantDemand) -> PlantPowers | Shortage:
    """The inverter forms the grid."""
    if wish.feeder_va > terms.inverter_kva * 1000.0 * terms.inverter_overload:
        return Shortage.OVERLOAD
    lost = inverter_loss_w(terms, wish.feeder_va)
    needed = wish.feeder_w + lost
    spare = wish.solar_w - needed
    if spare >= 0.0:
        charge = min(spare, battery.charge_room_w(wish.horizon_s))
        curtailed = spare - charge
        if curtailed > wish.solar_w:
            return Shortage.SURPLUS
        return _powers(battery, wish, wish.solar_w - curtailed, charge, 0.0, lost)
    if -spare > battery.limit_w:
        return Shortage.OVERLOAD
    if -spare > battery.discharge_room_w(wish.horizon_s):
        return Shortage.EMPTY
    return _powers(battery, wish, wish.solar_w, 0.0, -spare, lost)


def by_diesel(terms: PlantTerms, battery: Battery, wish: PlantDemand) -> PlantPowers | Shortage:
    """The diesel set forms the grid; what it has to spare, it charges with."""
    rated = terms.diesel_kw * 1000.0
    if wish.feeder_va > rated * 1.1:  # what a set's breaker bears [A]
        return Shortage.OVERLOAD
    if wish.feeder_w < 0.0:
        return Shortage.SURPLUS
    through = terms.inverter_efficiency
    room = battery.charge_room_w(wish.horizon_s)
    solar_charge = min(wish.solar_w, room)
    helps = min(
        max(wish.feeder_w - terms.diesel_min_load * rated, 0.0),
        (wish.solar_w - solar_charge) * through,
        terms.inverter_kva * 1000.0,
    )
    charger = terms.inverter_kva * 1000.0 - helps
    diesel_charge = min(room - solar_charge, max(0.9 * rated - wish.feeder_w, 0.0) * through, charger)
    diesel_charge = max(diesel_charge, 0.0) if helps == 0.0 else 0.0
    used = solar_charge + helps / through
    lost = helps * (1.0 / through - 1.0) + diesel_charge * (1.0 / through - 1.0)
    powers = _powers(battery, wish, used, solar_charge + diesel_charge, 0.0, lost)
    powers.diesel_w = wish.feeder_w - helps + diesel_charge / through
    return powers


def at_rest(battery: Battery, solar_w: float, horizon_s: float) -> PlantPowers:
    """Nobody is supplied: the panels charge, the inverter is off."""
    charge = min(solar_w, battery.charge_room_w(horizon_s))
    return _powers(battery, PlantDemand(0.0, 0.0, solar_w, horizon_s), charge, charge, 0.0, 0.0)


def fuel_l_per_h(terms: PlantTerms, diesel_w: float) -> float:
    """Fuel of the set while it runs, by the usual straight line: 0.08 L/h per kW and 0.25 L/kWh [M]."""
    return 0.08 * terms.diesel_kw + 0.25 * diesel_w / 1000.0


def _powers(
    battery: Battery, wish: PlantDemand, pv_w: float, charge_w: float, discharge_w: float, lost_w: float
) -> PlantPowers:
    return PlantPowers(
        pv_w=pv_w,
        curtailed_pv_w=max(wish.solar_w - pv_w, 0.0),
        charge_w=charge_w,
        discharge_w=discharge_w,
        conversion_loss_w=lost_w,
        battery_loss_w=battery.losses_w(charge_w, discharge_w),
        feeder_w=wish.feeder_w,
    )


# ---- plant

#: A threshold counts as reached within this share: instants are rounded, stores are whole nJ.
_NEAR = 1e-9
_LATER_S = 0.001
#: So long a set runs that was called because the inverter could not carry the load [A].
_CALLED_S = 1800.0
_SHORT = {Shortage.EMPTY: PlantEvent.FLOOR, Shortage.OVERLOAD: PlantEvent.OVERLOAD}


class PowerPlant:
    """The plant with its state, asked at instants.

    Args:
        terms: of the plant.
        calendar: of the place.
    """

    __slots__ = (
        "_calendar",
        "_called_until_s",
        "_terms",
        "battery",
        "diesel_on",
        "fuel_l",
        "horizon_s",
        "machine",
        "powers",
    )

    def __init__(self, terms: PlantTerms, calendar: LocalCalendar) -> None:
        self._terms, self._calendar = terms, calendar
        self.battery = Battery(terms)
        self.machine = SupplyStateMachine(terms, calendar)
        self.diesel_on = False
        self._called_until_s = -math.inf
        self.fuel_l = 0.0
        self.horizon_s = terms.step_s
        self.powers = PlantPowers()

    @property
    def rated_va(self) -> float:
        """The rating of what forms the grid now."""
        return 1000.0 * (self._terms.diesel_kw if self.diesel_on else self._terms.inverter_kva)

    def decide(self, now_s: float) -> SupplyState:
        """Start and stop what the rules ask for; returns the plant's own state."""
        self.diesel_on = self._diesel_wanted(now_s)
        machine, soc = self.machine, self.battery.soc
        if now_s >= machine.restart_at_s:
            machine.happen(PlantEvent.RESTART, now_s)
        recovered = bool(self.battery.capacity_nj) and soc >= self._terms.battery_restart - _NEAR
        if self.diesel_on or recovered:
            machine.happen(PlantEvent.RECOVERED, now_s)
        elif soc <= self._terms.battery_reserve + _NEAR:
            machine.happen(PlantEvent.FLOOR, now_s)
        return machine.state

    def carry(self, wish: PlantDemand, now_s: float) -> Shortage | None:
        """Carry the feeder from now on, or say why not; a shortage has moved the state already."""
        if self.machine.strain(wish.feeder_va, self.rated_va, now_s):
            found: PlantPowers | Shortage = Shortage.OVERLOAD
        else:
            found = (by_diesel if self.diesel_on else by_inverter)(self._terms, self.battery, wish)
        if isinstance(found, PlantPowers):
            self.powers = found
            return None
        if found is not Shortage.SURPLUS and not self._call_diesel(now_s):
            self.machine.happen(_SHORT[found], now_s)
        return found

    def trip(self, now_s: float) -> None:
        """The protection opens: more was asked than can be carried."""
        self.machine.happen(PlantEvent.OVERLOAD, now_s)

    def _call_diesel(self, now_s: float) -> bool:
        """Start the set because the inverter cannot; False when there is none, or it may not, or it runs."""
        if self.diesel_on or not self._diesel_may(now_s):
            return False
        self._called_until_s = now_s + _CALLED_S
        return True

    def _diesel_may(self, now_s: float) -> bool:
        terms = self._terms
        return terms.diesel_kw > 0.0 and within(terms.diesel_hours, self._calendar.hour(now_s))

    def rest(self, solar_w: float) -> None:
        """Supply nobody from now on."""
        self.powers = at_rest(self.battery, solar_w, self.horizon_s)
        self.diesel_on = False

    def pass_time(self, duration_s: float, store_change_nj: int) -> None:
        """Let an interval with the present powers be over."""
        self.battery.store_nj += store_change_nj
        if self.diesel_on:
            self.fuel_l += fuel_l_per_h(self._terms, self.powers.diesel_w) * duration_s / 3600.0
        self.horizon_s = max(self._terms.step_s, duration_s)

    def next_event_s(self, now_s: float) -> float:
        """The next instant at which the plant will change by itself if nothing else does."""
        terms, powers = self._terms, self.powers
        instants = [self.machine.next_hour_s(now_s), self.machine.restart_at_s, self.machine.trip_at_s]
        if self.battery.capacity_nj:
            empty = self.machine.state is SupplyState.BATTERY_EMPTY
            levels = [terms.battery_restart if empty else terms.battery_reserve]
            if terms.diesel_kw:
                levels.append(terms.diesel_stop_soc if self.diesel_on else terms.diesel_start_soc)
            waits = (self.battery.seconds_to(level, powers) for level in levels)
            instants += [math.ceil((now_s + wait) / _LATER_S) * _LATER_S for wait in waits if wait < math.inf]
        return min((instant for instant in instants if instant > now_s), default=math.inf)

    def _diesel_wanted(self, now_s: float) -> bool:
        terms, soc = self._terms, self.battery.soc
        if not self._diesel_may(now_s):
            return False
        if not self.battery.capacity_nj or now_s < self._called_until_s:
            return True
        return (
            soc < terms.diesel_stop_soc - _NEAR if self.diesel_on else soc <= terms.diesel_start_soc + _NEAR
        )
