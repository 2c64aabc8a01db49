"""Individual PV system: `Supply` and `Plant` of its controller; `build_ssfvi` joins both.

The accounting of the whole system is exact: whole milliwatts, microseconds, nanojoules. What the panels
gave is what the home got, what conversion and standby took, what was lost in charging, and what is in the
battery more than at the beginning: `EnergyStore.balance_nj` is 0 at any instant.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from simpy import Environment

from sim.kernel.faults import FaultInjector
from sim.kernel.random import RandomStreams
from sim.kernel.timing import Timer
from sim.meter.clock.device_clock import to_epoch_us
from sim.meter.credentials import TEST_CREDENTIALS, Credentials
from sim.meter.factory import build
from sim.meter.hardware import TerminalFlow
from sim.meter.interfaces import WorldClock
from sim.meter.meter import Meter
from sim.meter.parts import DEFAULT_PARTS, Parts
from sim.meter.profile import MeterProfile, load_profile
from sim.meter.ssfvi.model import BatteryTerms, Home, Sky, SystemTerms, load_system
from sim.meter.units import MILLI, NJ_PER_WH, US_PER_S, to_microseconds

# ------------------------------------------------------------ energy store

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Powers:
    """Powers that flow, mW, constant until the next look.

    Args:
        panels: what the panels could give.
        home: what the home gets.
        inverter: what the inverter takes from the battery for that, its losses included.
        standby: controller and meter.
    """

    panels: int = 0
    home: int = 0
    inverter: int = 0
    standby: int = 0

    @property
    def surplus(self) -> int:
        """Power left for the battery; negative where it must give."""
        return self.panels - self.inverter - self.standby


class EnergyStore:
    """The battery and the accounts of the system.

    Attributes:
        stored_nj: what is in the battery.
        harvested_nj: what the panels gave; what a full battery did not take is `curtailed_nj`.
        delivered_nj: what the home got.
        converted_nj: what the inverter kept.
        standby_nj: what controller and meter took.
        charging_loss_nj: what was lost in charging.

    Args:
        terms: of the battery.
    """

    __slots__ = (
        "_begun_nj",
        "_terms",
        "charging_loss_nj",
        "converted_nj",
        "curtailed_nj",
        "delivered_nj",
        "harvested_nj",
        "standby_nj",
        "stored_nj",
    )

    def __init__(self, terms: BatteryTerms) -> None:
        self._terms = terms
        self.stored_nj = self._begun_nj = self.level_nj(terms.initial_percent)
        self.harvested_nj = self.curtailed_nj = self.delivered_nj = 0
        self.converted_nj = self.standby_nj = self.charging_loss_nj = 0

    def level_nj(self, percent: int) -> int:
        """Energy stored at that state of charge."""
        return self._terms.capacity_wh * NJ_PER_WH * percent // _PERCENT

    @property
    def charge_milli(self) -> int:
        """State of charge, thousandths of a per cent."""
        return self.stored_nj * _PERCENT * MILLI // self.level_nj(_PERCENT)

    @property
    def balance_nj(self) -> int:
        """Energy that the accounting cannot explain: 0."""
        gone_nj = self.delivered_nj + self.converted_nj + self.standby_nj + self.charging_loss_nj
        return self.harvested_nj - gone_nj - (self.stored_nj - self._begun_nj)

    def us_until(self, level_nj: int, powers: Powers) -> int | None:
        """Microseconds until so much is stored, rounded up; None where it does not go there."""
        gap_nj, surplus = level_nj - self.stored_nj, powers.surplus
        rate = surplus * self._terms.charging_percent // _PERCENT if surplus > 0 else surplus
        if not rate or (gap_nj > 0) is not (rate > 0) or not gap_nj:
            return None
        return -(-abs(gap_nj) // abs(rate))

    def spill(self, level_nj: int) -> None:
        """Lose what is stored above that level; it counts as lost in charging."""
        lost_nj = max(0, self.stored_nj - level_nj)
        self.stored_nj -= lost_nj
        self.charging_loss_nj += lost_nj

    def pass_time(self, powers: Powers, elapsed_us: int) -> None:
        """So long these powers flowed."""
        self.delivered_nj += powers.home * elapsed_us
        self.converted_nj += (powers.inverter - powers.home) * elapsed_us
        harvested_nj, standby_nj = powers.panels * elapsed_us, powers.standby * elapsed_us
        surplus_nj = powers.surplus * elapsed_us
        if surplus_nj >= 0:
            room_nj = self.level_nj(_PERCENT) - self.stored_nj
            kept_nj = min(room_nj, surplus_nj * self._terms.charging_percent // _PERCENT)
            taken_nj = min(surplus_nj, -(-kept_nj * _PERCENT // self._terms.charging_percent))
            self.curtailed_nj += surplus_nj - taken_nj
            self.charging_loss_nj += taken_nj - kept_nj
            self.stored_nj += kept_nj
            harvested_nj -= surplus_nj - taken_nj
        else:
            given_nj = min(self.stored_nj, -surplus_nj)
            standby_nj -= -surplus_nj - given_nj  # an empty battery does not feed even the controller
            self.stored_nj -= given_nj
        self.harvested_nj += harvested_nj
        self.standby_nj += standby_nj


# ------------------------------------------------------------ system

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
        #: The battery and the accounts of the system.
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
        """Power that the panels give now, mW."""
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
        """Flow behind the inverter, with the controller's relay in that position."""
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


# ------------------------------------------------------------ system and controller

PROFILE = "ssfvi"


@dataclass(frozen=True, slots=True)
class Ssfvi:
    """One home with its own sun: the controller, which is a meter, and the system behind it."""

    meter: Meter
    system: SsfviSystem


def build_ssfvi(
    profile: MeterProfile | str = PROFILE,
    system: SystemTerms | str = "household",
    parts: Parts = DEFAULT_PARTS,
    *,
    env: Environment,
    clock: WorldClock,
    streams: RandomStreams,
    credentials: Credentials = TEST_CREDENTIALS,
    objects_on_demand: bool = False,
) -> Ssfvi:
    """Build one individual PV system.

    Args:
        profile: a model of controller.
        system: a model of system, or the name of a file in ``systems/``.
        parts: what the controller is built from.
        env: the world's event loop.
        clock: the world's true time.
        streams: random streams of the world: sky and habits hang on the DRN.
        credentials: vending key and passwords.
        objects_on_demand: as in `sim.meter.build`.

    Raises:
        ProfileError: profile or system are not there or not complete.
    """
    model = load_profile(profile) if isinstance(profile, str) else profile
    terms = load_system(system) if isinstance(system, str) else system
    plant = SsfviSystem(
        env, clock, terms, streams, name=f"{model.drn}/ssfvi", deviation_minutes=model.deviation_minutes
    )
    meter = build(
        model,
        parts,
        env=env,
        clock=clock,
        supply=plant,
        streams=streams,
        credentials=credentials,
        objects_on_demand=objects_on_demand,
    )
    meter.on_relay.append(plant.set_closed)
    plant.set_closed(meter.parts.switch.relay_closed)
    _add_faults(meter.faults, plant)
    return Ssfvi(meter, plant)


def _add_faults(board: FaultInjector, plant: SsfviSystem) -> None:
    """Faults of a system beside those of its meter."""
    board.add(
        "shade",
        lambda value: plant.shade(0.0 if value is None else value),
        plant.shade,
        "Only this share of the sun reaches the panels (0: none).",
    )
    board.add(
        "battery-drained",
        lambda _value: plant.drain(),
        lambda: None,
        "The battery loses at once what is above its floor.",
    )
