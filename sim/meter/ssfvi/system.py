"""An individual PV system as the `Supply` of its controller, and as the `Plant` that this tells of."""

import math
from collections.abc import Callable

from simpy import Environment

from sim.kernel.random import RandomStreams
from sim.kernel.timing import Timer
from sim.meter.clock import to_epoch_us
from sim.meter.hardware.terminals import TerminalFlow
from sim.meter.seams import WorldClock
from sim.meter.ssfvi.home import Home
from sim.meter.ssfvi.store import EnergyStore, Powers
from sim.meter.ssfvi.sun import Sky
from sim.meter.ssfvi.terms import SystemTerms
from sim.meter.units import MILLI, US_PER_S, to_microseconds

_PERCENT = 100
_MINUTE_US = 60 * US_PER_S


class SsfviSystem:
    """Panels, battery, inverter and home; the controller lives on the battery, also when the home is off.

    Args:
        env: the world's event loop.
        clock: the true time.
        terms: the model.
        streams: of the world.
        name: of the system; its weather and its habits hang on it.
        deviation_minutes: from local time to UTC.
    """

    __slots__ = (
        "_alarm",
        "_clock",
        "_closed",
        "_cut",
        "_deviation_us",
        "_env",
        "_fixed_mw",
        "_home",
        "_phase_deg",
        "_powers",
        "_shade",
        "_since_us",
        "_sky",
        "_terms",
        "_voltage_v",
        "_watchers",
        "inverter_on",
        "store",
    )

    def __init__(
        self,
        env: Environment,
        clock: WorldClock,
        terms: SystemTerms,
        streams: RandomStreams,
        *,
        name: str,
        deviation_minutes: int,
    ) -> None:
        self._env = env
        self._clock = clock
        self._terms = terms
        self._deviation_us = deviation_minutes * _MINUTE_US
        self._sky = Sky(terms.panels, streams, name)
        self._home = Home(terms.appliances, streams, name)
        self._voltage_v = terms.inverter.voltage_v
        self._phase_deg = math.degrees(math.acos(terms.inverter.power_factor))
        self._fixed_mw: int | None = None
        self._shade = 1.0
        self._closed, self._cut = True, False
        self._watchers: list[Callable[[], None]] = []
        #: The battery and the books.
        self.store = EnergyStore(terms.battery)
        #: False while the battery is too low for the home.
        self.inverter_on = True
        self._powers = Powers()
        self._since_us = to_microseconds(env.now)
        self._alarm = Timer(env, self._look)
        self._look()

    # ------------------------------------------------------------ as the plant

    @property
    def charge_milli(self) -> int:
        """State of charge, thousandths of a per cent."""
        self._close_books()
        return self.store.charge_milli

    @property
    def panel_power_mw(self) -> int:
        """What the panels give now, mW."""
        full = self.store.us_until(self.store.level_nj(_PERCENT), self._powers) is None
        used = self._powers.panels - (self._powers.surplus if full and self._powers.surplus > 0 else 0)
        return max(0, used)

    @property
    def harvested_nj(self) -> int:
        """All that the panels ever gave, nJ."""
        self._close_books()
        return self.store.harvested_nj

    # ------------------------------------------------------------ as the supply

    @property
    def energised(self) -> bool:
        """True while the controller is fed, which hangs on the battery and not on the inverter."""
        return not self._cut

    def flow(self, *, switch_closed: bool) -> TerminalFlow:
        """What the controller sees behind the inverter, with its relay in that position."""
        if self._cut or not self.inverter_on:
            return TerminalFlow(0.0, 0.0, 0.0, 0.0)
        power_w = self._wanted_mw() / MILLI if switch_closed else 0.0
        current_a = power_w / (self._voltage_v * self._terms.inverter.power_factor)
        phase_deg = self._phase_deg if power_w else 0.0
        return TerminalFlow(self._voltage_v, current_a, phase_deg, self._terms.inverter.frequency_hz)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have `watcher` called after every change."""
        self._watchers.append(watcher)

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Let the inverter offer another voltage, V; its frequency stays.

        Raises:
            ValueError: it is not above 0.
        """
        if not 0 < voltage_v < float("inf"):
            raise ValueError(f"voltage_v is {voltage_v}: it must be above 0")
        self._voltage_v = voltage_v
        self._look()

    def set_energised(self, energised: bool) -> None:
        """Take the controller off the battery, and the home with it; or put it back."""
        self._cut = not energised
        self._look()

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Draw this current (A) instead of what the home would; the angle stays that of the home."""
        self._fixed_mw = round(current_a * self._voltage_v * self._terms.inverter.power_factor * MILLI)
        self._look()

    def shade(self, share: float = 1.0) -> None:
        """Let only this share of the sun reach the panels.

        Raises:
            ValueError: it is not from 0 to 1.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"the share of the sun is 0 to 1, not {share:g}")
        self._shade = share
        self._look()

    def drain(self) -> None:
        """Take out of the battery what is above its floor, as one that has lost its capacity."""
        self._close_books()
        self.store.spill(self.store.level_nj(self._terms.battery.floor_percent))
        self._look()

    def set_closed(self, closed: bool) -> None:
        """The relay of the controller moved."""
        self._closed = closed
        self._look()

    # ------------------------------------------------------------ time

    @property
    def _local_us(self) -> int:
        return to_epoch_us(self._clock.utc()) - self._deviation_us

    def _wanted_mw(self) -> int:
        return self._home.power_mw(self._local_us) if self._fixed_mw is None else self._fixed_mw

    def _close_books(self) -> None:
        now_us = to_microseconds(self._env.now)
        self.store.pass_time(self._powers, now_us - self._since_us)
        self._since_us = now_us

    def _look(self) -> None:
        """Close the books, see what flows from now on, and wake when something changes by itself."""
        self._close_books()
        battery = self._terms.battery
        if self.store.stored_nj <= self.store.level_nj(battery.floor_percent):
            self.inverter_on = False
        elif self.store.stored_nj >= self.store.level_nj(battery.reconnect_percent):
            self.inverter_on = True
        home = self._wanted_mw() if self._closed and self.inverter_on and not self._cut else 0
        drawn = home * _PERCENT // self._terms.inverter.efficiency_percent
        panels = round(self._sky.power_mw(self._local_us) * self._shade)
        self._powers = Powers(panels, home, drawn, battery.standby_mw)
        self._alarm.set(self._next_s())
        for watcher in tuple(self._watchers):
            watcher()

    def _next_s(self) -> float:
        local_us, now_us = self._local_us, to_microseconds(self._env.now)
        percents = (self._terms.battery.floor_percent, self._terms.battery.reconnect_percent, _PERCENT)
        levels = (self.store.level_nj(percent) for percent in percents)
        waits = [self.store.us_until(level_nj, self._powers) for level_nj in levels]
        waits += [self._sky.next_us(local_us) - local_us, self._home.next_us(local_us) - local_us]
        return (now_us + min(wait_us for wait_us in waits if wait_us)) / US_PER_S
