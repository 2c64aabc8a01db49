"""A model of individual PV system as data: the TOML files in ``systems/``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sim.meter.profile import ProfileError


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
