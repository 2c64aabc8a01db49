"""``amibench meter serve``: stand-alone virtual meters on loopback, and the target file to certify them."""

import asyncio
import json
import os
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from amibench.commands.secret_files import private_place
from amibench.errors import CommandError
from conformance import mutants
from conformance.targets.load import DEVICES, statement_table
from conformance.targets.model import Statement
from links.base import LinkError
from protocols.sts.identity import MeterPrimaryAccountNumber
from sim.meter import DEFAULT_PARTS, Credentials, MeterProfile, ProfileError
from sim.scenarios.identities import METERS_MAX
from sim.scenarios.serving import Endpoints, ServiceTerms, serve_world
from sim.scenarios.sim_scheme import profiles
from sim.scenarios.world import World

Profile = Annotated[str, typer.Option(help="Model of meter.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="TCP port; 0 takes a free one.")]
Framing = Annotated[Literal["wrapper", "hdlc"], typer.Option(help="What the TCP port speaks.")]
Serial = Annotated[
    str | None,
    typer.Option(
        help="Answer on this serial line too, e.g. serial:///dev/ttyUSB0?baud=9600; pty makes one; with "
        "?mode=e as an optical port."
    ),
]
Meters = Annotated[
    int, typer.Option(min=1, max=METERS_MAX, help="How many meters, at server SAPs from 1 upwards.")
]
OwnPorts = Annotated[
    bool, typer.Option("--own-ports", help="Give each meter a TCP port of its own, SAP 1 on all.")
]
HistoryDays = Annotated[
    int,
    typer.Option(
        "--history", min=0, max=400, help="Days that the meters have lived already: their profiles."
    ),
]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File with the reader's password; without it, a random one.")
]
TargetFile = Annotated[
    Path | None, typer.Option(help="Where to write the target file; without it, a private temporary one.")
]
Mutant = Annotated[str | None, typer.Option(help="A meter built wrong on purpose, by name.")]
Seed = Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Seed of the world.")]
Speed = Annotated[float, typer.Option(min=0.001, max=1e6, help="Device seconds that pass in a second.")]
ResponseDelay = Annotated[
    int | None,
    typer.Option(min=0, max=10_000, help="How long a meter takes to answer; without it, as its model says."),
]
ControlPort = Annotated[
    int, typer.Option(min=0, max=65_535, help="TCP port of the control channel; 0 takes a free one.")
]
PanelPort = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="TCP port of a page with the customer units; 0: a free one."),
]
Epoch = Annotated[
    datetime | None, typer.Option(help="Instant (UTC) at which the meter's world begins; without it, now.")
]


# ---------------- Target file

STATIONS: tuple[str, ...] = ("keypad", "carrier", "supply", "cut", "source", "load", "cover", "magnet")
STATIONS += ("pulses", "clock", "pause")


def target_table(
    *, link: str, framing: str, control: str, secret: str, reader_password: bytes, profile: MeterProfile
) -> dict[str, Any]:
    """The statement of the virtual meter, with where and how it is served now.

    Args:
        link: URL of the device.
        framing: what it speaks there.
        control: URL of the control channel.
        secret: its bearer secret.
        reader_password: LLS secret of the reader client.
        profile: the model of meter.
    """
    table = statement_table(profile.name if profile.name in DEVICES else "ppkw")
    table["device"] |= {"serial": profile.serial, "drn": profile.drn, "firmware": profile.firmware}
    table["sts"] |= _sts(profile)
    table["link"] |= {"url": link, "framing": framing, "clock": "served"}
    table["associations"] |= {
        "public": {"client_sap": 16},
        "reader": {"client_sap": 2, **_password(reader_password)},
    }
    table["control"] = {"url": control, "secret": secret}
    table["stations"] = {name: {"driver": "control"} for name in STATIONS}
    Statement.model_validate(table)
    return table


def _sts(profile: MeterProfile) -> dict[str, Any]:
    """Contents of the decoder's register; the vending key, a test key by name, stays as the file has it."""
    terms = profile.sts
    lock_out = {} if profile.lock_out is None else {"lock_out": asdict(profile.lock_out)}
    return lock_out | {
        "pan": MeterPrimaryAccountNumber.from_drn(profile.drn).pan,
        "sgc": terms.sgc,
        "krn": terms.krn,
        "ti": terms.ti,
        "key_type": terms.key_type,
        "ken": terms.ken,
        "base_date": terms.base_date,
        "ea": terms.ea,
        "dkga": terms.dkga,
        "tid_store_size": terms.tid_capacity,
    }


def _password(secret: bytes) -> dict[str, str]:
    """As text where it is plain text, else as hexadecimal."""
    text = secret.decode("ascii", errors="replace")
    return {"password": text} if text.isprintable() and text.isascii() else {"password_hex": secret.hex()}


def write_target(path: Path, table: Mapping[str, Any]) -> None:
    """Write `table` as TOML to `path`, mode 0600, in one step.

    Raises:
        OSError: the folder is missing or not writable.
    """
    # The file is born private under another name: at no moment can another user read it, or read half of it.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(to_toml(table))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def to_toml(table: Mapping[str, Any]) -> str:
    """`table` as TOML text: scalars, lists of scalars, and tables.

    >>> print(to_toml({"format": "x/1", "link": {"url": "tcp://h:1", "ports": [1, 2]}}))
    format = "x/1"
    <BLANKLINE>
    [link]
    url = "tcp://h:1"
    ports = [1, 2]
    <BLANKLINE>
    """
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    for key, value in table.items():
        if key not in inner:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        here = (*place, _key(key))
        yield ""
        yield f"[{'.'.join(here)}]"
        yield from _lines(value, here)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isalnum() and bare.isascii() else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON scalar is a TOML one, but for the one control character that JSON leaves alone.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---------------- The command

EXIT_INTERRUPTED = 130
SECONDS_PER_DAY = 86_400
MS_PER_S = 1_000
#: An LLS secret longer than this fits no association request of a small client.
_PASSWORD_BYTES_MAX = 64

_EXIT_BY_SIGNAL: dict[signal.Signals, int] = {signal.SIGTERM: 0, signal.SIGINT: EXIT_INTERRUPTED}


@dataclass(frozen=True, slots=True)
class _Service:
    """Options of the command, read and checked."""

    world: World
    terms: ServiceTerms
    reader_password: bytes
    target_file: Path


def serve(
    profile: Profile = "ppkw",
    port: Port = 0,
    framing: Framing = "wrapper",
    serial: Serial = None,
    meters: Meters = 1,
    own_ports: OwnPorts = False,
    history_days: HistoryDays = 0,
    lls_password_file: PasswordFile = None,
    target_file: TargetFile = None,
    mutant: Mutant = None,
    seed: Seed = 1,
    speed: Speed = 1.0,
    response_delay_ms: ResponseDelay = None,
    control_port: ControlPort = 0,
    panel_port: PanelPort = None,
    epoch: Epoch = None,
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
    """Model and number of the meters."""

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
