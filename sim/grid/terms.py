"""Settings of a microgrid: what the tables of a scenario may say, with units, ranges and defaults."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sim.grid.errors import TermsError

Terms = TypeVar("Terms")
Reader = Callable[[Any, str], Any]


def _field(default: Any, kind: Any, wanted: str) -> Any:
    """A field whose value pydantic checks against the annotation `kind`."""

    def read(value: Any, where: str) -> Any:
        try:
            return TypeAdapter(kind, config=ConfigDict(strict=True)).validate_python(value)
        except ValidationError as error:
            raise TermsError(f"{where} must be {wanted}, not {value!r}") from error

    return dataclasses.field(default=default, metadata={"read": read})


def number(default: float, low: float, high: float) -> Any:
    """A number from `low` to `high`."""
    return _field(default, Annotated[float, Field(ge=low, le=high)], f"a number from {low:g} to {high:g}")


def whole(default: int, low: int, high: int) -> Any:
    """A whole number from `low` to `high`."""
    return _field(default, Annotated[int, Field(ge=low, le=high)], f"a whole number from {low} to {high}")


def flag(default: bool) -> Any:
    """True or false."""
    return _field(default, bool, "true or false")


def choice(default: str, choices: tuple[str, ...]) -> Any:
    """One of some words."""
    return _field(default, Literal[choices], f"one of {', '.join(choices)}")


def word(default: str) -> Any:
    """A text that is not empty."""
    return _field(default, Annotated[str, Field(min_length=1)], "a text")


def words(default: tuple[str, ...], choices: tuple[str, ...] = ()) -> Any:
    """A list of words, from `choices` where there are any."""

    def read(value: Any, where: str) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise TermsError(f"{where} must be a list of words, not {value!r}")
        for item in value:
            if choices and item not in choices:
                raise TermsError(f"{where} knows {', '.join(choices)}, but not {item!r}")
        return tuple(value)

    return dataclasses.field(default=default, metadata={"read": read})


def span(default: tuple[float, float], low: float, high: float) -> Any:
    """Two numbers from `low` to `high`, the second not below the first."""

    def read(value: Any, where: str) -> tuple[float, float]:
        return _pair(value, where, low, high)

    return dataclasses.field(default=default, metadata={"read": read})


def spans(default: tuple[tuple[float, float], ...], low: float, high: float) -> Any:
    """A list of such pairs."""

    def read(value: Any, where: str) -> tuple[tuple[float, float], ...]:
        if not isinstance(value, (list, tuple)):
            raise TermsError(f"{where} must be a list of pairs, not {value!r}")
        return tuple(_pair(item, where, low, high) for item in value)

    return dataclasses.field(default=default, metadata={"read": read})


def shares(default: Mapping[str, float], names: tuple[str, ...]) -> Any:
    """A table of shares that add up to 1; names that are left out have none."""

    def read(value: Any, where: str) -> dict[str, float]:
        if not isinstance(value, Mapping):
            raise TermsError(f"{where} must be a table of shares, not {value!r}")
        for name, share in value.items():
            if name not in names:
                raise TermsError(f"{where} knows {', '.join(names)}, but not {name!r}")
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
                raise TermsError(f"{where}.{name} must be a share from 0 to 1, not {share!r}")
        if abs(sum(value.values()) - 1.0) > 1e-6:
            raise TermsError(f"{where} must add up to 1, not to {sum(value.values()):g}")
        return {name: float(value.get(name, 0.0)) for name in names}

    return dataclasses.field(default_factory=lambda: dict(default), metadata={"read": read})


def rows(row: type) -> Any:
    """A list of tables, each read as the dataclass `row`."""

    def read(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise TermsError(f"{where} must be a list of tables, not {value!r}")
        return tuple(read_table(row, item, f"{where}[{index}]") for index, item in enumerate(value))

    return dataclasses.field(default=(), metadata={"read": read})


def read_table(kind: type[Terms], table: Any, where: str) -> Terms:
    """The terms of class `kind` that `table` holds; `where` names the table in sentences.

    Raises:
        TermsError: an unknown key, or a value that the key does not take.
    """
    if not isinstance(table, Mapping):
        raise TermsError(f"{where} must be a table, not {table!r}")
    known = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise TermsError(f"{where} has no key {key!r}; it knows {', '.join(known)}")
    read = {key: known[key].metadata["read"](value, f"{where}.{key}") for key, value in table.items()}
    for item in known.values():
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if required and item.name not in read:
            raise TermsError(f"{where} needs the key {item.name!r}")
    return kind(**read)


def _pair(value: Any, where: str, low: float, high: float) -> tuple[float, float]:
    fits = (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value)
    )
    if not fits or not low <= value[0] <= value[1] <= high:
        raise TermsError(f"{where} must be two numbers in order from {low:g} to {high:g}, not {value!r}")
    return float(value[0]), float(value[1])


CLASSES = ("low", "medium", "high")
#: Income classes of a village [A]; they stand for the strata 1, 2 and 3.
MIX = {"low": 0.55, "medium": 0.33, "high": 0.12}
CLIMATES = ("warm", "temperate")
SPECIALS = ("school", "health-post", "shop", "lighting", "mill")
THEFTS = ("full-bypass", "partial-bypass", "illegal-tap", "magnet", "reversed", "dead-meter")
#: A theft that ends on this day does not end.
FOREVER_DAYS = 1e6


@dataclass(frozen=True, slots=True)
class PlantTerms:
    """``[plant]``: the generation; what is 0 kW or 0 kWh is not there.

    Efficiencies, reserve and restart thresholds are assumptions of the order that makers' data sheets give
    [A]; the place is the seat of Teorama (regulation.md 1.7, 5.4).
    """

    pv_kwp: float = number(6.0, 0.0, 1e4)
    pv_tilt_deg: float = number(10.0, 0.0, 90.0)
    pv_azimuth_deg: float = number(180.0, 0.0, 360.0)  # 180 faces south
    pv_loss_share: float = number(0.12, 0.0, 0.9)  # dirt, cables, mismatch
    pv_controller_share: float = number(0.9, 0.1, 2.0)  # the charge controllers' limit over kWp
    battery_kwh: float = number(30.0, 0.0, 1e5)
    battery_initial: float = number(0.7, 0.0, 1.0)
    battery_reserve: float = number(0.2, 0.0, 0.9)  # the inverter lets the load go here
    battery_restart: float = number(0.35, 0.0, 1.0)  # and takes it back here
    battery_efficiency: float = number(0.92, 0.3, 1.0)  # there and back
    battery_c_rate: float = number(0.3, 0.01, 10.0)  # kW in or out over kWh
    battery_self_discharge_month: float = number(0.03, 0.0, 0.5)
    inverter_kva: float = number(6.0, 0.0, 1e4)
    inverter_efficiency: float = number(0.94, 0.5, 1.0)  # at rated power
    inverter_no_load_share: float = number(0.006, 0.0, 0.1)  # taken while it runs, over kVA
    inverter_overload: float = number(1.3, 1.0, 5.0)  # above this it trips at once
    inverter_overload_s: float = number(180.0, 0.0, 3600.0)  # so long it bears more than its rating
    inverter_restart_s: float = number(300.0, 1.0, 86400.0)
    frequency_droop: float = number(0.005, 0.0, 0.1)
    source_voltage_share: float = number(1.02, 0.8, 1.1)  # what it is set to, over the nominal voltage
    source_r_ohm: float = number(0.03, 0.0, 10.0)  # per phase, at the bus
    source_x_ohm: float = number(0.03, 0.0, 10.0)
    diesel_kw: float = number(0.0, 0.0, 1e4)
    diesel_start_soc: float = number(0.25, 0.0, 1.0)
    diesel_stop_soc: float = number(0.6, 0.0, 1.0)
    diesel_min_load: float = number(0.3, 0.0, 1.0)
    diesel_hours: tuple[tuple[float, float], ...] = spans(((0.0, 24.0),), 0.0, 24.0)  # when it may run
    service_hours: tuple[tuple[float, float], ...] = spans(((0.0, 24.0),), 0.0, 24.0)
    latitude_deg: float = number(8.43, -66.0, 66.0)
    longitude_deg: float = number(-73.29, -180.0, 180.0)
    altitude_m: float = number(1100.0, -100.0, 5000.0)
    utc_offset_h: float = number(-5.0, -12.0, 14.0)
    cloudiness: float = number(1.0, 0.0, 2.0)  # 0 is a clear sky every day, 1 the climate of the place
    step_s: float = number(60.0, 1.0, 3600.0)  # the longest step that the world will take


@dataclass(frozen=True, slots=True)
class LineTerms:
    """One row of ``[[feeder.lines]]``: a span between two poles; ``bus`` is where the plant feeds in."""

    begin: str = word("bus")
    end: str = word("p1")
    length_m: float = number(40.0, 0.1, 1e5)
    cable: str = word("quadruplex-al-1/0")


@dataclass(frozen=True, slots=True)
class FeederTerms:
    """``[feeder]``: the low-voltage lines; without ``lines`` a regular feeder is laid out.

    ``phases`` 1 is phase and neutral, 2 a split phase (two phases at 180°), 3 a star of 120/208 V.
    """

    phases: int = whole(3, 1, 3)
    nominal_v: float = number(120.0, 50.0, 1000.0)
    frequency_hz: float = number(60.0, 40.0, 70.0)
    trunk_cable: str = word("quadruplex-al-1/0")
    drop_cable: str = word("concentric-cu-8")
    first_span_m: float = number(20.0, 0.1, 1e4)
    span_m: float = number(40.0, 0.1, 1e4)
    branches: int = whole(0, 0, 1000)  # out of the bus; 0: one for every 12 poles
    points_per_pole: int = whole(3, 1, 100)
    drop_m: tuple[float, float] = span((10.0, 30.0), 0.1, 500.0)
    impedance_share: float = number(0.4, 0.0, 1.0)  # of every load; the rest is constant power
    lines: tuple[LineTerms, ...] = rows(LineTerms)


@dataclass(frozen=True, slots=True)
class HomesTerms:
    """``[homes]``: who lives there, and the points that are no homes."""

    count: int = whole(18, 1, 10000)
    classes: dict[str, float] = shares(MIX, CLASSES)  # noqa: RUF009  it makes a field
    zero_share: float = number(0.195, 0.0, 1.0)  # closed homes; regulation.md 1.9: 16 to 23 % of the bills
    climate: str = choice("temperate", CLIMATES)
    demand_scale: float = number(1.0, 0.0, 100.0)
    specials: tuple[str, ...] = words((), SPECIALS)
    lighting_metered: bool = flag(True)
    market_weekday: int = whole(7, 1, 7)  # 1 is Monday
    pv_share: float = number(0.0, 0.0, 1.0)  # homes with panels of their own
    pv_home_kwp: float = number(0.5, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class PlantedTerms:
    """One row of ``[[theft.planted]]``: who steals how; ``point`` counts from 0 in feeder order."""

    kind: str = choice("full-bypass", THEFTS)
    point: int = whole(0, 0, 100000)
    begin_day: float = number(0.0, 0.0, 1e5)
    end_day: float = number(FOREVER_DAYS, 0.0, FOREVER_DAYS)
    value: float = number(0.0, 0.0, 1e4)  # 0: the usual of the kind, see `sim.grid.theft`
    hours: tuple[tuple[float, float], ...] = spans(((0.0, 24.0),), 0.0, 24.0)


@dataclass(frozen=True, slots=True)
class TheftTerms:
    """``[theft]``: thefts by name, and more by lot: a share of the homes, of some kinds."""

    share: float = number(0.0, 0.0, 1.0)
    kinds: tuple[str, ...] = words(THEFTS, THEFTS)
    begin_days: tuple[float, float] = span((0.0, 7.0), 0.0, 1e5)
    planted: tuple[PlantedTerms, ...] = rows(PlantedTerms)


@dataclass(frozen=True, slots=True)
class DisturbanceTerms:
    """``[disturbances]``: how often per 30 days, and how long; all are assumptions [A]."""

    line_faults: float = number(0.5, 0.0, 1000.0)
    line_fault_min: tuple[float, float] = span((20.0, 240.0), 0.01, 1e5)
    storms: float = number(0.5, 0.0, 1000.0)
    storm_min: tuple[float, float] = span((60.0, 600.0), 0.01, 1e5)
    storm_sags: int = whole(4, 0, 1000)  # sags that come with every storm
    generation_faults: float = number(0.3, 0.0, 1000.0)
    generation_fault_min: tuple[float, float] = span((10.0, 120.0), 0.01, 1e5)
    planned: float = number(0.1, 0.0, 1000.0)
    planned_min: tuple[float, float] = span((120.0, 300.0), 0.01, 1e5)
    sags: float = number(2.0, 0.0, 1000.0)
    sag_s: tuple[float, float] = span((0.1, 90.0), 0.01, 3600.0)
    sag_residual: tuple[float, float] = span((0.5, 0.88), 0.1, 1.0)
    swells: float = number(0.5, 0.0, 1000.0)
    swell_s: tuple[float, float] = span((0.1, 60.0), 0.01, 3600.0)
    swell_factor: tuple[float, float] = span((1.11, 1.2), 1.0, 2.0)
    user_outages: float = number(0.05, 0.0, 1000.0)  # per point
    user_outage_min: tuple[float, float] = span((5.0, 180.0), 0.01, 1e5)


@dataclass(frozen=True, slots=True)
class MicrogridTerms:
    """Everything that makes one microgrid, without its seed and its clock."""

    plant: PlantTerms = field(default_factory=PlantTerms)
    feeder: FeederTerms = field(default_factory=FeederTerms)
    homes: HomesTerms = field(default_factory=HomesTerms)
    theft: TheftTerms = field(default_factory=TheftTerms)
    disturbances: DisturbanceTerms = field(default_factory=DisturbanceTerms)


_TABLES: dict[str, type] = {
    "plant": PlantTerms,
    "feeder": FeederTerms,
    "homes": HomesTerms,
    "theft": TheftTerms,
    "disturbances": DisturbanceTerms,
}


def microgrid_terms(table: Mapping[str, Any]) -> MicrogridTerms:
    """The terms that the tables ``plant``, ``feeder``, ``homes``, ``theft``, ``disturbances`` hold.

    Args:
        table: a parsed scenario; other tables of it belong to other rooms and are passed over.

    Raises:
        TermsError: a table is wrong; one sentence says where and what to change.
    """
    terms = MicrogridTerms(
        **{name: read_table(kind, table[name], name) for name, kind in _TABLES.items() if name in table}
    )
    _check_plant(terms.plant)
    homes = terms.homes
    dark = 0 if homes.lighting_metered else homes.specials.count("lighting")
    points = homes.count + len(homes.specials) - dark
    for index, planted in enumerate(terms.theft.planted):
        if planted.point >= points:
            raise TermsError(f"theft.planted[{index}].point must be below {points}, not {planted.point}")
    return terms


def _check_plant(plant: PlantTerms) -> None:
    if plant.battery_kwh > 0 and plant.battery_restart <= plant.battery_reserve:
        raise TermsError("plant.battery_restart must be above plant.battery_reserve")
    if plant.diesel_kw > 0 and plant.diesel_stop_soc <= plant.diesel_start_soc:
        raise TermsError("plant.diesel_stop_soc must be above plant.diesel_start_soc")
    if plant.diesel_kw == 0 and not (plant.battery_kwh > 0 and plant.inverter_kva > 0):
        raise TermsError("plant needs a battery with an inverter (battery_kwh, inverter_kva) or a diesel_kw")
