"""``collect``: the collector on the database until a signal ends it, and the listener of ``--listen``."""

import asyncio
import gc
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from amibench.commands.system.app import configured
from amibench.errors import CommandError
from amibench.language import resolve
from links.base import LinkError, LinkUrlError
from links.url import LinkUrl
from system.head_end.vocabulary import REASON_SENTENCES, Reason

if TYPE_CHECKING:
    from system.head_end.acquisition import (
        Collector,
        CollectorParts,
        CollectorSettings,
        Failure,
        KeyFile,
        Listener,
    )

# ---------------- Reasons of failures; the Spanish sentences are those of the portal

_ENGLISH: Mapping[Reason, str] = {
    Reason.UNREACHABLE: "Concentrator or meter does not take the connection: check power and network.",
    Reason.NO_UPLINK: "The concentrator answers, but not on its management port: check its secret.",
    Reason.METER_SILENT: "The concentrator answers and the meter does not: check line, fuse and noise.",
    Reason.LINE_LOST: "The connection broke in the middle; it will be tried again.",
    Reason.WRONG_KEY: "The meter does not know our DLMS key: check the maker's keys.",
    Reason.NO_KEY: "The collector's key file has no DLMS keys of this meter.",
    Reason.ASSOCIATION_REFUSED: "The meter refused the association: check the access profile.",
    Reason.COUNTER_REFUSED: "The meter refused the invocation counter; it will be read and tried again.",
    Reason.ACCESS_REFUSED: "The meter does not let this client read or write that object.",
    Reason.NOT_SUPPORTED: "The meter lacks one of the registers that were asked for: check the OBIS codes.",
    Reason.WRONG_SERIAL: "Another meter answered at that address: it is in quarantine.",
    Reason.CLOCK_OFF: "The meter's clock is too far off: its readings are in quarantine.",
    Reason.REGISTER_WRAPPED: "A register began anew: the reading is marked to be looked at.",
    Reason.SCALER_CHANGED: "The meter changed scaler or unit of a register: it is in quarantine.",
    Reason.HOSTILE: "The device sent data without end or sense: the session was dropped.",
    Reason.NOT_UNDERSTOOD: "The meter's answer is not understood.",
    Reason.UNKNOWN_METER: "The concentrator does not know that meter.",
    Reason.TOKEN_REFUSED: "The meter did not accept the token.",
    Reason.STATE_NOT_REACHED: "The relay did not reach the state that was asked for.",
    Reason.DEADLINE: "The deadline passed before it was done.",
    Reason.COLLECTOR_STOPPED: "The collector stopped before it was done; it will be tried again.",
}
_TEXTS: Mapping[str, Mapping[Reason, str]] = {"es": REASON_SENTENCES, "en": _ENGLISH}


def sentence_of(reason: Reason, lang: str) -> str:
    """Sentence of a reason.

    >>> sentence_of(Reason.TOKEN_REFUSED, "en")
    'The meter did not accept the token.'
    """
    return _TEXTS[lang].get(reason, reason.value)


# ---------------- Listener beside the collector

LOOPBACK = "127.0.0.1"
_ASSIGNED_PORT = 4059


@dataclass(frozen=True, slots=True)
class _Options:
    framing: Literal["wrapper", "hdlc"] = "wrapper"


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Address to listen on, and the framing there."""

    host: str
    port: int
    framing: str


def listen_address(text: str) -> ListenAddress:
    """The place that a URL names.

    >>> place_of("tcp://:4060")
    Place(host='127.0.0.1', port=4060, framing='wrapper')

    Raises:
        LinkUrlError: it is no TCP port.
    """
    url = LinkUrl.parse(text)
    if url.scheme != "tcp" or url.path:
        raise LinkUrlError(f"cannot listen at {text}; write for example tcp://{LOOPBACK}:{_ASSIGNED_PORT}")
    port = _ASSIGNED_PORT if url.port is None else url.port
    return ListenAddress(url.host or LOOPBACK, port, url.options(_Options).framing)


class ListenerCounts:
    """A listener that works.

    Args:
        listener: it.
        url: where.
    """

    def __init__(self, listener: "Listener", url: str) -> None:
        self._listener = listener
        self.url = url

    @property
    def kept(self) -> int:
        """Pushes that were kept."""
        return self._listener.receiver.kept

    @property
    def refused(self) -> dict[str, int]:
        """Number of refused pushes by kind."""
        return {kind.value: many for kind, many in sorted(self._listener.refused_pushes.counts.items())}


@asynccontextmanager
async def listening(
    place: ListenAddress | None, parts: "CollectorParts", collector: "Collector"
) -> AsyncIterator[ListenerCounts | None]:
    """Listen while the block runs; an error of the listener stops the collector, and is raised after it.

    Args:
        place: where; None: nowhere.
        parts: of the collector: the listener works with the same.
        collector: woken where a meter should be visited.

    Raises:
        LinkOpenError: the port is taken.
    """
    if place is None:
        yield None
        return
    from system.head_end.acquisition import Listener, ListenerParts

    listener = Listener(
        ListenerParts(
            store=parts.store,
            key_file=parts.key_file,
            clock=parts.clock,
            utc=parts.utc,
            runner=parts.runner,
            visit=collector.wake,
            report=parts.report,
            framing=place.framing,
        )
    )
    opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(listener.run(place.host, place.port, opened.set_result))
    await asyncio.wait((opened, task), return_when=asyncio.FIRST_COMPLETED)
    if not opened.done():
        opened.cancel()
        await task
    task.add_done_callback(lambda _: collector.stop())
    try:
        host = f"[{place.host}]" if ":" in place.host else place.host
        yield ListenerCounts(listener, f"tcp://{host}:{opened.result()}")
    finally:
        listener.stop()
        await task


# ---------------- The command

T = TypeVar("T")
KEYS_VARIABLE = "AMIBENCH_METER_KEYS"
#: Threads that speak with the database: SQLite has one writer.
_THREADS = {"sqlite": 1}
_THREADS_OTHERWISE = 4
#: Allocations between two looks at young objects.
_YOUNG_OBJECTS = 50_000


def register(app: typer.Typer) -> None:
    """Add the command to ``amibench system``."""
    app.command()(collect)


def collect(
    keys: Annotated[
        Path | None, typer.Option(envvar=KEYS_VARIABLE, help="Key file of the meters, mode 0600.")
    ] = None,
    sessions: Annotated[int, typer.Option(min=1, max=10_000, help="Meters spoken with at once.")] = 50,
    name: Annotated[str, typer.Option(help="What this collector is called; each has its own name.")] = "",
    idle: Annotated[
        float, typer.Option(min=0.05, max=3600, help="Seconds between two looks for work, where none was.")
    ] = 5.0,
    patience: Annotated[
        float, typer.Option(min=0.5, max=600, help="Seconds that a meter is given to answer.")
    ] = 30.0,
    clock_tolerance: Annotated[
        float,
        typer.Option(min=0.5, max=900, help="Seconds that a meter's clock may be off before it is set."),
    ] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="End as soon as nothing is due.")] = False,
    listen: Annotated[
        str, typer.Option(help="Take what meters push, too: tcp://HOST:PORT, loopback where no host stands.")
    ] = "",
    lang: Annotated[str | None, typer.Option(help="es or en.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print failures as JSON objects.")] = False,
) -> None:
    """Read meters and carry orders out until SIGTERM or Ctrl-C; several collectors share the work.

    With --listen it also takes what meters send unasked: proven by their keys, once; the rest is reported.
    """
    from system.head_end.acquisition import (
        ClockLimits,
        CollectorSettings,
        KeyFileError,
        parse_key_file,
        read_key_file,
    )

    try:
        key_file = parse_key_file({}) if keys is None else read_key_file(keys)
    except KeyFileError as error:
        raise CommandError(str(error)) from error
    place = _place(listen, once=once)
    settings = CollectorSettings(
        sessions_max=sessions,
        idle_s=idle,
        response_timeout_s=patience,
        clocks=ClockLimits(tolerance_s=clock_tolerance, shift_s=max(60.0, clock_tolerance)),
    )
    configured()
    from django.db import DatabaseError

    # what is there stays, and what a session makes goes without the collector of garbage
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
    called = name or f"{socket.gethostname()}-{os.getpid()}"
    say = _teller(resolve(lang), as_json=as_json)
    try:
        visits = asyncio.run(_run(called, key_file, settings, say, place, once=once))
    except LinkError as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        raise CommandError(f"the database does not answer: {str(error).splitlines()[0]}") from error
    _say({"collector": called, "visits": visits, "stopped": True})


async def _run(
    name: str,
    key_file: "KeyFile",
    settings: "CollectorSettings",
    say: Callable[..., None],
    place: ListenAddress | None,
    *,
    once: bool,
) -> int:
    """Work until a signal comes; how many visits were made."""
    from links.aio import open_async_link
    from links.clock import WallClock
    from system.config import clock as business
    from system.head_end.acquisition import Collector, CollectorParts
    from system.head_end.django_store import DjangoStore

    clock, runner = WallClock(), _runner()
    parts = CollectorParts(
        store=DjangoStore(),
        key_file=key_file,
        clock=clock,
        utc=business.business_now,
        dialer=lambda url: open_async_link(url, clock),
        runner=runner,
        settings=settings,
        report=say,
    )
    collector = Collector(name, parts)
    _stop_on_signals(collector)
    hello = {"collector": name, "sessions": settings.sessions_max, "pid": os.getpid()}
    try:
        async with listening(place, parts, collector) as heard:
            _say(hello if heard is None else {**hello, "listening": heard.url})
            await collector.run(once=once)
        if heard is not None:
            _say({"pushes": heard.kept, "refused": heard.refused})
    finally:
        runner.close()
    return collector.visits


def _place(listen: str, *, once: bool) -> ListenAddress | None:
    if not listen:
        return None
    if once:
        raise CommandError("--once ends by itself and --listen does not: give one of them")
    try:
        return listen_address(listen)
    except LinkError as error:
        raise CommandError(str(error)) from error


def _runner() -> Any:
    """Calls of the store in threads, whose connections are looked at before each call."""
    from django.db import close_old_connections, connection

    from system.head_end.acquisition import ThreadRunner

    class DatabaseRunner(ThreadRunner):
        async def call(self, ask: Callable[[], T]) -> T:
            def fresh() -> T:
                close_old_connections()
                return ask()

            return await super().call(fresh)

    return DatabaseRunner(_THREADS.get(connection.vendor, _THREADS_OTHERWISE))


def _stop_on_signals(collector: "Collector") -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, collector.stop)
        except NotImplementedError:  # Windows: Ctrl-C ends the loop itself
            return


def _teller(lang: str, *, as_json: bool) -> "Callable[[str, str, Failure], None]":
    def tell(channel: str, serial: str, failure: "Failure") -> None:
        sentence = sentence_of(failure.reason, lang)
        if as_json:
            line = {"channel": channel, "meter": serial, "reason": failure.reason.value}
            _say({**line, "sentence": sentence, "detail": failure.detail})
            return
        where = f"{channel}, {serial}" if serial else channel
        typer.echo(f"{where}: {sentence} [{failure.detail}]", err=True)

    return tell


def _say(message: Any) -> None:
    typer.echo(json.dumps(message, ensure_ascii=False, default=str))
