"""``amibench demo``: a simulated community with its utility on this machine, until Ctrl-C.

The processes start in their order, each ready before the next needs it: field, security module, portal,
collector, worker. All of them end with the command, and nothing of them stays behind.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from amibench.commands.sim import options
from amibench.errors import CommandError
from amibench.language import spoken
from amibench.office.community import announced_community, write_meter_keys
from amibench.office.processes import (
    ChildDiedError,
    ChildProcess,
    ProcessGroup,
    control_file,
    process_environment,
)
from amibench.office.security_module import start_module
from amibench.security_module_edge import wall_utc
from conformance.bench.control_client import ControlClient
from links import open_link
from links.base import LinkError
from protocols.field.errors import StationControlError
from system.demo.village import Village

# ---------------- Signals

#: Signals that end the demo, and its exit code then.
EXIT_BY_SIGNAL = {signal.SIGINT: 130, signal.SIGTERM: 0, signal.SIGHUP: 129}


class StopRequested(BaseException):  # like KeyboardInterrupt, not to be caught on the way
    """Request that the demo ends.

    Args:
        code: exit code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """While the block lasts, a signal to end raises `StopRequested` in it."""

    def stop(number: int, _frame: FrameType | None) -> None:
        ignore_signals()  # the way out is not to be stopped
        raise StopRequested(EXIT_BY_SIGNAL[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in EXIT_BY_SIGNAL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Hear no signal to end any more: what is being ended is ended already."""
    for number in EXIT_BY_SIGNAL:
        signal.signal(number, signal.SIG_IGN)


# ---------------- Processes, in the order of their start

#: Age of the world when it is first shown, s: its meters have answered the concentrator.
_SIMULATED_S = 900.0
_DAY_S = 86_400.0
#: Of the collector, s of the wall: between two looks for work, for an answer.
_IDLE_S, _PATIENCE_S = 0.5, 10.0
#: Resolution of a clock that runs faster than ours, s of the wall; and deviation that meters may have, s.
_UNSEEN_S, _TOLERANCE_S = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of the demo.

    Args:
        scenario: the world.
        port: TCP port of the portal; 0 takes a free one.
        panel_port: of the customer units' page; 0 takes a free one.
        speed: device seconds that pass in a second.
        days: simulated before it is first shown.
    """

    scenario: str
    port: int
    panel_port: int
    speed: float
    days: float


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """A demo that is ready.

    Args:
        village: its meters and users.
        portal: URL.
        panel: URL of the customer units.
        concentrators: URLs of their local pages.
        speed: device seconds that pass in a second.
    """

    village: Village
    portal: str
    panel: str
    concentrators: tuple[str, ...]
    speed: float

    @property
    def first_drn(self) -> str:
        """The number of the meter without credit."""
        return next(meter.drn for meter in self.village.meters if meter.name == self.village.first)

    @property
    def first_unit(self) -> str:
        """URL of its customer unit."""
        return f"{self.panel}/meter/{self.village.first}"


def start_demo(processes: ProcessGroup, folder: Path, asked: DemoOptions) -> RunningDemo:
    """Start everything.

    Raises:
        ChildDiedError: a process did not come up.
        CommandError: the world has no homes, or a file cannot be written.
    """
    rows = processes.start("database", ["system.demo"])  # the slowest begins first
    field = _start_field(processes, folder, asked)
    module = start_module(processes, folder)
    world = field.read_line()
    village = announced_community(world)
    module.read_line()
    rows.read_line()
    rows.send_last_line(village.to_json())
    token = rows.read_line()["empty_token"]
    processes.finish(rows)
    portal = processes.start("portal", ["amibench", "system", "serve", "--port", str(asked.port)])
    _type(world["control"], folder, village.first, token)
    pages = [concentrator["web"] for site in world["sites"] for concentrator in site["concentrators"]]
    url = portal.read_line()["url"]
    _start_office(processes, folder, asked.speed)
    return RunningDemo(village, url, world["panel"], tuple(pages), asked.speed)


def _start_field(processes: ProcessGroup, folder: Path, asked: DemoOptions) -> ChildProcess:
    simulated_s = _SIMULATED_S + asked.days * _DAY_S
    epoch = (wall_utc() - timedelta(seconds=simulated_s)).replace(microsecond=0, tzinfo=None)
    options: dict[str, Any] = {
        "--speed": asked.speed,
        "--lived": simulated_s,
        "--epoch": epoch.isoformat(),
        "--panel-port": asked.panel_port,
        "--control-file": control_file(folder),
    }
    words = [str(word) for pair in options.items() for word in pair]
    return processes.start("field", ["amibench", "sim", "serve", asked.scenario, "--no-meter-ports", *words])


def _start_office(processes: ProcessGroup, folder: Path, speed: float) -> None:
    """The collector, which speaks with the meters, and the worker, which does the background jobs."""
    keys = write_meter_keys(folder / "meters.toml", control_file(folder))
    options: dict[str, Any] = {
        "--keys": keys,
        "--name": "demo",
        "--idle": _IDLE_S,
        "--patience": _PATIENCE_S,
        "--clock-tolerance": min(900.0, max(_TOLERANCE_S, _UNSEEN_S * speed)),
    }
    words = [str(word) for pair in options.items() for word in pair]
    processes.start("collector", ["amibench", "system", "collect", *words])
    processes.start("worker", ["amibench", "system", "work"])


def _type(control: str, folder: Path, meter: str, token: str) -> None:
    """Type a token into a meter, as a finger would."""
    from system.demo.world_clock import WorldControl

    secret = WorldControl.read(control_file(folder)).secret
    link = open_link(control)
    try:
        ControlClient(link, secret).call("keypad.enter", {"digits": token}, meter)
    finally:
        link.close()


# ---------------- Sentences

_TEXTS: dict[str, tuple[str, str]] = {
    "starting": ("Starting the community …", "Encendiendo el pueblo …"),
    "ready": (
        "The community runs: {homes} homes, {speed:g} of its seconds in one of yours.",
        "El pueblo está en marcha: {homes} casas, {speed:g} de sus segundos en uno suyo.",
    ),
    "portal": ("Portal", "Portal"),
    "panel": ("Customer units", "Unidades de usuario"),
    "concentrator": ("Concentrator", "Concentrador"),
    "user": ("User", "Usuario"),
    "password": ("Password (shown only now)", "Contraseña (solo se muestra ahora)"),
    "role": ("Role", "Función"),
    "cashier": ("cashier", "cajero"),
    "supervisor": ("supervisor", "supervisor"),
    "operator": ("operator", "operador"),
    "administrator": ("administrator", "administrador"),
    "auditor": ("auditor", "auditor"),
    "first": (
        "Meter {name} ({drn}) has no credit and its relay is open. To recharge it:",
        "El medidor {name} ({drn}) no tiene crédito y su relé está abierto. Para recargarlo:",
    ),
    "step-1": ("1. Log in to the portal as cajero.", "1. Ingrese al portal como cajero."),
    "step-2": ("2. Turno: open a shift at Caja 1.", "2. Turno: abra turno en la Caja 1."),
    "step-3": (
        "3. Vender: meter {drn}, 10.000 pesos; copy the 20 digits.",
        "3. Vender: medidor {drn}, 10.000 pesos; copie los 20 dígitos.",
    ),
    "step-4": (
        "4. Type or paste them at {url} and press Enter: credit rises, the relay closes.",
        "4. Escríbalos o péguelos en {url} y oprima Entrar: el crédito sube y el relé cierra.",
    ),
    "step-5": (
        "5. Or press Enviar al medidor on a sale's page: the head-end brings the token; it counts once.",
        "5. U oprima Enviar al medidor en la página de la venta: la telegestión lo lleva; cuenta una vez.",
    ),
    "step-6": (
        "6. As operador: Medidores en campo, that meter, Cortar; its relay opens. Reconectar closes it.",
        "6. Como operador: Medidores en campo, ese medidor, Cortar; su relé abre. Reconectar lo cierra.",
    ),
    "end": (
        "Ctrl-C ends everything and leaves nothing behind.",
        "Ctrl-C lo termina todo y no deja nada atrás.",
    ),
    # errors
    "host": (
        "the demo listens on this machine alone: --host is 127.0.0.1 or localhost, not {host}",
        "la demostración solo atiende en esta máquina: --host es 127.0.0.1 o localhost, no {host}",
    ),
    "settings": (
        "{name} is set: the demo does not run beside a real system, start it from a shell without it",
        "{name} está definida: la demostración no corre junto a un sistema real, láncela desde otra consola",
    ),
    "port": (
        "port {port} is taken: give another with --port",
        "el puerto {port} está ocupado: dé otro con --port",
    ),
    "died": ("the demo cannot go on: {detail}", "la demostración no puede seguir: {detail}"),
}


def text(name: str, lang: str, /, **facts: object) -> str:
    """One sentence in ``es`` or ``en``."""
    english, spanish = _TEXTS[name]
    return (spanish if lang == "es" else english).format(**facts)


# ---------------- Screen


def as_line(running: RunningDemo) -> str:
    """One line of JSON, for a program that drives the demo."""
    village = running.village
    return json.dumps(
        {
            "portal": running.portal,
            "panel": running.panel,
            "concentrators": list(running.concentrators),
            "speed": running.speed,
            "users": {
                user.role: {"username": user.username, "password": user.password} for user in village.users
            },
            "meters": [
                {"name": meter.name, "drn": meter.drn, "serial": meter.serial} for meter in village.meters
            ],
            "first": {"name": village.first, "drn": running.first_drn, "panel": running.first_unit},
        },
        ensure_ascii=False,
    )


def show(running: RunningDemo, lang: str) -> None:
    """Print it for a person."""
    console = Console(highlight=False, soft_wrap=True)
    village = running.village
    console.print(text("ready", lang, homes=len(village.meters), speed=running.speed), style="bold")
    places = Table.grid(padding=(0, 3))
    for name, url in (("portal", running.portal), ("panel", running.panel + "/")):
        places.add_row(text(name, lang), url)
    for url in running.concentrators:
        places.add_row(text("concentrator", lang), url + "/")
    console.print(places)
    console.print()
    users = Table(
        *(text(head, lang) for head in ("user", "password", "role")), box=None, padding=(0, 3, 0, 0)
    )
    for user in village.users:
        users.add_row(user.username, user.password, text(user.role, lang))
    console.print(users)
    console.print()
    facts = {"name": village.first, "drn": running.first_drn, "url": running.first_unit}
    for sentence in ("first", "step-1", "step-2", "step-3", "step-4", "step-5", "step-6", "end"):
        console.print(text(sentence, lang, **facts))


# ---------------- The command

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

HOSTS = ("127.0.0.1", "localhost")
#: Of a real system: who has them set is not to start a demo there by mistake.
_REAL = (
    "DATABASE_URL",
    "AMIBENCH_SECRET_KEY",
    "AMIBENCH_HOSTS",
    "AMIBENCH_SECURITY_MODULE",
    "DJANGO_SETTINGS_MODULE",
)


@app.command()
def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="TCP port of the portal; 0: a free one.")
    ] = 8000,
    panel_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="TCP port of the customer units; 0: a free one.")
    ] = 0,
    speed: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Seconds of the community that pass in one of yours.")
    ] = 60.0,
    days: Annotated[
        float, typer.Option(min=0, max=60, help="Days that are simulated before the community is shown.")
    ] = 0.0,
    scenario: Annotated[str, typer.Option(help="A world of the product, or a .toml file.")] = "teorama_demo",
    host: Annotated[str, typer.Option(help="Loopback only.")] = HOSTS[0],
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """A community and its utility on this machine: field, security module, portal, collector, worker.

    Ctrl-C ends all of it.
    """
    language = spoken(lang)
    _check(host, port, language)
    path = Path(scenario)
    world = str(path.absolute()) if path.suffix == ".toml" else scenario
    options.scenario_of(world, language)
    asked = DemoOptions(world, port, panel_port, speed, days)
    raise typer.Exit(_run(asked, language, as_json=as_json))


def _run(asked: DemoOptions, lang: str, *, as_json: bool) -> int:
    """Run until a signal ends it; the exit code."""
    with stoppable():
        folder = Path(tempfile.mkdtemp(prefix="amibench-demo-"))
        processes = ProcessGroup(folder, process_environment(folder, asked.speed))
        try:
            if not as_json:
                typer.echo(text("starting", lang), err=True)
            _say(start_demo(processes, folder, asked), lang, as_json=as_json)
            processes.watch()
        except StopRequested as stopped:
            return stopped.code
        except (ChildDiedError, LinkError, StationControlError) as error:
            raise CommandError(text("died", lang, detail=error)) from error
        finally:
            ignore_signals()
            processes.end()
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _say(running: RunningDemo, lang: str, *, as_json: bool) -> None:
    if as_json:
        print(as_line(running), flush=True)
    else:
        show(running, lang)


def _check(host: str, port: int, lang: str) -> None:
    """Refuse what is not for a demo, before anything is started.

    Raises:
        CommandError: another host, the environment of a real system, or a port that is taken.
    """
    if host not in HOSTS:
        raise CommandError(text("host", lang, host=host))
    for name in _REAL:
        if os.environ.get(name):
            raise CommandError(text("settings", lang, name=name))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOSTS[0], port))
        except OSError:
            raise CommandError(text("port", lang, port=port)) from None
