"""Tariff: activity calendar with its passive copy, special days, register activation, energy by rate.

The action that holds is the latest one of the day that has begun, or where the day has none yet, the last
one of the nearest day before it that has any. So wherever a calendar has an action at all, one holds
always.

A rate register is the energy counted while it was active. It is made of differences of the total, taken
when the rate changes, so that it costs nothing between two changes and the rates always add up to the
total.

Source: IEC 62056-6-2, Activity calendar, Special days table, Register activation
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sim.meter.clock.date_patterns import DatePattern, TimePattern
from sim.meter.clock.device_clock import NEVER_OCTETS, LocalZone

# ------------------------------------------------------------ calendar tables

#: A day without actions takes over from the days before it; so many of them are looked at.
_LOOK_BACK_DAYS = 400
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class DayAction:
    """From `start` on, script `selector` of table `script` (six octets) holds."""

    start: TimePattern
    script: bytes
    selector: int


@dataclass(frozen=True, slots=True)
class DayProfile:
    """One kind of day."""

    day_id: int
    actions: tuple[DayAction, ...] = ()

    @property
    def in_order(self) -> list[DayAction]:
        """The actions by their time, whatever their order on the wire."""
        return sorted(self.actions, key=lambda action: action.start.first)


@dataclass(frozen=True, slots=True)
class WeekProfile:
    """Day-ids of Monday to Sunday."""

    name: bytes
    days: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise ValueError(f"a week has seven days, not {len(self.days)}")


@dataclass(frozen=True, slots=True)
class SeasonProfile:
    """From `start` (twelve octets of a date-time, with wildcards) on, week `week` holds."""

    name: bytes
    start: bytes
    week: bytes

    def __post_init__(self) -> None:
        if len(self.start) != 12:
            raise ValueError(f"the start of a season has twelve octets, not {len(self.start)}")
        DatePattern.from_octets(self.start[:5])

    @property
    def days(self) -> DatePattern:
        """On which days it begins."""
        return DatePattern.from_octets(self.start[:5])


@dataclass(frozen=True, slots=True)
class CalendarTables:
    """One copy of a calendar, active or passive."""

    name: bytes = b""
    seasons: tuple[SeasonProfile, ...] = ()
    weeks: tuple[WeekProfile, ...] = ()
    days: tuple[DayProfile, ...] = ()

    def season(self, day: date) -> SeasonProfile | None:
        """The season of a day: the one that began last; the first one where none ever began."""
        if len(self.seasons) <= 1:
            return self.seasons[0] if self.seasons else None
        begun = [
            (begin, -index, season)
            for index, season in enumerate(self.seasons)
            if (begin := season.days.latest_day(day)) is not None
        ]
        return max(begun, key=lambda item: item[:2])[2] if begun else self.seasons[0]

    def day_id(self, day: date, special: Mapping[int, tuple[DatePattern, int]]) -> int | None:
        """The kind of day that `day` is: a special day's, else what season and week say; None without any."""
        for _, (pattern, day_id) in sorted(special.items()):
            if pattern.matches(day):
                return day_id
        season = self.season(day)
        week = next((week for week in self.weeks if season and week.name == season.week), None)
        return week.days[day.weekday()] if week else None

    def actions(self, day: date, special: Mapping[int, tuple[DatePattern, int]]) -> list[DayAction]:
        """The actions of a day, in order."""
        day_id = self.day_id(day, special)
        return next((item.in_order for item in self.days if item.day_id == day_id), [])


SpecialDays = Mapping[int, tuple[DatePattern, int]]


def holding(tables: CalendarTables, special: SpecialDays, local: datetime) -> DayAction | None:
    """The action that holds at `local`, None in a calendar without actions."""
    begun = [item for item in tables.actions(local.date(), special) if item.start.first <= local.time()]
    if begun:
        return begun[-1]
    if not any(item.actions for item in tables.days):
        return None
    for day in _days_before(local.date()):
        actions = tables.actions(day, special)
        if actions:
            return actions[-1]
    return None


def next_change(tables: CalendarTables, special: SpecialDays, after: datetime) -> datetime | None:
    """The first local moment after `after` at which an action begins, within a year; None where none does."""
    if not any(item.actions for item in tables.days):
        return None
    day = after.date()
    for ahead in range(_LOOK_BACK_DAYS):
        for item in tables.actions(day + ahead * _ONE_DAY, special):
            moment = datetime.combine(day + ahead * _ONE_DAY, item.start.first)
            if moment > after:
                return moment
    return None


def _days_before(day: date) -> Iterator[date]:
    return (day - back * _ONE_DAY for back in range(1, _LOOK_BACK_DAYS))


def tables_to_plain(tables: CalendarTables) -> dict[str, Any]:
    """As plain data."""
    return {
        "name": tables.name.hex(),
        "seasons": [[item.name.hex(), item.start.hex(), item.week.hex()] for item in tables.seasons],
        "weeks": [[item.name.hex(), list(item.days)] for item in tables.weeks],
        "days": [
            [item.day_id, [[a.start.to_octets().hex(), a.script.hex(), a.selector] for a in item.actions]]
            for item in tables.days
        ],
    }


def tables_from_plain(plain: Mapping[str, Any]) -> CalendarTables:
    """Tables from what `tables_to_plain` made."""
    octets = bytes.fromhex
    return CalendarTables(
        octets(plain["name"]),
        tuple(SeasonProfile(octets(a), octets(b), octets(c)) for a, b, c in plain["seasons"]),
        tuple(WeekProfile(octets(name), tuple(days)) for name, days in plain["weeks"]),
        tuple(DayProfile(day_id, _actions(rows)) for day_id, rows in plain["days"]),
    )


def _actions(rows: Sequence[Sequence[Any]]) -> tuple[DayAction, ...]:
    return tuple(
        DayAction(TimePattern.from_octets(bytes.fromhex(start)), bytes.fromhex(script), selector)
        for start, script, selector in rows
    )


# ------------------------------------------------------------ activity calendar and register activation


class ActivityCalendar:
    """The calendar of one meter.

    Args:
        tables: active at the factory; the passive copy is the same.
        special: index -> date and day-id.
    """

    __slots__ = ("activation", "activation_us", "active", "passive", "special")

    def __init__(self, tables: CalendarTables, special: Mapping[int, tuple[DatePattern, int]]) -> None:
        self.active = self.passive = tables
        self.special = dict(special)
        self.activation = NEVER_OCTETS
        self.activation_us: int | None = None

    def set_activation(self, octets: bytes, epoch_us: int | None) -> None:
        """Let the passive copy become active at an instant; None for never.

        Args:
            octets: as the client wrote it.
            epoch_us: the instant that it names.
        """
        self.activation, self.activation_us = octets, epoch_us

    def activate_passive(self) -> None:
        """The passive copy becomes active, too."""
        self.active = self.passive
        self.set_activation(NEVER_OCTETS, None)

    def holding(self, local: datetime) -> DayAction | None:
        """The action that holds at a local moment."""
        return holding(self.active, self.special, local)

    def next_us(self, after_us: int, zone: LocalZone) -> int | None:
        """Next change by itself after an instant, None where nothing changes."""
        change = next_change(self.active, self.special, zone.local(after_us))
        instants = [self.activation_us, None if change is None else zone.epoch_us(change)]
        return min(
            (instant for instant in instants if instant is not None and instant > after_us), default=None
        )

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "active": tables_to_plain(self.active),
            "passive": tables_to_plain(self.passive),
            "special": [[key, day.to_octets().hex(), kind] for key, (day, kind) in self.special.items()],
            "activation": [self.activation.hex(), self.activation_us],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept; copies that did not change stay the ones that all meters share."""
        for name in ("active", "passive"):
            if tables_to_plain(getattr(self, name)) != kept[name]:
                setattr(self, name, tables_from_plain(kept[name]))
        self.special = {
            key: (DatePattern.from_octets(bytes.fromhex(day)), kind) for key, day, kind in kept["special"]
        }
        octets, epoch_us = kept["activation"]
        self.set_activation(bytes.fromhex(octets), epoch_us)


@dataclass(frozen=True, slots=True)
class MaskTerms:
    """Registers and masks of a new meter.

    Args:
        registers: class-id and logical name (six octets) of each register, in order.
        masks: name -> numbers of registers, counted from 1.
        active: name of the mask that holds.
    """

    registers: tuple[tuple[int, bytes], ...] = ()
    masks: tuple[tuple[bytes, tuple[int, ...]], ...] = ()
    active: bytes = b""


#: What decides which registers count: the numbers of the active mask, and all registers.
_Counted = tuple[tuple[int, ...], tuple[tuple[int, bytes], ...]]


class RegisterActivation:
    """Register activation: the registers of the active mask count. Without any register it has no say.

    Args:
        terms: of a new meter.
        names: logical name (six octets) -> what the meter calls the register behind it.
    """

    __slots__ = ("_counting", "_names", "active_mask", "masks", "registers")

    def __init__(self, terms: MaskTerms, names: Mapping[bytes, str]) -> None:
        self._names = names
        self._counting: dict[str, tuple[_Counted, frozenset[str]]] = {}
        self.registers = list(terms.registers)
        self.masks: dict[bytes, tuple[int, ...]] = dict(terms.masks)
        self.active_mask = terms.active

    def counting(self, prefix: str) -> frozenset[str]:
        """Names of the registers that count now and whose name begins with `prefix`, without it."""
        counted: _Counted = (self.masks.get(self.active_mask, ()), tuple(self.registers))
        known = self._counting.get(prefix)
        if known is None or known[0] != counted:
            known = self._counting[prefix] = counted, self._named(prefix, *counted)
        return known[1]

    def _named(
        self, prefix: str, numbers: tuple[int, ...], registers: tuple[tuple[int, bytes], ...]
    ) -> frozenset[str]:
        found = [registers[number - 1][1] for number in numbers if 1 <= number <= len(registers)]
        named = [self._names.get(name, "") for name in found]
        return frozenset(name.removeprefix(prefix) for name in named if name.startswith(prefix))

    def activate(self, mask: bytes) -> None:
        """Let another mask hold.

        Raises:
            LookupError: there is no such mask.
        """
        if mask not in self.masks:
            raise LookupError(f"there is no mask {mask!r}")
        self.active_mask = mask

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "registers": [[class_id, name.hex()] for class_id, name in self.registers],
            "masks": [[name.hex(), list(numbers)] for name, numbers in self.masks.items()],
            "active": self.active_mask.hex(),
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        self.registers = [(class_id, bytes.fromhex(name)) for class_id, name in kept["registers"]]
        self.masks = {bytes.fromhex(name): tuple(numbers) for name, numbers in kept["masks"]}
        self.active_mask = bytes.fromhex(kept["active"])


# ------------------------------------------------------------ energy by rate

#: Energy so far, nJ.
Energy = Callable[[], int]


class RateRegisters:
    """The registers of every quantity and rate, called ``active-import.2``.

    Args:
        quantities: name -> its total so far.
        rates: how many, 1 or more.
        active: at the factory: the rate of every quantity.
    """

    __slots__ = ("_active", "_counted_nj", "_marks_nj", "_totals", "rates")

    def __init__(self, quantities: dict[str, Energy], rates: int, active: int = 1) -> None:
        self.rates = rates
        self._totals = quantities
        self._counted_nj = {f"{name}.{rate}": 0 for name in quantities for rate in range(1, rates + 1)}
        self._marks_nj = {name: energy() for name, energy in quantities.items()}
        self._active = frozenset(f"{name}.{active}" for name in quantities) & self._counted_nj.keys()

    @property
    def names(self) -> tuple[str, ...]:
        """Every register."""
        return tuple(self._counted_nj)

    def active(self, name: str) -> bool:
        """True while register `name` counts."""
        return name in self._active

    def energy_nj(self, name: str) -> int:
        """Energy that register `name` has counted, nJ."""
        counted_nj = self._counted_nj[name]
        if name in self._active:
            quantity = name.rpartition(".")[0]
            counted_nj += self._totals[quantity]() - self._marks_nj[quantity]
        return counted_nj

    def activate(self, names: Iterable[str]) -> None:
        """Let exactly these registers count from now on; names that are no rate registers are left out."""
        wanted = frozenset(names) & self._counted_nj.keys()
        if wanted != self._active:
            self._close()
            self._active = wanted

    def _close(self) -> None:
        """Book what has been counted so far, and count on from here."""
        counted = {name: self.energy_nj(name) for name in self._active}
        self._counted_nj |= counted
        self._marks_nj = {name: energy() for name, energy in self._totals.items()}

    def reset(self, name: str) -> None:
        """Set one register to 0."""
        self._close()
        self._counted_nj[name] = 0

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {"counted": self._counted_nj, "marks": self._marks_nj, "active": sorted(self._active)}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._counted_nj, self._marks_nj = dict(kept["counted"]), dict(kept["marks"])
        self._active = frozenset(kept["active"])
