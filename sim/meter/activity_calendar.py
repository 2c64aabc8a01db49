"""The activity calendar: seasons of weeks of days of actions; which action holds at a local moment.

The action that holds is the latest one of the day that has begun, or where the day has none yet, the last one
of the nearest day before it that has any. So wherever a calendar has an action at all, one holds always.

Source: IEC 62056-6-2, Activity calendar and Special days table
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sim.meter.patterns import DatePattern, TimePattern

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
    """What `tables_to_plain` made."""
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
