"""``amibench month``: a community and its utility through a month of virtual time; the books compared.

::

    simulation.py     the month: a loop that moves the world, and the collector in the world's time
    office.py         the utility in this process: its books, a security module beside it
    vending_shop.py   sales over the counter, at the wish of the simulated customers
    reconcile.py      field beside books at the end, every promise as one line
"""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from amibench.commands.month.simulation import MonthResult, MonthTerms, run_month
from amibench.commands.month.vending_shop import TokenEntry
from amibench.commands.sim import options
from amibench.commands.sim.options import interrupt_requested
from amibench.errors import CommandError
from amibench.language import spoken
from amibench.office.processes import ChildDiedError
from sim.scenarios.tables import ScenarioError

__all__ = ["app"]

# ---------------- Sentences

TEXTS: dict[str, tuple[str, str]] = {
    "progress": ("month", "mes"),
    "folder": ("Books kept in {folder}", "Los libros quedaron en {folder}"),
    "promise": ("promise", "promesa"),
    "looked-at": ("looked at", "revisado"),
    "state": ("state", "estado"),
    "kept": ("kept", "se cumple"),
    "broken": ("BROKEN", "NO SE CUMPLE"),
    "accepted-once": (
        "every paid token was accepted exactly once",
        "cada token pagado fue aceptado exactamente una vez",
    ),
    "credit-conserved": (
        "credit sold = consumed + remaining, in every meter, to the nanojoule",
        "crédito vendido = consumido + restante, en cada medidor, al nanojulio",
    ),
    "energy-conserved": (
        "the grid's energy is conserved",
        "la energía de la red se conserva",
    ),
    "ledger": (
        "the ledger adds up to zero, every sale has its tokens",
        "el libro suma cero y cada venta tiene sus tokens",
    ),
    "reports": ("reports and ledger agree to the centavo", "los informes y el libro coinciden al centavo"),
    "deliveries": (
        "every token that was sent arrived, typed before or not",
        "cada token enviado llegó, lo hubieran digitado antes o no",
    ),
    "gaps": ("no reading is missing", "no falta ninguna lectura"),
    "readings": (
        "the readings kept are those of the meters",
        "las lecturas guardadas son las de los medidores",
    ),
    "sold": (
        "{sales} sales, {pesos} COP, {kwh} kWh in {days} days; digest of the books {digest}",
        "{sales} ventas, {pesos} COP, {kwh} kWh en {days} días; huella de los libros {digest}",
    ),
    "turned-away": ("{count} turned away: {why}", "{count} no pudieron comprar: {why}"),
    "interrupted": (
        "stopped early: what was simulated until then was compared",
        "detenido antes: se comparó lo vivido hasta ahí",
    ),
    "way": (
        "{name} is no way to the meter: typed, sent or both",
        "{name} no es un camino al medidor: typed, sent o both",
    ),
}


def text(key: str, lang: str, **values: object) -> str:
    """A sentence in ``es`` or ``en``."""
    english, spanish = TEXTS[key]
    return (spanish if lang == "es" else english).format(**values)


# ---------------- Screen

_DAY_S = 86_400.0


@contextlib.contextmanager
def progress_bar(duration_s: float, lang: str, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """A bar on standard error that follows device time; nothing where that is no terminal."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda _now_s: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(text("progress", lang), total=duration_s / _DAY_S)
        yield lambda now_s: progress.update(task, completed=now_s / _DAY_S)


def show(console: Console, result: MonthResult, lang: str) -> None:
    """Print what came of it."""
    table = Table(text("promise", lang), text("looked-at", lang), text("state", lang))
    for finding in result.findings:
        state = "kept" if finding.kept else "broken"
        style = "green" if finding.kept else "bold red"
        table.add_row(text(finding.name, lang), str(finding.counted), text(state, lang), style=style)
    console.print(table)
    for finding in result.findings:
        for line in finding.broken:
            console.print(f"  {line}")
    books = result.books
    sold = {"pesos": f"{books['amount_c'] // 100}", "kwh": f"{books['units'] / 10:.1f}"}
    digest = str(books["digest"])[:16]
    named = {"sales": books["sales"], "days": books["days"], "digest": digest}
    console.print(text("sold", lang, **named, **sold))
    for why, count in result.refusals.items():
        console.print(text("turned-away", lang, count=count, why=why))
    if not result.whole:
        console.print(text("interrupted", lang))


# ---------------- The command

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

EXIT_BROKEN, EXIT_INTERRUPTED = 1, 130
_DAYS = 30.0


@app.command()
def month(
    name: Annotated[str, typer.Argument(help="A world of the product, or a .toml file.")] = "teorama_micro",
    days: options.Days = _DAYS,
    seed: options.Seed = None,
    ways: Annotated[
        str, typer.Option(help="How tokens reach the meters: typed, sent, both; several with commas.")
    ] = "typed,sent,both",
    out: Annotated[
        Path | None, typer.Option(help="A new folder that keeps the books.", show_default=False)
    ] = None,
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """Sale, token, meter, consumption, cut and recharge through a month; then field and books are compared.

    Exit code 0: every promise was kept; 1: one was broken; 130: Ctrl-C, with what was simulated until then.
    """
    language = spoken(lang)
    scenario = options.scenario_of(name, language, days=days, seed=seed)
    terms = MonthTerms(scenario, _entries(ways, language))
    with ExitStack() as opened:
        folder = _folder(out, language, opened)
        bar = opened.enter_context(progress_bar(scenario.duration_s, language, shown=not as_json))
        stopped = opened.enter_context(interrupt_requested())
        try:
            result = run_month(terms, folder, bar, stopped)
        except (ScenarioError, ChildDiedError, ValueError) as error:
            raise CommandError(str(error)) from error
    _say(result, language, as_json=as_json)
    if not result.whole:
        raise typer.Exit(EXIT_INTERRUPTED)
    raise typer.Exit(0 if all(finding.kept for finding in result.findings) else EXIT_BROKEN)


def _say(result: MonthResult, lang: str, *, as_json: bool) -> None:
    if as_json:
        findings = [{**asdict(finding), "kept": finding.kept} for finding in result.findings]
        said = {"findings": findings, "books": result.books, "field": result.world, "whole": result.whole}
        typer.echo(json.dumps({**said, "refusals": result.refusals}, ensure_ascii=False, default=str))
    else:
        show(Console(), result, lang)


def _entries(names: str, lang: str) -> tuple[TokenEntry, ...]:
    known = {way.value: way for way in TokenEntry}
    for name in names.split(","):
        if name not in known:
            raise CommandError(text("way", lang, name=name))
    return tuple(known[name] for name in names.split(","))


def _folder(out: Path | None, lang: str, opened: ExitStack) -> Path:
    if out is None:
        return Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="amibench-month-")))
    try:
        out.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror or error}") from error
    return out.absolute()
