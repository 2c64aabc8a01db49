"""What meters pushed, as tables for people and as one JSON line each for programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.markup import escape

from amibench.commands.meter.tables import plain_console, plain_table, short
from amibench.commands.meter.texts import text
from amibench.commands.meter.values import brief, plain
from protocols.dlms.axdr import Data
from protocols.dlms.explain.readings import Reading, readings
from protocols.dlms.session.push import Push
from protocols.dlms.units import UNITS, scaled
from protocols.dlms.xdlms.notification import EventNotification

_NAME_WIDTH = 46


@dataclass(frozen=True, slots=True)
class Arrived:
    """One push, and how it came.

    Args:
        push: the notification.
        peer: where from, as ``tcp 10.0.0.7:51022``.
        meter_sap: address of the logical device that sent it.
        client_sap: of the client that it is for.
        at: when it came, UTC.
    """

    push: Push
    peer: str
    meter_sap: int
    client_sap: int
    at: datetime


def values_of(push: Push) -> list[Reading]:
    """The values of a push; one without codes where the body is no list."""
    apdu = push.apdu
    if isinstance(apdu, EventNotification):
        named = apdu.attribute
        return [Reading(apdu.value, 0, named.instance, named.class_id, named.attribute)]
    return readings(apdu.body) or [Reading(apdu.body, 0)]


def plain_push(arrived: Arrived, lang: str) -> dict[str, Any]:
    """For JSON."""
    protection = arrived.push.protection
    return {
        "at": arrived.at.isoformat(),
        "peer": arrived.peer,
        "meter_sap": arrived.meter_sap,
        "client_sap": arrived.client_sap,
        "kind": arrived.push.apdu.name,
        "protected": protection is not None,
        "authenticated": protection is not None and protection.authenticated,
        "system_title": None if protection is None else protection.system_title.hex(),
        "counter": None if protection is None else protection.counter,
        "readings": [_plain_reading(reading, lang) for reading in values_of(arrived.push)],
    }


def print_push(arrived: Arrived, lang: str) -> None:
    """A line on where it came from, then one line a value."""
    console = plain_console()
    console.print(f"[bold]{escape(_head(arrived, lang))}[/bold]")
    table = plain_table()
    for heading, width in (("object", None), ("name", _NAME_WIDTH), ("value", None)):
        table.add_column(text(heading, lang), overflow="fold", max_width=width)
    for reading in values_of(arrived.push):
        obis = reading.obis
        code = f"#{reading.position}" if obis is None else short(obis)
        name = "" if obis is None else obis.describe(lang) or ""
        table.add_row(code, escape(name), escape(shown(reading)))
    console.print(table)


def shown(reading: Reading) -> str:
    """The value on one line, in its unit where it came with one."""
    value = reading.data.value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and (reading.scaler is not None or reading.unit is not None):
        return scaled(value, reading.scaler or 0, reading.unit)  # type: ignore[arg-type]  # a number
    return brief(reading.data)


def _head(arrived: Arrived, lang: str) -> str:
    protection = arrived.push.protection
    facts = {"peer": arrived.peer, "kind": arrived.push.apdu.name, "meter": arrived.meter_sap}
    head = text("push", lang, **facts)
    if protection is None:
        return f"{head}, {text('push-plain', lang)}"
    name = "push-proved" if protection.authenticated else "push-unproved"
    title = protection.system_title.hex().upper()
    return f"{head}, {text(name, lang, title=title, counter=protection.counter)}"


def _plain_reading(reading: Reading, lang: str) -> dict[str, Any]:
    obis, unit = reading.obis, UNITS.get(reading.unit or -1)
    data: Data = reading.data
    return {
        "position": reading.position,
        "obis": None if obis is None else str(obis),
        "class_id": reading.class_id,
        "attribute": reading.attribute,
        "name": None if obis is None else obis.describe(lang),
        "type": data.tag.type_name,
        "value": plain(data),
        "scaler": reading.scaler,
        "unit": reading.unit if unit is None else unit.symbol,
        "shown": shown(reading),
    }
