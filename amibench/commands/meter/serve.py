"""``amibench meter serve``: stand-alone virtual meters on loopback, for any client and for ``certify``."""

import asyncio
import json
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.meter import serve_options as options
from amibench.commands.meter_target import target_table, write_target
from amibench.commands.private_place import private_place
from amibench.errors import CommandError
from conformance import mutants
from links.errors import LinkError
from sim.meter import DEFAULT_PARTS, Credentials, ProfileError
from sim.scenarios.serving import Endpoints, ServiceTerms, serve_world
from sim.scenarios.sim_scheme import profiles
from sim.scenarios.world import World

ResponseDelay = Annotated[
    int | None,
    typer.Option(min=0, max=10_000, help="How long a meter takes to answer; without it, as its model says."),
]
EXIT_INTERRUPTED = 130
SECONDS_PER_DAY = 86_400
MS_PER_S = 1_000
#: An LLS secret longer than this fits no association request of a small client.
_PASSWORD_BYTES_MAX = 64

_EXIT_BY_SIGNAL: dict[signal.Signals, int] = {signal.SIGTERM: 0, signal.SIGINT: EXIT_INTERRUPTED}


@dataclass(frozen=True, slots=True)
class _Service:
    """What was asked for, read and checked."""

    world: World
    terms: ServiceTerms
    reader_password: bytes
    target_file: Path


def serve(
    profile: options.Profile = "ppkw",
    port: options.Port = 0,
    framing: options.Framing = "wrapper",
    serial: options.Serial = None,
    meters: options.Meters = 1,
    own_ports: options.OwnPorts = False,
    history_days: options.HistoryDays = 0,
    lls_password_file: options.PasswordFile = None,
    target_file: options.TargetFile = None,
    mutant: options.Mutant = None,
    seed: options.Seed = 1,
    speed: options.Speed = 1.0,
    response_delay_ms: options.ResponseDelay = None,
    control_port: options.ControlPort = 0,
    panel_port: options.PanelPort = None,
    epoch: options.Epoch = None,
) -> None:
    """Serve virtual meters on 127.0.0.1 until Ctrl-C or SIGTERM; prints one JSON line when they are ready.

    Several meters answer on one port, each at its own server SAP, or with --own-ports on a port each. The
    control channel and the target file are for the first of them.
    """
    password = _read_password(lls_password_file)
    delay_s = None if response_delay_ms is None else response_delay_ms / MS_PER_S
    population = _Population(profile, mutant, seed, meters, not own_ports, delay_s)
    world = _world(population, password, _begin(epoch) - timedelta(days=history_days))
    world.age(history_days * SECONDS_PER_DAY)
    terms = ServiceTerms(
        framing=framing,
        secret=secrets.token_urlsafe(24),
        port=port,
        control_port=control_port,
        serial_url=serial,
        speed=speed,
        own_ports=own_ports,
        panel_port=panel_port,
    )
    with private_place(target_file, "target.toml") as place:
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


@dataclass(frozen=True, slots=True)
class _Population:
    """Which meters, and how many."""

    profile: str
    mutant: str | None
    seed: int
    meters: int
    shared: bool
    response_delay_s: float | None


def _world(asked: _Population, password: bytes, epoch: datetime) -> World:
    if asked.profile not in profiles():
        raise CommandError(f"no meter profile is called {asked.profile!r}; known: {', '.join(profiles())}")
    try:
        built_wrong = None if asked.mutant is None else mutants.load(asked.mutant)
        world = World(
            asked.profile,
            seed=asked.seed,
            epoch=epoch,
            credentials=Credentials(passwords={"reader": password}),
            parts=DEFAULT_PARTS if built_wrong is None else built_wrong.parts,
            meters=asked.meters,
            shared=asked.shared,
            response_delay_s=asked.response_delay_s,
        )
    except (LookupError, ProfileError) as error:
        raise CommandError(str(error.args[0])) from error
    if built_wrong is not None:
        world.describe(mutant=built_wrong.name)
    return world


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
    print(json.dumps(_ready(service, reached)), flush=True)


def _ready(service: _Service, reached: Endpoints) -> dict[str, Any]:
    """The one line: where the first meter is; where there are several, where each is."""
    framing, meters = service.terms.framing, service.world.meters
    ready: dict[str, Any] = {
        "link": f"{reached.link}?framing={framing}",
        "control": reached.control,
        "target_file": str(service.target_file),
        "sap": meters[0].profile.ports.server_sap,
        "drn": meters[0].drn,
    }
    if reached.serial is not None:
        ready["serial"] = reached.serial
    if reached.panel is not None:
        ready["panel"] = reached.panel
    if len(meters) > 1:
        ready["meters"] = [
            {"link": f"{link}?framing={framing}", "sap": meter.profile.ports.server_sap, "drn": meter.drn}
            for link, meter in zip(reached.links, meters, strict=True)
        ]
    return ready
