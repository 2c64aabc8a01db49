"""``amibench meter listen``: what meters push, as it comes; over TCP and UDP, until Ctrl-C."""

import asyncio
import json
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from amibench.commands.keys_file import ciphering_keys
from amibench.commands.meter import connection
from amibench.commands.meter.tables import plain_console, plain_table, short
from amibench.commands.meter.texts import text
from amibench.commands.meter.values import brief, plain
from amibench.errors import CommandError
from amibench.language import resolve
from links.base import LinkError
from links.server import Connection, serve_tcp
from links.udp import serve_udp
from protocols.dlms.axdr import Data
from protocols.dlms.errors import DlmsError
from protocols.dlms.explain import ReadingKeys
from protocols.dlms.explain.readings import Reading, readings
from protocols.dlms.framing import ApduReceived, FrameRejected, Framing
from protocols.dlms.hdlc.station import HdlcListener
from protocols.dlms.security import KeySet
from protocols.dlms.session.push import Push, PushKeys, PushListener, PushOpener
from protocols.dlms.units import UNITS, scaled
from protocols.dlms.wrapper import WrapperServer
from protocols.dlms.xdlms.notification import EventNotification

_NAME_WIDTH = 46


@dataclass(frozen=True, slots=True)
class ReceivedPush:
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


def plain_push(arrived: ReceivedPush, lang: str) -> dict[str, Any]:
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
        "readings": [_plain_value(reading, lang) for reading in values_of(arrived.push)],
    }


def print_push(arrived: ReceivedPush, lang: str) -> None:
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


def _head(arrived: ReceivedPush, lang: str) -> str:
    protection = arrived.push.protection
    facts = {"peer": arrived.peer, "kind": arrived.push.apdu.name, "meter": arrived.meter_sap}
    head = text("push", lang, **facts)
    if protection is None:
        return f"{head}, {text('push-plain', lang)}"
    name = "push-proved" if protection.authenticated else "push-unproved"
    title = protection.system_title.hex().upper()
    return f"{head}, {text(name, lang, title=title, counter=protection.counter)}"


def _plain_value(reading: Reading, lang: str) -> dict[str, Any]:
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


EXIT_INTERRUPTED = 130
#: meters that are connected at one time; the next one is hung up on
_CONNECTIONS_MAX = 256
_ASSIGNED_PORT = 4059


def listen(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="TCP and UDP port; 0 takes a free one.")
    ] = _ASSIGNED_PORT,
    host: Annotated[
        str, typer.Option(help="Address of this machine to listen on; 0.0.0.0 for all of them.")
    ] = "127.0.0.1",
    framing: Annotated[Literal["wrapper", "hdlc"], typer.Option(help="What the meters speak.")] = "wrapper",
    keys: connection.Keys = None,
    count: Annotated[int, typer.Option(min=0, help="Stop after so many pushes; 0 goes on.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each push.")] = False,
    lang: connection.Lang = None,
) -> None:
    """Wait for what meters send unasked and show it: data- and event-notifications, protected ones with keys.

    No association is needed. A protected push is opened with the keys of --keys FILE; one whose invocation
    counter was used before is refused. Ctrl-C ends it, with exit code 130.
    """
    language = resolve(lang)
    opener = PushOpener([] if keys is None else _push_keys(ciphering_keys(keys, language), keys, language))
    desk = _PushReceiver(opener, framing, count, as_json=as_json, lang=language)
    try:
        code = asyncio.run(_listen(desk, host, port))
    except LinkError as error:
        raise CommandError(text("listen", language, detail=error)) from error
    raise typer.Exit(code)


def _push_keys(given: list[ReadingKeys], file: Path, lang: str) -> list[PushKeys]:
    try:
        return [
            PushKeys(KeySet(item.guek, item.gak, item.general.gbek, item.general.kek), item.titles)
            for item in given
            if item.gak is not None
        ]
    except DlmsError as error:
        raise CommandError(text("listen", lang, detail=f"{file}: {error}")) from error


@dataclass(slots=True)
class _Peer:
    """One meter's octets on their way to pushes."""

    name: str
    framing: Framing | HdlcListener
    listener: PushListener


class _PushReceiver:
    """Receiver of all pushes: shows and counts them."""

    def __init__(self, opener: PushOpener, framing: str, count: int, *, as_json: bool, lang: str) -> None:
        self.stop = asyncio.Event()
        self.lang = lang
        self._opener = opener
        self._framing = framing
        self._left = count
        self._as_json = as_json
        self._connected = 0

    async def serve(self, connection: Connection) -> None:
        """A meter that connected."""
        if self._connected >= _CONNECTIONS_MAX:
            return
        self._connected += 1
        peer = self._peer("tcp")
        try:
            await connection.deliver(lambda data: self._take(peer, data, connection.send))
        finally:
            self._connected -= 1

    def datagram(self, data: bytes, address: str) -> None:
        """A datagram: whole frames, of a meter that wants no answer."""
        self._take(self._peer(f"udp {address}"), data, None)

    def _peer(self, name: str) -> _Peer:
        framing = WrapperServer() if self._framing == "wrapper" else HdlcListener()
        return _Peer(name, framing, PushListener(self._opener))

    def _take(self, peer: _Peer, data: bytes, send: Callable[[bytes], None] | None) -> None:
        for event in peer.framing.receive_data(data, time.monotonic()):
            if isinstance(event, ApduReceived):
                self._take_apdu(peer, event, send)
            elif isinstance(event, FrameRejected):
                self._say_refused(peer, event.reason)

    def _take_apdu(self, peer: _Peer, event: ApduReceived, send: Callable[[bytes], None] | None) -> None:
        try:
            push = peer.listener.receive_apdu(event.apdu)
        except DlmsError as error:
            self._say_refused(peer, str(error))
            return
        if push is None or self.stop.is_set():
            return
        # a wrapper server calls its peer the client: here that is the meter
        by_wrapper = isinstance(peer.framing, WrapperServer)
        meter_sap, client_sap = (
            (event.client_sap, event.server_sap) if by_wrapper else (event.server_sap, event.client_sap)
        )
        self._show(ReceivedPush(push, peer.name, meter_sap, client_sap, _now()))
        if push.confirmation is not None and send is not None and isinstance(peer.framing, WrapperServer):
            peer.framing.send_apdu(
                push.confirmation, client_sap=event.client_sap, server_sap=event.server_sap, now_s=0.0
            )
            send(peer.framing.data_to_send())

    def _show(self, arrived: ReceivedPush) -> None:
        if self._as_json:
            typer.echo(json.dumps(plain_push(arrived, self.lang), ensure_ascii=False))
        else:
            print_push(arrived, self.lang)
        self._left -= 1
        if self._left == 0:
            self.stop.set()

    def _say_refused(self, peer: _Peer, reason: str) -> None:
        typer.echo(f"amibench: {text('push-refused', self.lang, peer=peer.name, reason=reason)}", err=True)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - when something came to this machine


async def _listen(desk: _PushReceiver, host: str, port: int) -> int:
    """Listen until enough came or a signal does; the exit code."""
    interrupted: list[int] = []

    def on_signal() -> None:
        interrupted.append(EXIT_INTERRUPTED)
        desk.stop.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, on_signal)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, desk.stop.set)
    tcp = await serve_tcp(host, port, desk.serve)
    try:
        udp = await serve_udp(host, tcp.port, desk.datagram)
        try:
            typer.echo(text("listening", desk.lang, host=host, port=tcp.port), err=True)
            await desk.stop.wait()
        finally:
            await udp.close()
    finally:
        await tcp.close()
    return interrupted[0] if interrupted else 0
