"""The catalogue of appliances."""

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from sim.grid.terms import CLASSES, SPECIALS


@dataclass(frozen=True, slots=True)
class Run:
    """One run in a window of the day, with the chance that it happens on a usual day."""

    begin_h: float
    end_h: float
    minutes: float
    chance: float


@dataclass(frozen=True, slots=True)
class Cold:
    """A thermostat: see the head of the catalogue."""

    warm_h: float
    reach: float
    duty: float


@dataclass(frozen=True, slots=True)
class Appliance:
    """One row of the catalogue.

    Source: ``data/appliances.toml``, an assumption of this project throughout.
    """

    name: str
    kind: str
    power_w: float
    spread: float
    pf: float
    inrush: float = 1.0
    inrush_s: float = 0.0
    runs: tuple[Run, ...] = ()
    days: dict[str, float] = field(default_factory=dict)
    season: dict[str, float] = field(default_factory=dict)
    owns: dict[str, float] = field(default_factory=dict)
    climate: dict[str, float] = field(default_factory=dict)
    cold: Cold | None = None

    @property
    def reactive_ratio(self) -> float:
        """Reactive over active power; negative for a leading current."""
        return math.copysign(math.tan(math.acos(min(abs(self.pf), 1.0))), self.pf)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Appliances by name, what stands at special points, and which months belong to which season."""

    appliances: dict[str, Appliance]
    specials: dict[str, dict[str, int]]
    months: dict[str, tuple[int, ...]]

    def season(self, appliance: Appliance, month: int) -> float:
        """What the month makes of the chance of a run."""
        factor = appliance.season.get("dry" if month in self.months["dry"] else "wet", 1.0)
        if month in self.months["harvest"]:
            factor *= appliance.season.get("harvest", 1.0)
        return factor


@cache
def catalogue() -> Catalogue:
    """The catalogue as it ships.

    Raises:
        ValueError: the file names a class or a special point that does not exist.
    """
    text = resources.files("sim.grid").joinpath("data/appliances.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    known = {name: _appliance(name, dict(row)) for name, row in data["appliances"].items()}
    for row in known.values():
        if set(row.owns) - set(CLASSES):
            raise ValueError(f"{row.name} is owned by a class that does not exist")
    if set(data["specials"]) != set(SPECIALS):
        raise ValueError("the catalogue and the terms name other special points")
    return Catalogue(known, data["specials"], {name: tuple(row) for name, row in data["months"].items()})


def _appliance(name: str, row: dict[str, object]) -> Appliance:
    runs = tuple(Run(*numbers) for numbers in row.pop("runs", ()))  # type: ignore[attr-defined]
    cold = row.pop("cold", None)
    return Appliance(
        name=name,
        runs=runs,
        cold=Cold(**cold) if isinstance(cold, dict) else None,
        **row,  # type: ignore[arg-type]
    )
