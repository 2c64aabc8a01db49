"""``amibench sim serve``: a world in real time, for any outside client; one JSON line when it is ready."""

import asyncio
import json
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.private_place import private_place
from amibench.commands.sim import options
from amibench.commands.sim.texts import text
from amibench.errors import CommandError
from amibench.language import spoken
from links.errors import LinkError
from sim.scenarios.field import FieldWorld
from sim.scenarios.field_serving import FieldService, serve_field
from sim.scenarios.scenario import ScenarioError

EXIT_INTERRUPTED = 130
_EXIT_BY_SIGNAL: dict[signal.Signals, int] = {signal.SIGTERM: 0, signal.SIGINT: EXIT_INTERRUPTED}
_SECRET_BYTES = 24


def serve(
    name: options.Name,
    speed: Annotated[
        float, typer.Option(min=0.001, max=1e5, help="Device seconds that pass in a second.")
    ] = 1.0,
    seed: options.Seed = None,
    wire: options.Wire = None,
    port: Annotated[
        int,
        typer.Option(min=0, max=60_000, help="TCP port of the first link, the others follow; 0: free ones."),
    ] = 0,
    control_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="TCP port of the control channel; 0 takes a free one.")
    ] = 0,
    control_file: Annotated[
        Path | None,
        typer.Option(help="Where to write address and secret of the control channel; else a private place."),
    ] = None,
    meter_ports: Annotated[
        bool, typer.Option("--meter-ports/--no-meter-ports", help="A port for each meter, too.")
    ] = True,
    panel_port: options.PanelPort = None,
    epoch: options.Epoch = None,
    lived_s: Annotated[
        float,
        typer.Option(
            "--lived",
            min=0,
            max=3.2e7,
            help="Device seconds that the world has lived already.",
        ),
    ] = 600.0,
    lang: options.Lang = None,
) -> None:
    """Serve a world on 127.0.0.1 until Ctrl-C or SIGTERM; prints one JSON line when it is ready.

    Each meter is reached through its concentrator, by gateway header or at its SAP, and on its own port.
    """
    language = spoken(lang)
    scenario = options.scenario_of(name, language, seed=seed, wire=wire)
    if epoch is not None:
        scenario = scenario.with_frame(epoch=options.in_utc(epoch))
    uplink_secret = secrets.token_urlsafe(_SECRET_BYTES)
    try:
        world = FieldWorld(scenario.with_uplink_secret(uplink_secret))
    except ScenarioError as error:
        raise options.wrong_scenario(error, language) from error
    world.run(lived_s)
    terms = FieldService(
        secret=secrets.token_urlsafe(_SECRET_BYTES),
        speed=speed,
        control_port=control_port,
        meter_ports=meter_ports,
        first_port=port,
        panel_port=panel_port,
    )
    with private_place(control_file, "control.toml") as file:
        raise typer.Exit(_serve(world, terms, _Paper(file, uplink_secret), language))


@dataclass(frozen=True, slots=True)
class _Paper:
    """The file of secrets, and what it holds besides that of the control channel."""

    file: Path
    uplink_secret: str

    def write(self, url: str, secret: str, lang: str) -> None:
        """Write it where only its owner reads it."""
        uplink = f'[uplink]\nsecret = "{self.uplink_secret}"\n'
        try:
            self.file.touch(mode=0o600)
            self.file.chmod(0o600)
            self.file.write_text(
                f'[control]\nurl = "{url}"\nsecret = "{secret}"\n\n{uplink}', encoding="utf-8"
            )
        except OSError as error:
            raise options.cannot_write(self.file, error, lang) from error


def _serve(world: FieldWorld, terms: FieldService, paper: _Paper, lang: str) -> int:
    try:
        return asyncio.run(_until_signal(world, terms, paper, lang))
    except LinkError as error:
        raise CommandError(text("link", lang, detail=error)) from error


async def _until_signal(world: FieldWorld, terms: FieldService, paper: _Paper, lang: str) -> int:
    stop, codes = asyncio.Event(), [0]
    loop = asyncio.get_running_loop()

    def on_signal(code: int) -> Callable[[], None]:
        def stopped() -> None:
            codes[0] = code
            stop.set()

        return stopped

    def ready(found: dict[str, Any]) -> None:
        paper.write(found["control"], terms.secret, lang)
        print(json.dumps({**found, "control_file": str(paper.file)}), flush=True)

    for number, code in _EXIT_BY_SIGNAL.items():
        loop.add_signal_handler(number, on_signal(code))
    await serve_field(world, terms, ready, stop)
    return codes[0]
