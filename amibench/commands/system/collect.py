"""``collect``: the collector on the database, until it is told to stop."""

import asyncio
import gc
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from amibench.commands.system.collect_texts import sentence_of
from amibench.commands.system.listening import Place, listening, place_of
from amibench.commands.system.settings import configured
from amibench.errors import CommandError
from amibench.language import resolve
from links.errors import LinkError

if TYPE_CHECKING:
    from system.head_end.acquisition import Collector, CollectorSettings, Failure, KeyFile

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

    With --listen it also takes what meters send unasked: proven by their keys, once; the rest is told.
    """
    from system.head_end.acquisition import (
        ClockLimits,
        CollectorSettings,
        KeyFileError,
        parse_key_file,
        read_key_file,
    )

    try:
        book = parse_key_file({}) if keys is None else read_key_file(keys)
    except KeyFileError as error:
        raise CommandError(str(error)) from error
    place = _place(listen, once=once)
    terms = CollectorSettings(
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
        visits = asyncio.run(_run(called, book, terms, say, place, once=once))
    except LinkError as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        raise CommandError(f"the database does not answer: {str(error).splitlines()[0]}") from error
    _say({"collector": called, "visits": visits, "stopped": True})


async def _run(
    name: str,
    book: "KeyFile",
    terms: "CollectorSettings",
    say: Callable[..., None],
    place: Place | None,
    *,
    once: bool,
) -> int:
    """Work until a signal comes; how many visits were made."""
    from links.aio import WallClock, open_async_link
    from system.config import clock as business
    from system.head_end.acquisition import Collector, CollectorParts
    from system.head_end.django_store import DjangoStore

    clock, runner = WallClock(), _runner()
    parts = CollectorParts(
        desk=DjangoStore(),
        book=book,
        clock=clock,
        utc=business.business_now,
        dialer=lambda url: open_async_link(url, clock),
        runner=runner,
        terms=terms,
        tell=say,
    )
    collector = Collector(name, parts)
    _stop_on_signals(collector)
    hello = {"collector": name, "sessions": terms.sessions_max, "pid": os.getpid()}
    try:
        async with listening(place, parts, collector) as heard:
            _say(hello if heard is None else {**hello, "listening": heard.url})
            await collector.run(once=once)
        if heard is not None:
            _say({"pushes": heard.kept, "refused": heard.refused})
    finally:
        runner.close()
    return collector.visits


def _place(listen: str, *, once: bool) -> Place | None:
    if not listen:
        return None
    if once:
        raise CommandError("--once ends by itself and --listen does not: give one of them")
    try:
        return place_of(listen)
    except LinkError as error:
        raise CommandError(str(error)) from error


def _runner() -> Any:
    """Calls of the desk in threads, whose connections are looked at before each call."""
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
