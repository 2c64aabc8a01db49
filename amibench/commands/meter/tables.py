"""Tables of objects and of profile rows for people, and profile rows as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from amibench.commands.meter.connection import MeterEndpoint
from amibench.commands.meter.objects import ListedObject, MeterZone
from amibench.commands.meter.texts import text
from amibench.commands.meter.values import MAIN_ATTRIBUTE, PROFILE, VALUE, ObjectReading
from protocols.dlms.explain.words import class_name
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Profile, Quantity, between
from protocols.dlms.session import AccessRefused, DlmsSession, ExceptionAnswered

#: F of a present value: not worth a person's eyes
_PRESENT = 255


def short(obis: Obis) -> str:
    """The code as people write it: without F where that is 255."""
    whole = str(obis)
    return whole.removesuffix(f".{_PRESENT}")


def print_objects(readings: list[ObjectReading], reach: MeterEndpoint, *, summary: bool = True) -> None:
    """One line an object; what this client may not read is only counted."""
    lang = reach.lang
    table = plain_table()
    for heading, width in (("object", None), ("name", 46), ("value", None)):
        table.add_column(text(heading, lang), overflow="fold", max_width=width)
    shown = [reading for reading in readings if reading.reading is not None or reading.refusal is not None]
    for reading in shown:
        table.add_row(_code(reading), escape(_name(reading, lang)), escape(_value(reading, lang)))
    console = plain_console()
    console.print(table)
    if summary:
        console.print(text("objects-read", lang, count=len(shown), client=reach.client_sap))
        if len(shown) < len(readings):
            console.print(
                text("not-readable", lang, count=len(readings) - len(shown), client=reach.client_sap)
            )


def print_profile(obis: Obis, profile: Profile | str, zone: MeterZone, lang: str) -> None:
    """One line a row, in the meter's own time."""
    console = plain_console()
    console.print(f"[bold]{short(obis)}[/bold] {escape(obis.describe(lang) or '')}".rstrip())
    if isinstance(profile, str):
        console.print(text("refused", lang, reason=profile))
        return
    if not profile.rows:
        console.print(text("no-rows", lang))
        return
    table = plain_table()
    table.add_column(text("time", lang, zone=zone.name), no_wrap=True)
    for column in profile.columns:
        unit = f"\n{column.symbol}" if column.symbol else ""
        table.add_column(escape(short(column.captures.logical_name) + unit), justify="right")
    for time, values in profile.quantities():
        table.add_row(_moment(time, zone), *[escape(str(cell(value))) for value in values])
    console.print(table)
    console.print(text("rows", lang, count=len(profile.rows)))


def cell(value: Quantity) -> str | int | float | bool | None:
    """A value of a row, for a table or JSON: decimals as their digits, octets as hexadecimal."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.hex() if isinstance(value, bytes) else str(value)


def _moment(time: datetime | None, zone: MeterZone) -> str:
    return "-" if time is None else zone.local(time).strftime("%Y-%m-%d %H:%M:%S")


def _code(reading: ObjectReading) -> str:
    usual = MAIN_ATTRIBUTE.get(reading.item.class_id, VALUE)
    code = short(reading.item.obis)
    return code if reading.attribute == usual else f"{code}:{reading.attribute}"


def _name(reading: ObjectReading, lang: str) -> str:
    item = reading.item
    return item.obis.describe(lang) or class_name(item.class_id, lang) or f"class {item.class_id}"


def _value(reading: ObjectReading, lang: str) -> str:
    if reading.reading is None:
        return text("refused", lang, reason=reading.refusal)
    shown = reading.reading.shown()
    counts_rows = (reading.item.class_id, reading.attribute) == (PROFILE, MAIN_ATTRIBUTE[PROFILE])
    return text("rows", lang, count=shown) if counts_rows else shown


def plain_table() -> Table:
    """A table without frame."""
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def plain_console() -> Console:
    """A console that colours nothing by itself."""
    return Console(highlight=False)


# ---------------- Rows of profiles

BUFFER = 2
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2099, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Of which time rows are wanted, in the meter's own time: as it was typed, without zone."""

    start: datetime | None
    end: datetime | None

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None


def read_rows(session: DlmsSession, item: ListedObject, period: Period, zone: MeterZone) -> Profile | str:
    """The rows of a profile, or why the meter gives none."""
    try:
        shape = session.profile_shape(item.obis)
        selection = None
        if period and shape.clock is not None:
            selection = between(
                zone.of_local(period.start) or _FIRST,
                zone.of_local(period.end) or _LAST,
                clock=shape.clock,
                deviation_minutes=zone.deviation_minutes,
            )
        return session.read_profile(
            item.obis, selection, shape=shape, deviation_minutes=zone.deviation_minutes
        )
    except AccessRefused as refusal:
        return refusal.result.label
    except ExceptionAnswered as refusal:
        return str(refusal)


def plain_profile(item: ListedObject, profile: Profile | str, zone: MeterZone, lang: str) -> dict[str, Any]:
    """For JSON: instants in UTC, and the meter's own zone beside them."""
    head: dict[str, Any] = {
        "obis": str(item.obis),
        "class_id": item.class_id,
        "attribute": BUFFER,
        "name": item.obis.describe(lang),
    }
    if isinstance(profile, str):
        return head | {"error": profile}
    columns = [
        {
            "obis": str(column.captures.logical_name),
            "attribute": column.captures.attribute,
            "unit": column.symbol,
        }
        for column in profile.columns
    ]
    rows = [
        {
            "time": None if time is None else time.isoformat(),
            "values": [cell(value) for value in values],
        }
        for time, values in profile.quantities()
    ]
    shown_zone = {"time_zone": zone.name, "time_zone_assumed": not zone.is_told}
    return head | shown_zone | {"period_s": profile.period_s, "columns": columns, "rows": rows}
