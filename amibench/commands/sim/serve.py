"""``amibench sim serve``: a world in real time for any outside client; ``sim inject``: a fault in it."""

import asyncio
import json
import os
import secrets
import signal
import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

import links
from amibench.commands.secret_files import private_place
from amibench.commands.sim import options
from amibench.commands.sim.options import text
from amibench.errors import CommandError
from amibench.language import spoken
from conformance.bench.control_client import ControlClient
from links.base import LinkError
from protocols.field.errors import StationControlError
from sim.scenarios.field import FieldWorld
from sim.scenarios.field_serving import FieldService, serve_field
from sim.scenarios.tables import ScenarioError

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
    simulated_s: Annotated[
        float,
        typer.Option(
            "--lived",
            min=0,
            max=3.2e7,
            help="Device seconds that are simulated before the world is served.",
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
    world.run(simulated_s)
    terms = FieldService(
        secret=secrets.token_urlsafe(_SECRET_BYTES),
        speed=speed,
        control_port=control_port,
        meter_ports=meter_ports,
        first_port=port,
        panel_port=panel_port,
    )
    with private_place(control_file, "control.toml") as file:
        raise typer.Exit(_serve(world, terms, _SecretsFile(file, uplink_secret), language))


@dataclass(frozen=True, slots=True)
class _SecretsFile:
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


def _serve(world: FieldWorld, terms: FieldService, paper: _SecretsFile, lang: str) -> int:
    try:
        return asyncio.run(_until_signal(world, terms, paper, lang))
    except LinkError as error:
        raise CommandError(text("link", lang, detail=error)) from error


async def _until_signal(world: FieldWorld, terms: FieldService, paper: _SecretsFile, lang: str) -> int:
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


# ---------------- Faults in a served world

SECRET_VARIABLE = "AMIBENCH_CONTROL_SECRET"  # noqa: S105 - the name of a variable, not a secret


def inject(
    control: Annotated[
        str,
        typer.Argument(
            metavar="CONTROL",
            help="The control file that sim serve names, a target file, or the channel's URL with its "
            f"secret in {SECRET_VARIABLE}.",
        ),
    ],
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="m1, totaliser, concentrator, grid …")],
    fault: Annotated[
        str | None, typer.Argument(metavar="[FAULT]", help="Without it: what can go wrong there.")
    ] = None,
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.001, max=3.2e7, help="Device seconds; without it, for good."),
    ] = None,
    value: Annotated[float | None, typer.Option(help="How much, in the fault's own unit.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End the fault instead.")] = False,
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """Let a fault begin or end at a device of a served world."""
    language = spoken(lang)
    op, args = _operation(fault, for_s, value, end=end)
    answer = _ask(control, device, op, args, language)
    if as_json:
        typer.echo(json.dumps({"device": device, **answer}))
    elif fault is None:
        _list(device, answer, language)
    else:
        active = ", ".join(answer["active"]) or text("none", language)
        typer.echo(text("active", language, device=device, faults=active))


def _operation(
    fault: str | None, for_s: float | None, value: float | None, *, end: bool
) -> tuple[str, dict[str, Any]]:
    if fault is None:
        return "fault.list", {}
    if end:
        return "fault.end", {"fault": fault}
    given = {"fault": fault, "for_s": for_s, "value": value}
    return "fault.begin", {name: said for name, said in given.items() if said is not None}


def _ask(control: str, device: str, op: str, args: dict[str, Any], lang: str) -> Mapping[str, Any]:
    url, secret = _channel(control, lang)
    try:
        with closing(links.open_link(url)) as link:
            return ControlClient(link, secret).call(op, args, device)
    except LinkError as error:
        raise CommandError(text("link", lang, detail=error)) from error
    except StationControlError as error:
        raise CommandError(text("refused-control", lang, detail=error.sentence)) from error


def _channel(control: str, lang: str) -> tuple[str, str]:
    """URL and secret of the control channel."""
    if "://" in control:
        secret = os.environ.get(SECRET_VARIABLE)
        if not secret:
            raise CommandError(text("no-secret", lang, control=control))
        return control, secret
    try:
        table = tomllib.loads(Path(control).read_text(encoding="utf-8"))["control"]
        return str(table["url"]), str(table["secret"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(text("no-control", lang, control=control)) from error


def _list(device: str, answer: Mapping[str, Any], lang: str) -> None:
    typer.echo(text("can-fail", lang, device=device))
    for name, does in zip(answer["faults"], answer.get("does", [""] * len(answer["faults"])), strict=True):
        typer.echo(f"  {name}: {does}")
    active = ", ".join(answer["active"]) or text("none", lang)
    typer.echo(text("active", lang, device=device, faults=active))
