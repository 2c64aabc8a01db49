"""Model of an individual PV system: its terms in ``systems/*.toml``, its sky, its home.

>>> from sim.kernel.random import RandomStreams
>>> sky = Sky(load_system().panels, RandomStreams(1), "home-1")
>>> sky.power_mw(0), sky.power_mw(12 * 3600 * 1_000_000) > 0
(0, True)

Source: declination after Cooper (1969); the power follows the sine of the height with an exponent for the
air mass [A]. `sim.grid` has the better sky; a single home needs no more.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from sim.kernel.random import RandomStreams
from sim.meter.profile import ProfileError
from sim.meter.units import MILLI, S_PER_DAY, US_PER_S

if TYPE_CHECKING:
    from numpy.random import Generator

# ------------------------------------------------------------ terms


@dataclass(frozen=True, slots=True)
class PanelTerms:
    """The panels and their sky.

    Args:
        peak_w: power in standard conditions, W.
        derating_percent: what of it arrives at the battery.
        latitude_deg: of the place, north positive.
        clearness_min: of the dullest day, share of a clear sky.
        clearness_max: of the brightest day.
        flicker: how far a quarter of an hour is from its day, as a share, 0 to 1.
    """

    peak_w: float
    derating_percent: float
    latitude_deg: float
    clearness_min: float
    clearness_max: float
    flicker: float


@dataclass(frozen=True, slots=True)
class BatteryTerms:
    """The battery and what hangs on it directly.

    Args:
        capacity_wh: usable from empty to full, Wh.
        initial_percent: state of charge of a new system.
        charging_percent: what of the energy put in is stored.
        floor_percent: state of charge at which the home is switched off.
        reconnect_percent: at which it is switched on again; above the floor.
        standby_mw: what controller and meter take, always, mW.

    Raises:
        ValueError: the percentages are not in their order.
    """

    capacity_wh: int
    initial_percent: int
    charging_percent: int
    floor_percent: int
    reconnect_percent: int
    standby_mw: int

    def __post_init__(self) -> None:
        if not 0 < self.floor_percent < self.reconnect_percent <= 100:
            raise ValueError("floor_percent must lie below reconnect_percent, and both between 0 and 100")


@dataclass(frozen=True, slots=True)
class InverterTerms:
    """The inverter: what it offers to the home, and what that costs."""

    voltage_v: float
    frequency_hz: float
    efficiency_percent: int
    power_factor: float


@dataclass(frozen=True, slots=True)
class ApplianceTerms:
    """One appliance: it runs once a day, with `probability`, from about `start_h` for `duration_h` hours."""

    name: str
    power_w: float
    start_h: float
    duration_h: float
    spread_h: float
    probability: float


@dataclass(frozen=True, slots=True)
class SystemTerms:
    """One model of individual PV system."""

    panels: PanelTerms
    battery: BatteryTerms
    inverter: InverterTerms
    appliances: tuple[ApplianceTerms, ...]


def parse_system(table: Mapping[str, Any]) -> SystemTerms:
    """A system from the parsed TOML.

    Raises:
        KeyError, TypeError, ValueError: something is missing, unknown or out of range.
    """
    return SystemTerms(
        PanelTerms(**table["panels"]),
        BatteryTerms(**table["battery"]),
        InverterTerms(**table["inverter"]),
        tuple(ApplianceTerms(**row) for row in table.get("appliances", ())),
    )


@cache
def load_system(name: str = "household") -> SystemTerms:
    """Read ``systems/NAME.toml``.

    Raises:
        ProfileError: there is no such system, or it is not complete.
    """
    path = resources.files("sim.meter.ssfvi") / "systems" / f"{name}.toml"
    if not name.replace("-", "_").isidentifier() or not path.is_file():
        raise ProfileError(f"there is no system {name!r} in sim/meter/ssfvi/systems")
    try:
        return parse_system(tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise ProfileError(f"system {name!r}: {type(error).__name__}: {error}") from error


# ------------------------------------------------------------ sky

DAY_US = S_PER_DAY * US_PER_S
#: The sky changes at the multiples of this.
STEP_US = 300 * US_PER_S
_QUARTER_US = 900 * US_PER_S
_QUARTERS = 96
_AIR_MASS_EXPONENT = 1.15
_YEAR_DAYS = 365.25
_TILT_DEG = 23.45
_PERCENT = 100


class Sky:
    """The sky over one system; times are local, microseconds since 1970.

    Args:
        terms: the panels.
        streams: of the world.
        name: of the system: the same name and seed have the same weather.
    """

    __slots__ = ("_day", "_terms")

    def __init__(self, terms: PanelTerms, streams: RandomStreams, name: str) -> None:
        self._terms = terms

        @cache
        def clearness(day: int) -> tuple[float, ...]:
            return _clearness(terms, streams.stream(f"{name}/sky/{day}"))

        self._day = clearness

    def power_mw(self, local_us: int) -> int:
        """Power that the panels could give now, mW."""
        step_us = local_us // STEP_US * STEP_US
        day, in_day_us = divmod(step_us, DAY_US)
        height = _sine_of_height(self._terms.latitude_deg, day, in_day_us / DAY_US)
        if height <= 0:
            return 0
        clear = self._day(day)[in_day_us // _QUARTER_US]
        usable = self._terms.peak_w * self._terms.derating_percent / _PERCENT
        return round(MILLI * usable * clear * math.pow(height, _AIR_MASS_EXPONENT))

    @staticmethod
    def next_us(local_us: int) -> int:
        """Next change of it."""
        return (local_us // STEP_US + 1) * STEP_US


def _sine_of_height(latitude_deg: float, day: int, share: float) -> float:
    declination = math.radians(_TILT_DEG) * math.sin(2 * math.pi * (day % _YEAR_DAYS - 81) / _YEAR_DAYS)
    latitude, hour = math.radians(latitude_deg), 2 * math.pi * (share - 0.5)
    return math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        hour
    )


def _clearness(terms: PanelTerms, random: "Generator") -> tuple[float, ...]:
    """Of every quarter of an hour of a day."""
    of_day = random.uniform(terms.clearness_min, terms.clearness_max)
    flicker = random.uniform(1 - terms.flicker, 1 + terms.flicker, _QUARTERS)
    return tuple(min(1.0, float(of_day * value)) for value in flicker)


# ------------------------------------------------------------ home

_HOUR_US = 3_600 * US_PER_S

#: (from, to, mW), local microseconds since 1970
Run = tuple[int, int, int]


class Home:
    """The appliances of one home; times are local, microseconds since 1970.

    Args:
        appliances: what there is.
        streams: of the world.
        name: of the system.
    """

    __slots__ = ("_runs",)

    def __init__(self, appliances: tuple[ApplianceTerms, ...], streams: RandomStreams, name: str) -> None:
        @cache
        def runs(day: int) -> tuple[Run, ...]:
            random = streams.stream(f"{name}/home/{day}")
            return tuple(run for terms in appliances if (run := _run(terms, day, random)) is not None)

        self._runs = runs

    def power_mw(self, local_us: int) -> int:
        """Power that the home draws where it is let, mW."""
        return sum(power for begin_us, end_us, power in self._near(local_us) if begin_us <= local_us < end_us)

    def next_us(self, local_us: int) -> int:
        """Next change of it, at the latest the end of the day."""
        edges = [edge_us for begin_us, end_us, _ in self._near(local_us) for edge_us in (begin_us, end_us)]
        midnight_us = (local_us // DAY_US + 1) * DAY_US
        return min((edge_us for edge_us in edges if edge_us > local_us), default=midnight_us)

    def _near(self, local_us: int) -> tuple[Run, ...]:
        """The runs of this day, and those of yesterday that may go on."""
        day = local_us // DAY_US
        return self._runs(day - 1) + self._runs(day)


def _run(terms: ApplianceTerms, day: int, random: "Generator") -> Run | None:
    """Two numbers are drawn whether or not it runs, so that no appliance moves another's."""
    chance, place = (float(value) for value in random.random(2))
    if chance >= terms.probability:
        return None
    start_h = terms.start_h + terms.spread_h * (2 * place - 1)
    begin_us = day * DAY_US + round(start_h * _HOUR_US)
    return begin_us, begin_us + round(terms.duration_h * _HOUR_US), round(terms.power_w * MILLI)
