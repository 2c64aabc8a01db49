"""``amibench sim run``: a world in virtual time, to its end or to Ctrl-C; then what came of it."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from amibench.commands.sim import options
from amibench.commands.sim.options import interrupt_requested, text
from amibench.language import spoken
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Scenario
from sim.scenarios.tables import ScenarioError

Summary = Mapping[str, Any]
Row = tuple[str, str]

_DAY_S = 86_400.0
_WH_PER_KWH = 1_000
_THEFTS_SHOWN = 8


def show_summary(console: Console, summary: Summary, lang: str) -> None:
    """Print the summary on `console`."""
    days = summary["simulated_s"] / _DAY_S
    if summary.get("interrupted"):
        console.print(text("interrupted", lang, days=days), style="yellow")
    title = text("title", lang, name=summary["scenario"], seed=summary["seed"], days=round(days, 2))
    console.print(Text(title, style="bold"))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    table.add_column(justify="right")
    for heading, rows in _SECTIONS.items():
        for number, (what, value) in enumerate(rows(summary, lang)):
            table.add_row(text(heading, lang) if number == 0 else "", what, value)
    console.print(table)
    console.print(Text(f"{text('digest', lang)} {summary['digest']}", style="dim"), soft_wrap=True)


def _energy(summary: Summary, lang: str) -> Iterator[Row]:
    energy = summary["energy"]
    plant_losses_wh = energy["battery_losses_wh"] + energy["conversion_losses_wh"]
    shown = {**energy, "plant_losses_wh": plant_losses_wh}
    for name in (
        "generated_pv_wh",
        "generated_diesel_wh",
        "curtailed_pv_wh",
        "delivered_wh",
        "stolen_wh",
        "technical_losses_wh",
        "plant_losses_wh",
        "battery_change_wh",
    ):
        yield text(name, lang), _kwh(shown[name])
    yield text("balance", lang), f"{energy['balance_nj']} nJ"


def _supply(summary: Summary, lang: str) -> Iterator[Row]:
    supply = summary["supply"]
    yield text("service", lang), f"{supply['service_h_per_day']:.1f} h"
    yield text("voltage", lang), f"{supply['voltage_v_min']:.1f} V, {supply['voltage_v_max']:.1f} V"
    yield text("losses", lang), _percent(supply["technical_losses_share"])
    happened = [f"{name} × {count}" for name, count in supply["events"].items()]
    yield text("events", lang), ", ".join(happened) or text("nothing", lang)


def _theft(summary: Summary, lang: str) -> Iterator[Row]:
    theft = summary["theft"]
    planted = theft["planted"]
    if not planted:
        yield text("planted", lang), text("nothing", lang)
    for row in planted[:_THEFTS_SHOWN]:
        facts = {"kind": row["kind"], "meter": row["meter"], "kwh": row["stolen_wh"] / _WH_PER_KWH}
        yield text("planted", lang), text("planted-row", lang, **facts)
    found = theft["found"]
    if found is not None:
        yield text("found", lang), f"{_kwh(found['missing_wh'])} ({_percent(found['missing_share'])})"


def _metering(summary: Summary, lang: str) -> Iterator[Row]:
    registers, reads = summary["registers"], summary["reads"]
    yield text("in-class", lang), _of(registers["in_class"], registers["compared"], lang)
    yield text("worst", lang), f"{registers['worst_meter']}: {registers['worst_error_percent']:+.2f} %"
    yield text("reads", lang), _of(reads["done"], reads["wanted"], lang)
    if reads["late"]:
        yield text("reads-late", lang), str(reads["late"])
    rows = reads["rows"]
    if rows["captured"]:
        yield text("rows", lang), _of(rows["stored"], rows["captured"], lang)
        for name in ("on_their_way", "missing", "duplicated"):
            if rows[name]:
                yield text(f"rows-{name}", lang), str(rows[name])


def _sales(summary: Summary, lang: str) -> Iterator[Row]:
    tokens, customers = summary["tokens"], summary["customers"]
    yield text("bought", lang), f"{tokens['bought']} ({_kwh(tokens['bought_wh'])})"
    yield text("accepted", lang), str(tokens["accepted"])
    refused = [f"{name} × {count}" for name, count in tokens["refused"].items()]
    yield text("refused", lang), ", ".join(refused) or text("nothing", lang)
    if tokens["unanswered"]:
        yield text("unanswered", lang), str(tokens["unanswered"])
    if tokens["turned_away"]:
        yield text("turned-away", lang), str(tokens["turned_away"])
    yield text("cut-off", lang), _of(customers["cut_off_now"], customers["meters"], lang)
    yield text("cuts", lang), f"{customers['disconnections']}, {customers['reconnections']}"


def _keys(summary: Summary, lang: str) -> Iterator[Row]:
    change = summary.get("key_change")
    if change is None:
        return
    yield text("changed", lang), _of(change["changed"], change["changed"] + change["not_changed"], lang)
    yield text("stranded", lang), ", ".join(change["stranded"]) or text("nothing", lang)


_SECTIONS = {
    "energy": _energy,
    "supply": _supply,
    "theft": _theft,
    "metering": _metering,
    "sales": _sales,
    "keys": _keys,
}


def _kwh(energy_wh: int) -> str:
    return f"{energy_wh / _WH_PER_KWH:,.1f} kWh"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _of(part: int, whole: int, lang: str) -> str:
    return text("of", lang, part=part, whole=whole)


EXIT_INTERRUPTED = 130
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
    with interrupt_requested() as interrupted, _bar(scenario, lang, shown=shown) as follow:
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
