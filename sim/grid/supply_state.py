"""State of the supply: a table of transitions, and the timers that feed it.

The plant's own state (ready, empty, tripped) is a machine; over it lie conditions that hold for a while (a
fault of the generation, planned work, hours without service). What customers see is the first that applies.
"""

import math
from enum import StrEnum

from sim.grid.local_calendar import DAY_S, LocalCalendar
from sim.grid.supply_quality import SupplyEventCause
from sim.grid.terms import PlantTerms


class SupplyState(StrEnum):
    """States of the supply."""

    NORMAL = "normal"
    SCHEDULED_OFF = "scheduled-off"
    BATTERY_EMPTY = "battery-empty"
    OVERLOAD = "overload"
    FAULT = "fault"
    PLANNED = "planned"


class PlantEvent(StrEnum):
    """Events that move the plant's own state."""

    FLOOR = "floor"  # the battery is at its reserve and nothing else can supply
    RECOVERED = "recovered"  # the battery is back at the restart threshold, or the diesel set took over
    OVERLOAD = "overload"
    RESTART = "restart"  # the waiting time after a trip is over


#: (state, event) -> next; whatever is not here changes nothing.
TRANSITIONS = {
    (SupplyState.NORMAL, PlantEvent.FLOOR): SupplyState.BATTERY_EMPTY,
    (SupplyState.NORMAL, PlantEvent.OVERLOAD): SupplyState.OVERLOAD,
    (SupplyState.BATTERY_EMPTY, PlantEvent.RECOVERED): SupplyState.NORMAL,
    (SupplyState.OVERLOAD, PlantEvent.FLOOR): SupplyState.BATTERY_EMPTY,
    (SupplyState.OVERLOAD, PlantEvent.RESTART): SupplyState.NORMAL,
}

#: Why customers are without supply in each state.
CAUSES = {
    SupplyState.SCHEDULED_OFF: SupplyEventCause.SCHEDULE,
    SupplyState.BATTERY_EMPTY: SupplyEventCause.BATTERY,
    SupplyState.OVERLOAD: SupplyEventCause.OVERLOAD,
    SupplyState.FAULT: SupplyEventCause.GENERATION,
    SupplyState.PLANNED: SupplyEventCause.PLANNED,
}

_LONGEST_BACK_OFF = 8
_CALM_S = 1800.0


class SupplyStateMachine:
    """The plant's own state with its timers.

    Args:
        terms: overload times, thresholds, hours.
        calendar: of the place.
    """

    __slots__ = (
        "_back_off",
        "_calendar",
        "_calm_since_s",
        "_strained_since_s",
        "_terms",
        "restart_at_s",
        "state",
    )

    def __init__(self, terms: PlantTerms, calendar: LocalCalendar) -> None:
        self._terms, self._calendar = terms, calendar
        self.state = SupplyState.NORMAL
        self.restart_at_s = math.inf
        self._strained_since_s = math.inf
        self._calm_since_s = -math.inf
        self._back_off = 1

    def happen(self, event: PlantEvent, now_s: float) -> SupplyState:
        """Take an event; returns the new state."""
        after = TRANSITIONS.get((self.state, event), self.state)
        if after is SupplyState.OVERLOAD and self.state is not after:
            self.restart_at_s = now_s + self._terms.inverter_restart_s * self._back_off
            self._back_off = min(self._back_off * 2, _LONGEST_BACK_OFF)
            self._strained_since_s = math.inf
        if after is not SupplyState.OVERLOAD:
            self.restart_at_s = math.inf
        if after is SupplyState.NORMAL and self.state is not after:
            self._calm_since_s = now_s
        self.state = after
        return after

    def strain(self, apparent_va: float, rated_va: float, now_s: float) -> bool:
        """Look at the load of what forms the grid; True when it has been too high for too long."""
        if apparent_va <= rated_va:
            self._strained_since_s = math.inf
            if now_s - self._calm_since_s >= _CALM_S:
                self._back_off = 1
            return False
        self._strained_since_s = min(self._strained_since_s, now_s)
        return now_s - self._strained_since_s >= self._terms.inverter_overload_s

    @property
    def trip_at_s(self) -> float:
        """When a load that stays as it is will trip the inverter; infinity while it is not too high."""
        return self._strained_since_s + self._terms.inverter_overload_s

    def in_service_hours(self, now_s: float) -> bool:
        """True if the schedule offers supply now."""
        return within(self._terms.service_hours, self._calendar.hour(now_s))

    def next_hour_s(self, now_s: float) -> float:
        """The next instant at which the schedule of service or of the diesel set changes."""
        begin_s = self._calendar.begin_s(self._calendar.day(now_s))
        edges = {hour for pair in (*self._terms.service_hours, *self._terms.diesel_hours) for hour in pair}
        instants = (begin_s + day * DAY_S + hour * 3600.0 for day in (0, 1) for hour in edges - {0.0, 24.0})
        return min((instant for instant in instants if instant > now_s), default=math.inf)


def within(hours: tuple[tuple[float, float], ...], hour: float) -> bool:
    """True if an hour of the day lies in one of the pairs; the end does not belong to it."""
    return any(begin <= hour < end for begin, end in hours)
