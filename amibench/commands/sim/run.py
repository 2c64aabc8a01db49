"""``amibench sim run``: a world in virtual time, to its end or to Ctrl-C; then what came of it."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from amibench.commands.sim import options
from amibench.commands.sim.interrupting import ctrl_c
from amibench.commands.sim.screen import show_summary
from amibench.commands.sim.texts import text
from amibench.language import spoken
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Scenario, ScenarioError

EXIT_INTERRUPTED = 130
_DAY_S = 86_400.0
#: Device seconds between two looks at the bar and at Ctrl-C.
_SLICE_S = 900.0


def run(
    name: options.Name,
    days: options.Days = None,
    seed: options.Seed = None,
    wire: options.Wire = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for summary.json and the charts.", show_default=False)
    ] = None,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw charts into --out.")] = True,
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """Run a world in virtual time and say what came of it; the same seed gives the same digest.

    Ctrl-C ends the run early: what was done until then is shown and kept. Exit code 130 then.
    """
    language = spoken(lang)
    scenario = options.scenario_of(name, language, days=days, seed=seed, wire=wire)
    if out is not None:
        _make_folder(out, language)
    try:
        world = FieldWorld(scenario)
    except ScenarioError as error:
        raise options.wrong_scenario(error, language) from error
    whole = _run(world, scenario, language, shown=not as_json)
    summary = {**world.summary(), "interrupted": not whole, "digest": world.digest()}
    files = [] if out is None else _write(out, world, summary, language, plots=plots)
    if as_json:
        typer.echo(json.dumps({**summary, "files": [str(file) for file in files]}))
    else:
        show_summary(Console(), summary, language)
        if out is not None:
            typer.echo(text("files", language, folder=out))
    raise typer.Exit(0 if whole else EXIT_INTERRUPTED)


def _run(world: FieldWorld, scenario: Scenario, lang: str, *, shown: bool) -> bool:
    """Move the world to its end; False where Ctrl-C came first."""
    end_s = scenario.duration_s
    with ctrl_c() as interrupted, _bar(scenario, lang, shown=shown) as follow:
        while world.env.now < end_s and not interrupted():
            world.run(min(end_s, world.env.now + _SLICE_S))
            follow(float(world.env.now))
        return bool(world.env.now >= end_s)


@contextlib.contextmanager
def _bar(scenario: Scenario, lang: str, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """A bar on standard error that follows device time; nothing where that is no terminal."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda _now_s: None
        return
    columns = (
        BarColumn(bar_width=32),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(scenario.name, total=scenario.duration_s)

        def follow(now_s: float) -> None:
            said = text("running", lang, day=now_s / _DAY_S, days=scenario.frame.days)
            bar.update(task, completed=now_s, description=f"{scenario.name}: {said}")

        yield follow


def _make_folder(out: Path, lang: str) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise options.cannot_write(out, error, lang) from error


def _write(out: Path, world: FieldWorld, summary: dict[str, Any], lang: str, *, plots: bool) -> list[Path]:
    """Write the summary and the charts; the files."""
    files = [out / "summary.json"]
    try:
        files[0].write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        if plots:
            from amibench.commands.sim.plots import draw  # takes a second to load

            files += draw(world, summary, out, lang)
    except OSError as error:
        raise options.cannot_write(out, error, lang) from error
    return files
