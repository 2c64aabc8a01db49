"""``amibench meter``: a stand-alone virtual meter on loopback, for any client and for ``certify``."""

import asyncio
import contextlib
import json
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from amibench.commands.meter_target import target_table, write_target
from amibench.errors import CommandError
from conformance import mutants
from links.errors import LinkError
from sim.meter import Credentials, ProfileError
from sim.scenarios.serving import Endpoints, ServiceTerms, serve_world
from sim.scenarios.sim_scheme import profiles
from sim.scenarios.world import World

app = typer.Typer(add_completion=False, no_args_is_help=True, help="A stand-alone virtual meter.")

EXIT_INTERRUPTED = 130
SERVER_SAP = 1
#: An LLS secret longer than this fits no association request of a small client.
_PASSWORD_BYTES_MAX = 64

_EXIT_BY_SIGNAL: dict[signal.Signals, int] = {signal.SIGTERM: 0, signal.SIGINT: EXIT_INTERRUPTED}


@app.callback()
def _meter() -> None:
    """A stand-alone virtual meter."""


@dataclass(frozen=True, slots=True)
class _Service:
    """What was asked for, read and checked."""

    world: World
    terms: ServiceTerms
    reader_password: bytes
    target_file: Path


@app.command()
def serve(
    profile: Annotated[str, typer.Option(help="Model of meter.")] = "ppkw",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="TCP port; 0 takes a free one.")] = 0,
    framing: Annotated[
        Literal["wrapper", "hdlc"], typer.Option(help="What the TCP port speaks.")
    ] = "wrapper",
    serial: Annotated[
        str | None, typer.Option(help="Answer on this serial line too, e.g. serial:///dev/ttyUSB0?baud=9600.")
    ] = None,
    lls_password_file: Annotated[
        Path | None, typer.Option(help="File with the reader's password; without it, a random one.")
    ] = None,
    target_file: Annotated[
        Path | None, typer.Option(help="Where to write the target file; without it, a private temporary one.")
    ] = None,
    mutant: Annotated[str | None, typer.Option(help="A meter built wrong on purpose, by name.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Seed of the world.")] = 1,
    speed: Annotated[
        float, typer.Option(min=0.001, max=1e6, help="Device seconds that pass in a second.")
    ] = 1.0,
    control_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="TCP port of the control channel; 0 takes a free one.")
    ] = 0,
    epoch: Annotated[
        datetime | None,
        typer.Option(help="Instant (UTC) at which the meter's world begins; without it, now."),
    ] = None,
) -> None:
    """Serve a virtual meter on 127.0.0.1 until Ctrl-C or SIGTERM; prints one JSON line when it is ready."""
    password = _read_password(lls_password_file)
    world = _world(profile, mutant, seed, password, _begin(epoch))
    terms = ServiceTerms(
        framing=framing,
        secret=secrets.token_urlsafe(24),
        port=port,
        control_port=control_port,
        serial_url=serial,
        speed=speed,
    )
    with _target_place(target_file) as place:
        code = _serve(_Service(world, terms, password, place))
    raise typer.Exit(code)


def _read_password(file: Path | None) -> bytes:
    if file is None:
        return secrets.token_urlsafe(12).encode()
    try:
        password = file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror or error}") from error
    if not 0 < len(password) <= _PASSWORD_BYTES_MAX:
        raise CommandError(f"{file} must hold a password of 1 to {_PASSWORD_BYTES_MAX} bytes")
    return password


def _begin(asked: datetime | None) -> datetime:
    """The instant asked for as UTC, else the present second: a meter on the wall shows the time of day."""
    if asked is None:
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - where the served world is anchored
    return asked.replace(tzinfo=UTC) if asked.tzinfo is None else asked.astimezone(UTC)


def _world(profile: str, mutant: str | None, seed: int, password: bytes, epoch: datetime) -> World:
    if profile not in profiles():
        raise CommandError(f"no meter profile is called {profile!r}; known: {', '.join(profiles())}")
    credentials = Credentials(passwords={"reader": password})
    try:
        if mutant is None:
            return World(profile, seed=seed, epoch=epoch, credentials=credentials)
        built_wrong = mutants.load(mutant)
        world = World(profile, seed=seed, epoch=epoch, credentials=credentials, parts=built_wrong.parts)
    except (LookupError, ProfileError) as error:
        raise CommandError(str(error.args[0])) from error
    world.describe(mutant=built_wrong.name)
    return world


@contextlib.contextmanager
def _target_place(asked: Path | None) -> Iterator[Path]:
    """Where the target file goes: the file asked for, or one in a private folder that goes away after."""
    if asked is not None:
        yield asked.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="amibench-"))
    try:
        yield folder / "target.toml"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(service: _Service) -> int:
    """Serve until a signal; the exit code."""
    try:
        return asyncio.run(_serve_until_signal(service))
    except LinkError as error:
        raise CommandError(str(error)) from error


async def _serve_until_signal(service: _Service) -> int:
    stop, codes = asyncio.Event(), [0]
    loop = asyncio.get_running_loop()

    def on_signal(code: int) -> Callable[[], None]:
        def stopped() -> None:
            codes[0] = code
            stop.set()

        return stopped

    for number, code in _EXIT_BY_SIGNAL.items():
        loop.add_signal_handler(number, on_signal(code))
    await serve_world(service.world, service.terms, lambda reached: _announce(service, reached), stop)
    return codes[0]


def _announce(service: _Service, reached: Endpoints) -> None:
    """Write the target file, then say on standard output that the meter is ready."""
    terms, profile = service.terms, service.world.meter.profile
    table = target_table(
        link=reached.link,
        framing=terms.framing,
        control=reached.control,
        secret=terms.secret,
        reader_password=service.reader_password,
        profile=profile,
    )
    try:
        write_target(service.target_file, table)
    except OSError as error:
        raise CommandError(f"cannot write {service.target_file}: {error.strerror or error}") from error
    ready: dict[str, Any] = {
        "link": f"{reached.link}?framing={terms.framing}",
        "control": reached.control,
        "target_file": str(service.target_file),
        "sap": SERVER_SAP,
        "drn": profile.drn,
    }
    if terms.serial_url is not None:
        ready["serial"] = terms.serial_url
    print(json.dumps(ready), flush=True)
