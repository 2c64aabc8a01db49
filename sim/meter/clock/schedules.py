"""Scripts and schedules: what runs, and when.

A script is a list of writes and method calls on the meter's own COSEM objects by their logical names: it can
do whatever a client could, and knows no part. It is run by the calendar, by a client, by single action
schedules (class 22) and by the schedule (class 10).

Source: IEC 62056-6-2, Script table, Single action schedule, Schedule
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.cosem.objects import AccessError, CosemObject
from protocols.dlms.obis import Obis
from sim.meter.clock.date_patterns import DatePattern, TimePattern, next_moment

# ------------------------------------------------------------ schedules

#: A validity window of this many minutes has no end.
NO_WINDOW_END = 0xFFFF
_AHEAD_DAYS = 400


@dataclass(frozen=True, slots=True)
class SingleAction:
    """One script at given times.

    Args:
        script: logical name of the script table, six octets.
        selector: of the script.
        kind: attribute *type*, 1 to 5: whether there is one time or several, with or without wildcards.
        times: pairs of four octets of a time and five of a date.
    """

    script: bytes
    selector: int
    kind: int
    times: tuple[tuple[bytes, bytes], ...] = ()

    def next_moment(self, after: datetime) -> datetime | None:
        """The first local moment after `after` at which it is due; None for never."""
        moments = [
            next_moment(DatePattern.from_octets(day), TimePattern.from_octets(hour), after)
            for hour, day in self.times
        ]
        return min((moment for moment in moments if moment is not None), default=None)


class SingleActions:
    """Every single action schedule of a meter.

    Args:
        terms: logical name (six octets) -> what it runs and when, at the factory.
    """

    __slots__ = ("items",)

    def __init__(self, terms: Mapping[bytes, SingleAction]) -> None:
        self.items = dict(terms)

    def change(self, name: bytes, **values: Any) -> None:
        """Set something of one of them.

        Raises:
            ValueError: times that are none.
        """
        changed = replace(self.items[name], **values)
        for hour, day in changed.times:
            TimePattern.from_octets(hour), DatePattern.from_octets(day)
        self.items[name] = changed

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            name.hex(): [
                item.script.hex(),
                item.selector,
                item.kind,
                [[hour.hex(), day.hex()] for hour, day in item.times],
            ]
            for name, item in self.items.items()
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        octets = bytes.fromhex
        self.items = {
            octets(name): SingleAction(
                octets(script), selector, kind, tuple((octets(hour), octets(day)) for hour, day in times)
            )
            for name, (script, selector, kind, times) in kept.items()
        }


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """One entry of the schedule.

    Args:
        index: its number.
        enabled: False while it is switched off.
        script: logical name of the script table, hexadecimal.
        selector: of the script.
        switch_time: four octets, hexadecimal.
        window_min: for so long after the time it is still run when the power comes back; 0xFFFF has no end.
        weekdays: seven bits, Monday first.
        special_days: bit n stands for day-id n of the special days table, counted from 0.
        begin: five octets of a date, hexadecimal: first day, recurring where it has wildcards.
        end: the same for the last day.

    Raises:
        ValueError: dates, times or bits that are none.
    """

    index: int
    enabled: bool
    script: str
    selector: int
    switch_time: str
    window_min: int
    weekdays: str
    special_days: str
    begin: str
    end: str

    def __post_init__(self) -> None:
        if len(self.weekdays) != 7 or set(self.weekdays + self.special_days) - {"0", "1"}:
            raise ValueError("weekdays are seven bits")
        TimePattern.from_octets(bytes.fromhex(self.switch_time))
        self.first, self.last  # noqa: B018 - they raise

    @property
    def first(self) -> DatePattern:
        """Its first day."""
        return DatePattern.from_octets(bytes.fromhex(self.begin))

    @property
    def last(self) -> DatePattern:
        """Its last day."""
        return DatePattern.from_octets(bytes.fromhex(self.end))

    @property
    def time(self) -> time:
        """Its time of day."""
        return TimePattern.from_octets(bytes.fromhex(self.switch_time)).first

    def runs_on(self, day: date, special_id: int | None) -> bool:
        """True where it runs on a day, which is of kind `special_id` where the special days table has it."""
        if special_id is not None and self.special_days[special_id : special_id + 1] == "1":
            return self.enabled and _between(self.first, day, self.last)
        return self.enabled and self.weekdays[day.weekday()] == "1" and _between(self.first, day, self.last)


def _between(first: DatePattern, day: date, last: DatePattern) -> bool:
    """True where `day` lies in a season that may go over the end of a year."""
    low, high = _key(first, day), _key(last, day)
    here = (day.year, day.month, day.day)
    if first.year is None and last.year is None and low > high:
        return here >= low or here <= high
    return low <= here <= high


def _key(pattern: DatePattern, day: date) -> tuple[int, int, int]:
    """A date for comparisons, what it leaves open being as in `day`."""
    return (pattern.year or day.year, pattern.month or day.month, pattern.day or day.day)


class Schedule:
    """The entries of the schedule by their index.

    Args:
        entries: at the factory.
    """

    __slots__ = ("entries",)

    def __init__(self, entries: tuple[ScheduleEntry, ...] = ()) -> None:
        self.entries = {entry.index: entry for entry in entries}

    def enable(self, first: int, last: int, *, enabled: bool) -> None:
        """Switch the entries from `first` to `last` on or off."""
        for index in [index for index in self.entries if first <= index <= last]:
            self.entries[index] = replace(self.entries[index], enabled=enabled)

    def insert(self, entry: ScheduleEntry) -> None:
        """Add an entry, or put it in the place of the one with its index."""
        self.entries[entry.index] = entry

    def delete(self, first: int, last: int) -> None:
        """Take the entries from `first` to `last` away."""
        for index in [index for index in self.entries if first <= index <= last]:
            del self.entries[index]

    def next_moment(
        self, after: datetime, special: Mapping[int, tuple[DatePattern, int]]
    ) -> tuple[datetime, list[ScheduleEntry]] | None:
        """The first local moment after `after` at which entries are due, and those; None for never."""
        for ahead in range(_AHEAD_DAYS if self.entries else 0):
            day = after.date() + timedelta(days=ahead)
            special_id = next(
                (kind for _, (days, kind) in sorted(special.items()) if days.matches(day)), None
            )
            due = [
                (datetime.combine(day, entry.time), index)
                for index, entry in sorted(self.entries.items())
                if entry.runs_on(day, special_id) and datetime.combine(day, entry.time) > after
            ]
            if due:
                moment = min(due)[0]
                return moment, [self.entries[index] for when, index in due if when == moment]
        return None

    def snapshot(self) -> list[dict[str, Any]]:
        """As plain data."""
        return [asdict(entry) for entry in self.entries.values()]

    def restore(self, kept: list[dict[str, Any]]) -> None:
        """Take up what was kept."""
        self.entries = {row["index"]: ScheduleEntry(**row) for row in kept}


# ------------------------------------------------------------ scripts

#: A script that runs a script that runs …: no deeper than this.
_DEEPEST = 4


class ScriptService(IntEnum):
    """Service of one action. 0 is a place without an action."""

    NOTHING = 0
    WRITE = 1
    EXECUTE = 2


@dataclass(frozen=True, slots=True)
class ScriptAction:
    """One action.

    Args:
        service: write or execute.
        class_id: class of the object.
        logical_name: six octets.
        index: of the attribute or method.
        parameter: A-XDR octets of the value or parameter.
    """

    service: ScriptService
    class_id: int
    logical_name: bytes
    index: int
    parameter: bytes


#: Script identifier -> its actions.
Scripts = Mapping[int, tuple[ScriptAction, ...]]


class ScriptRunner:
    """Runner of the scripts of one meter.

    Args:
        tables: logical name of a table -> its scripts.
        find: the object with a logical name, None where there is none.
    """

    __slots__ = ("_depth", "_find", "_tables")

    def __init__(self, tables: Mapping[bytes, Scripts], find: Callable[[Obis], CosemObject | None]) -> None:
        self._tables = tables
        self._find = find
        self._depth = 0

    def run(self, table: bytes, script: int) -> bool:
        """Run every action of one script, whatever becomes of the others.

        Returns:
            True where all of them could be done.

        Raises:
            LookupError: there is no such table or script.
        """
        actions = self._tables[table][script]
        if self._depth >= _DEEPEST:
            return False
        self._depth += 1
        try:
            done = [self._act(action) for action in actions]  # all of them, also after one that fails
            return all(done)
        finally:
            self._depth -= 1

    def _act(self, action: ScriptAction) -> bool:
        found = self._find(Obis.from_bytes(action.logical_name))
        if found is None or found.class_id != action.class_id:
            return False
        parameter = axdr.decode(action.parameter)
        try:
            if action.service is ScriptService.WRITE:
                found.write(action.index, parameter)
            elif action.service is ScriptService.EXECUTE:
                found.invoke(action.index, parameter)
        except AccessError:
            return False
        return True
