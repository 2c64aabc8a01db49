"""The command: what is asked for, what is refused, and that nothing stays behind."""

import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from amibench.commands.demo import screen
from amibench.commands.demo.ending import Stopped, deaf, stoppable
from amibench.commands.demo.stages import Running, Wishes, start
from amibench.commands.demo.texts import text
from amibench.commands.sim import options
from amibench.errors import CommandError
from amibench.language import spoken
from amibench.office.processes import ChildDiedError, Family
from amibench.office.settings import environment
from links.errors import LinkError
from protocols.field.errors import StationControlError

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
        float, typer.Option(min=0.1, max=3600, help="Seconds of the village that pass in one of yours.")
    ] = 60.0,
    days: Annotated[
        float, typer.Option(min=0, max=60, help="Days that the village has lived when it is shown.")
    ] = 0.0,
    scenario: Annotated[str, typer.Option(help="A world of the product, or a .toml file.")] = "teorama_demo",
    host: Annotated[str, typer.Option(help="Loopback only.")] = HOSTS[0],
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """A village on this machine: field, security module, portal, collector, worker; Ctrl-C ends all of it."""
    language = spoken(lang)
    _check(host, port, language)
    path = Path(scenario)
    world = str(path.absolute()) if path.suffix == ".toml" else scenario
    options.scenario_of(world, language)
    wishes = Wishes(world, port, panel_port, speed, days)
    raise typer.Exit(_run(wishes, language, as_json=as_json))


def _run(wishes: Wishes, lang: str, *, as_json: bool) -> int:
    """Live until somebody ends it; the exit code."""
    with stoppable():
        folder = Path(tempfile.mkdtemp(prefix="amibench-demo-"))
        family = Family(folder, environment(folder, wishes.speed))
        try:
            if not as_json:
                typer.echo(text("starting", lang), err=True)
            _say(start(family, folder, wishes), lang, as_json=as_json)
            family.watch()
        except Stopped as stopped:
            return stopped.code
        except (ChildDiedError, LinkError, StationControlError) as error:
            raise CommandError(text("died", lang, detail=error)) from error
        finally:
            deaf()
            family.end()
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _say(running: Running, lang: str, *, as_json: bool) -> None:
    if as_json:
        print(screen.as_line(running), flush=True)
    else:
        screen.show(running, lang)


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
