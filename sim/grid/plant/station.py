"""`Station`: battery, inverter and diesel set with the rules that start and stop them."""

import math

from sim.grid.almanac import Almanac
from sim.grid.books import PlantPowers
from sim.grid.plant.battery import Battery
from sim.grid.plant.dispatch import Shortage, Wish, at_rest, by_diesel, by_inverter, fuel_l_per_h
from sim.grid.plant.machine import PlantEvent, SupplyMachine, SupplyState, within
from sim.grid.terms import PlantTerms

#: A threshold counts as reached within this share: instants are rounded, stores are whole nJ.
_NEAR = 1e-9
_LATER_S = 0.001
#: So long a set runs that was called because the inverter could not carry the load [A].
_CALLED_S = 1800.0
_SHORT = {Shortage.EMPTY: PlantEvent.FLOOR, Shortage.OVERLOAD: PlantEvent.OVERLOAD}


class Station:
    """The plant with its state, asked at instants.

    Args:
        terms: of the plant.
        almanac: of the place.
    """

    __slots__ = (
        "_almanac",
        "_called_until_s",
        "_terms",
        "battery",
        "diesel_on",
        "fuel_l",
        "horizon_s",
        "machine",
        "powers",
    )

    def __init__(self, terms: PlantTerms, almanac: Almanac) -> None:
        self._terms, self._almanac = terms, almanac
        self.battery = Battery(terms)
        self.machine = SupplyMachine(terms, almanac)
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

    def carry(self, wish: Wish, now_s: float) -> Shortage | None:
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
        return terms.diesel_kw > 0.0 and within(terms.diesel_hours, self._almanac.hour(now_s))

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
