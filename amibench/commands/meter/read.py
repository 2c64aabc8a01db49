"""``amibench meter read``: what a meter says, for people as a table and for programs as JSON."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from amibench.commands.meter import connection, tables
from amibench.commands.meter.connection import MeterEndpoint, opened
from amibench.commands.meter.keys import find_keys
from amibench.commands.meter.objects import ListedObject, MeterZone, meter_zone, object_list
from amibench.commands.meter.tables import BUFFER, Period, plain_profile, read_rows
from amibench.commands.meter.texts import text
from amibench.commands.meter.values import MAIN_ATTRIBUTE, PROFILE, VALUE, ObjectReading, read_objects
from amibench.errors import CommandError
from amibench.language import resolve
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Profile
from protocols.dlms.session import DlmsSession

EXIT_REFUSED = 1


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One thing to read: an object, and which of its attributes; None: what people mean by its value."""

    obis: Obis
    attribute: int | None


def read(
    url: connection.Url,
    obis: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OBIS[:ATTRIBUTE]]…", help="What to read; without it, the whole object list."
        ),
    ] = None,
    client: connection.Client = 16,
    server: connection.Server = 1,
    keys: connection.Keys = None,
    framing: connection.FramingOption = None,
    physical: connection.Physical = 17,
    address_bytes: connection.AddressBytes = "4",
    timeout: connection.Timeout = 5.0,
    start: Annotated[
        datetime | None,
        typer.Option("--from", help="First instant of a profile's rows, in the meter's own time."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", help="Last instant of a profile's rows, in the meter's own time."),
    ] = None,
    as_json: connection.Json = False,
    lang: connection.Lang = None,
) -> None:
    """Read a meter: registers with their units, profiles as rows, or everything that it shows this client.

    URL is tcp://HOST:PORT, serial:///dev/ttyUSB0?baud=9600 or sim://ppkw. The password or the keys of a
    client come from --keys FILE, from AMIBENCH_METER_PASSWORD, or are asked for; never from an argument.
    Exit code 1 when the meter refuses something that was asked for by its code, 3 when it cannot be reached.
    """
    language = resolve(lang)
    wishes = [_read_request(text_, language) for text_ in obis or ()]
    period = Period(start, end)
    if period and not wishes:
        raise CommandError(text("range-needs-profile", language))
    reach = connection.reach(url, framing, client, server, physical, address_bytes, timeout, language)
    with opened(reach, find_keys(keys, client, language)) as session:
        listed = object_list(session)
        if wishes:
            refused = _read_requested(session, reach, listed, wishes, period, as_json=as_json)
        else:
            refused = False
            _read_everything(session, reach, listed, as_json=as_json)
    if refused:
        raise typer.Exit(EXIT_REFUSED)


def _read_request(given: str, lang: str) -> ReadRequest:
    code, separator, attribute = given.partition(":")
    try:
        return ReadRequest(Obis.from_string(code), int(attribute) if separator else None)
    except (DlmsError, ValueError) as error:
        raise CommandError(text("bad-obis", lang, text=given)) from error


def _read_everything(
    session: DlmsSession, reach: MeterEndpoint, listed: list[ListedObject], *, as_json: bool
) -> None:
    readings = read_objects(session, [(item, None) for item in listed], listed)
    if as_json:
        typer.echo(json.dumps([reading.plain(reach.lang) for reading in readings], ensure_ascii=False))
        return
    tables.print_objects(readings, reach)


def _read_requested(
    session: DlmsSession,
    reach: MeterEndpoint,
    listed: list[ListedObject],
    wishes: list[ReadRequest],
    period: Period,
    *,
    as_json: bool,
) -> bool:
    """Read and show what was asked for; True when the meter refused some of it."""
    found = [(_find(listed, wish, reach), wish.attribute) for wish in wishes]
    profiles = [item for item, attribute in found if item.class_id == PROFILE and attribute in (None, BUFFER)]
    # What is asked for by its code is asked of the meter, also where its list says that it will refuse.
    others = [
        (item, attribute or MAIN_ATTRIBUTE.get(item.class_id, VALUE))
        for item, attribute in found
        if item not in profiles
    ]
    if period and not profiles:
        raise CommandError(text("range-needs-profile", reach.lang))
    readings = read_objects(session, others, listed)
    zone = meter_zone(session, listed) if profiles else MeterZone()
    rows = [(item, read_rows(session, item, period, zone)) for item in profiles]
    if as_json:
        output = [reading.plain(reach.lang) for reading in readings]
        output += [plain_profile(item, profile, zone, reach.lang) for item, profile in rows]
        typer.echo(json.dumps(output, ensure_ascii=False))
    else:
        _show(readings, rows, zone, reach)
    if profiles and not zone.is_told:
        typer.echo(
            f"amibench: {text('zone-assumed', reach.lang, client=reach.client_sap, zone=zone.name)}", err=True
        )
    refused = any(reading.refusal is not None for reading in readings)
    return refused or any(isinstance(profile, str) for _, profile in rows)


def _show(
    readings: list[ObjectReading],
    rows: list[tuple[ListedObject, Profile | str]],
    zone: MeterZone,
    reach: MeterEndpoint,
) -> None:
    if readings:
        tables.print_objects(readings, reach, summary=False)
    for item, profile in rows:
        tables.print_profile(item.obis, profile, zone, reach.lang)


def _find(listed: list[ListedObject], wish: ReadRequest, reach: MeterEndpoint) -> ListedObject:
    for item in listed:
        if item.obis == wish.obis:
            return item
    raise CommandError(text("no-object", reach.lang, obis=wish.obis, client=reach.client_sap))
