"""``amibench campaign``: many seeds of one world, on processes of this machine or on a Dask cluster."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from amibench.commands.sim import options
from amibench.commands.sim.options import text
from amibench.errors import CommandError
from amibench.language import spoken
from sim.scenarios.campaign import (
    Replica,
    Results,
    ResultsError,
    Row,
    Runner,
    WorkersDieError,
    fingerprint,
    replicas,
    run_campaign,
    run_on_processes,
    spread,
)
from sim.scenarios.campaign_cluster import ClusterError, run_on_cluster
from sim.scenarios.site import check_scenario
from sim.scenarios.tables import ScenarioError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

EXIT_INTERRUPTED = 130
#: Figures that the table shows; the file has them all.
_SHOWN = (
    "supply.service_h_per_day",
    "supply.technical_losses_share",
    "energy.delivered_wh",
    "energy.stolen_wh",
    "theft.found.missing_share",
    "registers.worst_error_percent",
    "reads.share",
    "tokens.bought",
    "tokens.accepted",
    "customers.disconnections",
)


@app.command()
def campaign(
    name: options.Name,
    count: Annotated[int, typer.Option("--replicas", min=1, max=100_000, help="How many seeds.")],
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes; without it, one for each processor.")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(help="Run on this Dask scheduler instead, e.g. tcp://10.0.0.5:8786.")
    ] = None,
    days: options.Days = None,
    seed: options.Seed = None,
    wire: options.Wire = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to which each replica's row is added; the same file goes on where it ended."),
    ] = None,
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """Run many seeds of a world; the digests are the same wherever they run.

    Ctrl-C keeps what is done, exit code 130; the same command with the same --out does the rest.
    """
    language = spoken(lang)
    scenario = options.scenario_of(name, language, days=days, seed=seed, wire=wire)
    try:
        check_scenario(scenario)
    except ScenarioError as error:
        raise options.wrong_scenario(error, language) from error
    asked = replicas(scenario, count)
    runner: Runner = (
        partial(run_on_cluster, address=dask)
        if dask is not None
        else partial(run_on_processes, workers=workers or os.cpu_count() or 1)
    )
    try:
        results = Results(out, fingerprint(scenario))
        whole = _run(asked, runner, results, language, shown=not as_json)
    except (ResultsError, WorkersDieError, ClusterError) as error:
        raise CommandError(text("campaign-failed", language, detail=error)) from error
    rows = [results.rows[replica.number] for replica in asked if replica.number in results.rows]
    if as_json:
        typer.echo(json.dumps(_plain(scenario.name, asked, rows)))
    else:
        _show(scenario.name, asked, rows, language)
    raise typer.Exit(0 if whole else EXIT_INTERRUPTED)


def _run(asked: Sequence[Replica], runner: Runner, results: Results, lang: str, *, shown: bool) -> bool:
    """Run what is left; False where Ctrl-C came first."""
    held = sum(replica.number in results.rows for replica in asked)
    with _bar(len(asked), held, lang, shown=shown) as advance:
        try:
            run_campaign(asked, runner, results, lambda _row: advance())
        except KeyboardInterrupt:
            return False
    return True


@contextmanager
def _bar(count: int, held: int, lang: str, *, shown: bool) -> "Iterator[Any]":
    """A bar on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda: None
        return
    columns = (
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(text("replicas", lang), total=count, completed=held)
        yield lambda: bar.advance(task)


def _plain(name: str, asked: Sequence[Replica], rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "scenario": name,
        "asked": len(asked),
        "done": len(rows),
        "replicas": [{key: row[key] for key in ("replica", "seed", "digest")} for row in rows],
        "figures": {
            path: {"low": figure.low, "mean": figure.mean, "high": figure.high}
            for path, figure in spread(rows).items()
        },
    }


def _show(name: str, asked: Sequence[Replica], rows: Sequence[Row], lang: str) -> None:
    console = Console()
    if len(rows) < len(asked):
        console.print(text("kept", lang, done=len(rows), asked=len(asked)), style="yellow")
    title = text("campaign", lang, name=name, count=len(rows))
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(text("figure", lang))
    for column in ("low", "mean", "high"):
        table.add_column(text(column, lang), justify="right")
    figures = spread(rows)
    for path in _SHOWN:
        if path in figures:
            figure = figures[path]
            table.add_row(path, *(f"{value:,.4g}" for value in (figure.low, figure.mean, figure.high)))
    console.print(table)
    console.print(text("digests", lang, count=len({row["digest"] for row in rows})), style="dim")
