"""Concentrator's clock: it drifts, runs on its battery, and is set by the uplink (R6.2-05)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sim.concentrator.terms import DAY_S, ClockTerms


class WorldClock(Protocol):
    """True time."""

    def now_s(self) -> float:
        """Device seconds since the world began."""

    def utc(self) -> datetime:
        """The instant, aware, in UTC."""


class ConcentratorClock:
    """A clock that gains a little each day until it is synchronised again.

    Args:
        world: true time.
        terms: drift and uncertainty.
        draw: gives a number from 0 to below 1, for the error of a synchronisation.
    """

    __slots__ = ("_draw", "_drift_s_per_day", "_offset_s", "_since_s", "_terms", "_world", "synchronised_s")

    def __init__(self, world: WorldClock, terms: ClockTerms, draw: Callable[[], float]) -> None:
        self._world = world
        self._terms = terms
        self._draw = draw
        self._drift_s_per_day = terms.drift_s_per_day
        self._offset_s = 0.0
        self._since_s = world.now_s()
        #: when it was synchronised last, device s; None: never
        self.synchronised_s: float | None = None

    @property
    def offset_s(self) -> float:
        """Offset from true time, s, as a laboratory would measure it."""
        return self._offset_s + (self._world.now_s() - self._since_s) * self._drift_s_per_day / DAY_S

    def utc(self) -> datetime:
        """Its time, aware, in UTC."""
        return self._world.utc() + timedelta(seconds=self.offset_s)

    def utc_s(self) -> int:
        """Its time, whole s since 1970."""
        return int(self.utc().timestamp())

    def set_drift(self, drift_s_per_day: float) -> None:
        """Gain so many seconds a day from now on."""
        self._settle(self.offset_s)
        self._drift_s_per_day = drift_s_per_day

    def synchronise(self, reference: datetime) -> float:
        """Step to what the uplink says, give or take its uncertainty; by how much it was ahead, s."""
        ahead_s = (self.utc() - reference).total_seconds()
        error_s = (2 * self._draw() - 1) * self._terms.uncertainty_s
        self._settle(self.offset_s - ahead_s + error_s)
        self.synchronised_s = self._world.now_s()
        return ahead_s

    def _settle(self, offset_s: float) -> None:
        self._offset_s = offset_s
        self._since_s = self._world.now_s()
