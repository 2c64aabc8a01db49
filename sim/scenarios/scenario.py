"""`Scenario`: a world as data, from a file of ``worlds/`` or from one of your own.

>>> load_scenario("teorama_nano").name
'teorama_nano'
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from sim.kernel.timing import DEFAULT_EPOCH
from sim.meter.events.tamper_protections import protection_terms
from sim.scenarios.tables import ScenarioError, check_range, read_terms

# ---- customers and key change


@dataclass(frozen=True, slots=True)
class CustomerTerms:
    """Habits of customers; each draws its own habits from these ranges.

    Args:
        initial_wh_min: credit at the beginning, at least, Wh.
        initial_wh_max: at most.
        buy_below_wh_min: the lowest credit at which somebody goes to buy.
        buy_below_wh_max: the highest.
        purchases_wh: what is bought, one of these, whole tenths of a kWh.
        looks_per_day: how often somebody looks at the display by day.
        to_the_shop_s_min: from the wish to the ticket, at least, s.
        to_the_shop_s_max: at most; those without money wait as long.
        opens_h: local hour at which the shop opens.
        closes_h: at which it closes.
        key_s: between two keys.
        wrong_digit: share of entries with one digit wrong.
        typed_twice: share of accepted tokens that are typed once more.
        given_up: share of entries that are left in the middle, and begun again after the keypad forgot them.
        share_buying: share of customers who ever buy.
    """

    initial_wh_min: int = 2_000
    initial_wh_max: int = 8_000
    buy_below_wh_min: int = 500
    buy_below_wh_max: int = 3_000
    purchases_wh: tuple[int, ...] = (2_000, 5_000, 10_000)
    looks_per_day: float = 3.0
    to_the_shop_s_min: float = 1_800.0
    to_the_shop_s_max: float = 36_000.0
    opens_h: float = 7.0
    closes_h: float = 20.0
    key_s: float = 0.6
    wrong_digit: float = 0.05
    typed_twice: float = 0.02
    given_up: float = 0.02
    share_buying: float = 1.0

    def __post_init__(self) -> None:
        for name in ("wrong_digit", "typed_twice", "given_up", "share_buying"):
            check_range(name, getattr(self, name), 0, 1)
        check_range("looks_per_day", self.looks_per_day, 0.1, 48)
        check_range("opens_h", self.opens_h, 0, 24)
        check_range("closes_h", self.closes_h, self.opens_h, 24)
        check_range("key_s", self.key_s, 0.05, 20)
        for low, high in (
            ("initial_wh_min", "initial_wh_max"),
            ("buy_below_wh_min", "buy_below_wh_max"),
            ("to_the_shop_s_min", "to_the_shop_s_max"),
        ):
            check_range(low, getattr(self, low), 0, getattr(self, high))
        if not self.purchases_wh or any(amount_wh <= 0 or amount_wh % 100 for amount_wh in self.purchases_wh):
            raise ValueError("purchases_wh must be whole tenths of a kWh, one at least")


@dataclass(frozen=True, slots=True)
class KeyChangeTerms:
    """A campaign that gives meters the key of the next base date, on the tickets of those who come to buy.

    Args:
        begins: from then on a ticket carries the key change before the credit.
        ends: until then; without a later campaign, who did not come keeps the old key.
        base_date: of the new key.
        krn: its revision number.
        after_the_end: what the shop does for an old key when its TID range is over: ``refuse`` sells
            nothing, ``wrap`` counts from 0 again, as a careless program would.
    """

    begins: datetime
    ends: datetime
    base_date: int = 2035
    krn: int = 6
    after_the_end: str = "refuse"

    def __post_init__(self) -> None:
        if self.ends < self.begins:
            raise ValueError("ends must not lie before begins")
        if self.after_the_end not in ("refuse", "wrap"):
            raise ValueError("after_the_end must be refuse or wrap")


#: The tables that the grid reads.
GRID_TABLES = ("plant", "feeder", "homes", "theft", "disturbances")
_SECONDS_PER_DAY = 86_400.0
DAYS_MAX = 366.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The table ``[scenario]``.

    Args:
        name: of the world.
        en: what it is, in English.
        es: in Spanish.
        days: how long a run lasts where nobody says otherwise.
        seed: of every random stream.
        epoch: the instant at which the world begins.
        step_s: from one step of the physics to the next.
        sites: how many microgrids like this, each with its own wire and concentrator.
    """

    name: str
    en: str = ""
    es: str = ""
    days: float = 1.0
    seed: int = 1
    epoch: datetime = DEFAULT_EPOCH
    step_s: float = 60.0
    sites: int = 1

    def __post_init__(self) -> None:
        check_range("days", self.days, 1 / 1440, DAYS_MAX)
        check_range("seed", self.seed, 0, 2**64 - 1)
        check_range("step_s", self.step_s, 1, 3600)
        check_range("sites", self.sites, 1, 1000)


@dataclass(frozen=True, slots=True)
class MeterTerms:
    """The table ``[meters]``: one at each home of the grid.

    Args:
        profile: the model.
        totaliser: the model at the head of the feeder; empty for none.
        limit_w: power limit of each; 0 for none.
        relay: protection -> what the relay does, where it differs from the model: ``{magnet = "log"}`` lets
            a magnet steal.
    """

    profile: str = "ppkw-field"
    totaliser: str = "totaliser"
    limit_w: int = 0
    relay: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_range("limit_w", self.limit_w, 0, 24_000)
        protection_terms({"relay": self.relay})


@dataclass(frozen=True, slots=True)
class SolarHomeTerms:
    """The table ``[solar_homes]``: homes with a system of their own, away from the grid.

    Args:
        count: how many.
        system: the model of system.
        initial_days: paid for at the beginning.
    """

    count: int
    system: str = "household"
    initial_days: int = 10

    def __post_init__(self) -> None:
        check_range("count", self.count, 1, 5_000)
        check_range("initial_days", self.initial_days, 0, 366)


@dataclass(frozen=True, slots=True)
class Incident:
    """One ``[[incidents]]``: a fault that begins by itself.

    Args:
        at_s: when, from the world's beginning.
        device: whose.
        fault: a name on the device's fault board.
        for_s: how long; 0 for good.
        value: how much, where the fault has a measure.
    """

    at_s: float
    device: str
    fault: str
    for_s: float = 0.0
    value: float | None = None

    def __post_init__(self) -> None:
        check_range("at_s", self.at_s, 0, DAYS_MAX * _SECONDS_PER_DAY)
        check_range("for_s", self.for_s, 0, DAYS_MAX * _SECONDS_PER_DAY)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world, read and checked but for what the grid, the wire and the concentrators say of their tables.

    Args:
        frame: name, days, seed, instant.
        grid: the tables of the grid.
        meters: which meters.
        customers: how they buy; None for a world without customers.
        plc: kind of wire and its terms; empty for none.
        concentrators: tables of the concentrators; without any, nobody reads.
        incidents: what goes wrong by itself.
        key_change: the campaign, if any.
        solar_homes: homes away from the grid, if any.
    """

    frame: Frame
    grid: Mapping[str, Any] = field(default_factory=dict)
    meters: MeterTerms = MeterTerms()
    customers: CustomerTerms | None = None
    plc: Mapping[str, Any] = field(default_factory=dict)
    concentrators: tuple[Mapping[str, Any], ...] = ()
    incidents: tuple[Incident, ...] = ()
    key_change: KeyChangeTerms | None = None
    solar_homes: SolarHomeTerms | None = None

    @property
    def name(self) -> str:
        """The name of the world."""
        return self.frame.name

    @property
    def duration_s(self) -> float:
        """Duration of a run, s."""
        return self.frame.days * _SECONDS_PER_DAY

    def with_frame(self, **changes: Any) -> "Scenario":
        """The same world with another seed, more days or more sites.

        Raises:
            ScenarioError: a value is out of range.
        """
        try:
            return replace(self, frame=replace(self.frame, **changes))
        except ValueError as error:
            raise ScenarioError(str(error)) from error

    def with_wire(self, kind: str) -> "Scenario":
        """The same world on another kind of wire, whose terms are then its defaults."""
        return self if self.plc.get("kind", "generic") == kind else replace(self, plc={"kind": kind})

    def with_uplink_secret(self, secret: str) -> "Scenario":
        """The same world, whose concentrators let in who knows `secret`; they then tell it to nobody."""
        tables = tuple(
            {**table, "uplink": {"secret": secret, **table.get("uplink", {})}} for table in self.concentrators
        )
        return replace(self, concentrators=tables)

    def with_grid(self, table: str, **changes: Any) -> "Scenario":
        """The same world with some keys of a table of the grid changed."""
        return replace(self, grid={**self.grid, table: {**self.grid.get(table, {}), **changes}})


def scenario_names() -> tuple[str, ...]:
    """The worlds that come with the product."""
    files = (resources.files("sim.scenarios") / "worlds").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def load_scenario(name: str | Path) -> Scenario:
    """Read a world of the product by its name, or a file by its path.

    Raises:
        ScenarioError: there is none, or it does not say what it must.
    """
    text = _text(name)
    try:
        return parse_scenario(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name} is not TOML: {error}") from error
    except ScenarioError as error:
        raise ScenarioError(f"{name}: {error}") from error


def _text(name: str | Path) -> str:
    path = Path(name)
    if str(name) in scenario_names():
        return (resources.files("sim.scenarios") / "worlds" / f"{name}.toml").read_text(encoding="utf-8")
    if path.suffix != ".toml":
        known = ", ".join(scenario_names())
        raise ScenarioError(f"no world is called {str(name)!r}; known: {known}; or give a .toml file")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(f"cannot read {path}: {reason}") from error


#: table -> (field of `Scenario`, kind of value).
_TABLES: dict[str, tuple[str, type[Any]]] = {
    "scenario": ("frame", Frame),
    "meters": ("meters", MeterTerms),
    "customers": ("customers", CustomerTerms),
    "key_change": ("key_change", KeyChangeTerms),
    "solar_homes": ("solar_homes", SolarHomeTerms),
}
_KNOWN = (*_TABLES, *GRID_TABLES, "plc", "concentrators", "incidents")


def parse_scenario(table: Mapping[str, Any]) -> Scenario:
    """A scenario from parsed TOML.

    Raises:
        ScenarioError: one sentence.
    """
    for name in table:
        if name not in _KNOWN:
            raise ScenarioError(f"there is no table [{name}]; known: {', '.join(_KNOWN)}")
    if "scenario" not in table:
        raise ScenarioError("[scenario] is missing: it must say name at least")
    values = {
        attribute: read_terms(kind, table[name], name)
        for name, (attribute, kind) in _TABLES.items()
        if name in table
    }
    return Scenario(
        **values,
        grid={name: _mapping(table[name], name) for name in GRID_TABLES if name in table},
        plc=_mapping(table.get("plc", {}), "plc"),
        concentrators=tuple(_mapping(row, "concentrators") for row in _rows(table, "concentrators")),
        incidents=tuple(read_terms(Incident, row, "incidents") for row in _rows(table, "incidents")),
    )


def _rows(table: Mapping[str, Any], name: str) -> list[Any]:
    rows = table.get(name, [])
    if not isinstance(rows, list):
        raise ScenarioError(f"{name} must be written as [[{name}]]")
    return rows


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ScenarioError(f"[{name}] must be a table")
    return value
