"""Factory state of the parts as the rows of the object list give it.

The factory state of a calendar, schedule, profile, demand, monitor or push setup stands in the row of its
COSEM object, so that a model that includes the row has the object and the part behind it::

    { class = 40, binding = "push", objects = ["8/0.0.1.0.0/2"], transport = "tcp", client_sap = 1, … }
    { class = 21, binding = "register-monitor", watched = "3/1.0.12.7.0/2", thresholds = [13200], … }
    { class = 65, binding = "parameter-monitor", watched = ["71/0.0.17.0.0/4"] }
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from protocols.dlms import axdr
from protocols.dlms.cosem.access import TransportService
from protocols.dlms.obis import Obis
from sim.meter.clock.date_patterns import DatePattern, TimePattern
from sim.meter.clock.schedules import ScheduleEntry, ScriptAction, Scripts, ScriptService, SingleAction
from sim.meter.communication.push import PushObject, PushTerms
from sim.meter.events.monitors import RegisterMonitor, Watched
from sim.meter.metering.demand import DemandTerms
from sim.meter.metering.load_profile import ColumnKey, ProfileTerms
from sim.meter.metering.tariff import (
    CalendarTables,
    DayAction,
    DayProfile,
    MaskTerms,
    SeasonProfile,
    WeekProfile,
)
from sim.meter.supply.limiter import ScriptReference

#: Hundredths and deviation not specified, status not specified.
_SEASON_TAIL = b"\x00\x00\x00\xff\x80\x00\xff"
RATE, MAXIMUM, DEMAND = "rate.", "maximum.", "demand."


class Row(Protocol):
    """One row of the object list, as `sim.meter.profile.ObjectTerms`."""

    @property
    def class_id(self) -> int:
        """Interface class."""
        ...

    @property
    def obis(self) -> str:
        """Logical name."""
        ...

    @property
    def binding(self) -> str:
        """Binding behind it."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """Options of the row."""
        ...


@dataclass(frozen=True, slots=True)
class RowTerms:
    """Everything that the rows of one profile say to the parts."""

    captured: tuple[ProfileTerms, ...]
    demands: tuple[DemandTerms, ...]
    rated: tuple[str, ...]
    rates: int
    calendar: CalendarTables
    special_days: Mapping[int, tuple[DatePattern, int]]
    masks: MaskTerms
    registers: Mapping[bytes, str]
    scripts: Mapping[bytes, Scripts]
    single_actions: Mapping[bytes, SingleAction]
    schedule: tuple[ScheduleEntry, ...]


def row_terms(rows: Sequence[Row]) -> RowTerms:
    """Read the rows.

    Raises:
        KeyError, TypeError, ValueError: a row lacks something or makes no sense.
    """
    registers = {octets(row.obis): row.binding for row in rows if row.binding.startswith((RATE, MAXIMUM))}
    rated = [name.removeprefix(RATE) for name in registers.values() if name.startswith(RATE)]
    calendars = [_calendar(row.options) for row in _bound(rows, "calendar")]
    masks = [_masks(rows, registers, row.options) for row in _bound(rows, "register-activation")]
    special = [_special_days(row.options) for row in _bound(rows, "special-days")]
    schedules = [_schedule(row.options) for row in _bound(rows, "schedule")]
    return RowTerms(
        captured=tuple(_captured(row, rows) for row in _bound(rows, "profile")),
        demands=tuple(_demand(row) for row in rows if row.binding.startswith(DEMAND)),
        rated=tuple(dict.fromkeys(name.rpartition(".")[0] for name in rated)),
        rates=max((int(name.rpartition(".")[2]) for name in rated), default=0),
        calendar=calendars[0] if calendars else CalendarTables(),
        special_days=special[0] if special else {},
        masks=masks[0] if masks else MaskTerms(),
        registers=registers,
        scripts={octets(row.obis): _scripts(row.options) for row in _bound(rows, "scripts")},
        single_actions={octets(row.obis): _single(row.options) for row in _bound(rows, "single-action")},
        schedule=schedules[0] if schedules else (),
    )


def octets(obis: str) -> bytes:
    """Six octets of a logical name."""
    return Obis.from_string(obis).to_bytes()


def _bound(rows: Iterable[Row], binding: str) -> list[Row]:
    return [row for row in rows if row.binding == binding]


def _captured(row: Row, rows: Sequence[Row]) -> ProfileTerms:
    """A profile; a column whose object this model does not have is left out."""
    classes = {other.obis: other.class_id for other in rows}
    columns = [column.split("/") for column in row.options["columns"]]
    return ProfileTerms(
        row.options["name"],
        row.options["period_s"],
        row.options["entries"],
        tuple(_column(classes, *column) for column in columns if column[0] in classes),
    )


def _column(classes: Mapping[str, int], obis: str, attribute: str, element: str = "0") -> ColumnKey:
    return classes[obis], octets(obis), int(attribute), int(element)


def _demand(row: Row) -> DemandTerms:
    return DemandTerms(
        row.binding.removeprefix(DEMAND), row.options["period_s"], row.options.get("periods", 1)
    )


def _masks(rows: Sequence[Row], registers: Mapping[bytes, str], options: Mapping[str, Any]) -> MaskTerms:
    """One mask for each rate: the registers of that rate."""
    classes = {octets(row.obis): row.class_id for row in rows}
    rates = {name: int(binding.rpartition(".")[2]) for name, binding in registers.items()}
    names = [name for name, rate in rates.items() if rate]
    masks = {
        options["mask"].format(rate).encode(): tuple(
            number for number, name in enumerate(names, 1) if rates[name] == rate
        )
        for rate in sorted({rates[name] for name in names})
    }
    active = options["mask"].format(options["active"]).encode()
    return MaskTerms(tuple((classes[name], name) for name in names), tuple(masks.items()), active)


def _calendar(options: Mapping[str, Any]) -> CalendarTables:
    script = octets(options["script"])
    return CalendarTables(
        options["name"].encode(),
        tuple(
            SeasonProfile(
                item["name"].encode(),
                DatePattern(month=item["month"], day=item["day"]).to_octets() + _SEASON_TAIL,
                item["week"].encode(),
            )
            for item in options["seasons"]
        ),
        tuple(WeekProfile(item["name"].encode(), tuple(item["days"])) for item in options["weeks"]),
        tuple(
            DayProfile(
                item["id"],
                tuple(DayAction(_time(action["at"]), script, action["rate"]) for action in item["actions"]),
            )
            for item in options["days"]
        ),
    )


def _time(text: str) -> TimePattern:
    return TimePattern(*(None if part == "*" else int(part) for part in text.split(":")))


def _date(text: str) -> DatePattern:
    """A date as ``*-12-25``, with ``*`` for any and an optional weekday behind a slash."""
    day, _, weekday = text.partition("/")
    year, month, number = (None if part == "*" else int(part) for part in day.split("-"))
    return DatePattern(year, month, number, int(weekday) if weekday else None)


def _special_days(options: Mapping[str, Any]) -> dict[int, tuple[DatePattern, int]]:
    return {
        index: (_date(item["date"]), item["day"]) for index, item in enumerate(options.get("days", ()), 1)
    }


_PARAMETERS: dict[str, Callable[[Any], axdr.Data]] = {
    "integer": axdr.integer,
    "long": axdr.long,
    "long-unsigned": axdr.long_unsigned,
    "text": lambda text: axdr.octet_string(text.encode()),
}


def _scripts(options: Mapping[str, Any]) -> dict[int, tuple[ScriptAction, ...]]:
    return {item["id"]: tuple(_action(action) for action in item["actions"]) for item in options["scripts"]}


def _action(item: Mapping[str, Any]) -> ScriptAction:
    service = ScriptService.WRITE if "write" in item else ScriptService.EXECUTE
    kind, value = item.get("parameter", ["integer", 0])
    return ScriptAction(
        service,
        item["class"],
        octets(item["obis"]),
        item["write"] if service is ScriptService.WRITE else item["execute"],
        axdr.encode(_PARAMETERS[kind](value)),
    )


def _single(options: Mapping[str, Any]) -> SingleAction:
    times = tuple(
        (_time(item["at"]).to_octets(), _date(item["on"]).to_octets()) for item in options.get("times", ())
    )
    return SingleAction(octets(options["script"]), options["selector"], options.get("type", 1), times)


def _schedule(options: Mapping[str, Any]) -> tuple[ScheduleEntry, ...]:
    return tuple(ScheduleEntry(**item) for item in options.get("entries", ()))


# ------------------------------------------------------------ monitors and push setups


def push_terms(rows: Iterable[Row]) -> dict[bytes, PushTerms]:
    """Every push setup of the rows.

    Raises:
        KeyError, TypeError, ValueError: a row makes no sense.
    """
    return {octets(row.obis): _push(row.options) for row in rows if row.binding == "push"}


def monitor_terms(rows: Iterable[Row]) -> dict[bytes, RegisterMonitor]:
    """Every register monitor of the rows.

    Raises:
        KeyError, TypeError, ValueError: a row makes no sense.
    """
    return {octets(row.obis): _monitor(row.options) for row in rows if row.binding == "register-monitor"}


def parameter_terms(rows: Iterable[Row]) -> list[Watched]:
    """Everything that the parameter monitors of the rows watch.

    Raises:
        ValueError: a row makes no sense.
    """
    monitors = [row for row in rows if row.binding == "parameter-monitor"]
    return [_watched(text) for row in monitors for text in row.options.get("watched", ())]


def _push(options: Mapping[str, Any]) -> PushTerms:
    objects = tuple(PushObject(*_watched(text)) for text in options["objects"])
    window = tuple((bytes.fromhex(begin), bytes.fromhex(end)) for begin, end in options.get("window", ()))
    return PushTerms(
        objects,
        TransportService[options["transport"].upper()],
        options.get("destination", "").encode("ascii"),
        window=window,
        randomisation_s=options.get("randomisation_s", 0),
        retries=options.get("retries", 0),
        repetition_delay_s=options.get("repetition_delay_s", 0),
        client_sap=options["client_sap"],
        on_events=tuple(options.get("on_events", ())),
    )


def _monitor(options: Mapping[str, Any]) -> RegisterMonitor:
    actions = tuple((_script(up), _script(down)) for up, down in options.get("actions", ()))
    return RegisterMonitor(_watched(options["watched"]), tuple(options.get("thresholds", ())), actions)


def _watched(text: str) -> Watched:
    class_id, obis, attribute = text.split("/")
    return int(class_id), octets(obis), int(attribute)


def _script(text: str) -> ScriptReference:
    """``0.0.10.0.106/1``; nothing for no script."""
    obis, _, selector = text.partition("/")
    return (octets(obis), int(selector)) if selector else (bytes(6), 0)
