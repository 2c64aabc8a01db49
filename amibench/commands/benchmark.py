"""``amibench benchmark [NAME…]``: how fast this copy is here, beside yardsticks of the same run."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from amibench.commands.benches import BENCHES, Row, load
from amibench.errors import CommandError
from amibench.language import resolve
from conformance.text import Text

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

WORDS = {
    "measuring": Text("midiendo {name}…", "measuring {name}…"),
    "what": Text("qué", "what"),
    "per_s": Text("por segundo", "per second"),
    "ratio": Text("× patrón", "× yardstick"),
    "p99": Text("99 %", "99 %"),
    "goal": Text("meta", "goal"),
    "met": Text("cumple", "met"),
    "missed": Text("NO CUMPLE", "MISSED"),
    "note": Text(
        "Mediana de 5 rondas. Solo la razón con el patrón de la misma ejecución se compara entre máquinas.",
        "Median of 5 rounds. Only the ratio to the yardstick of the same run compares between machines.",
    ),
    "unknown": Text(
        "no hay una medición llamada {name}; hay {known}", "no bench called {name}; known: {known}"
    ),
}


@app.command()
def benchmark(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Of " + ", ".join(BENCHES) + "; all of them without any."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    lang: Annotated[str | None, typer.Option(help="es or en.")] = None,
) -> None:
    """Measure, and show every figure beside a yardstick that was timed in the same run.

    A missed goal is shown and is no error: a busy machine misses it, too.
    """
    language = resolve(lang)
    chosen = list(dict.fromkeys(names or BENCHES))
    for name in chosen:
        if name not in BENCHES:
            words = _say("unknown", language)
            raise CommandError(words.format(name=ascii(name)[1:-1], known=", ".join(BENCHES)))
    screen = Console(stderr=True)
    measured: dict[str, Sequence[Row]] = {}
    for name in chosen:
        with screen.status(_say("measuring", language).format(name=name)):
            measured[name] = load(name).measure()
        if not as_json:
            Console().print(_table(load(name).TITLE.spoken(language), measured[name], language))
    if as_json:
        typer.echo(json.dumps({name: [_plain(row) for row in rows] for name, rows in measured.items()}))
    else:
        Console().print(_say("note", language), soft_wrap=True)


def _say(key: str, lang: str) -> str:
    return WORDS[key].spoken(lang)


def _plain(row: Row) -> dict[str, Any]:
    return {**asdict(row), "met": row.met}


def _table(title: str, rows: Sequence[Row], lang: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(_say("what", lang))
    late = any(row.p99_s is not None for row in rows)
    for column in ("per_s", "ratio", *(["p99"] if late else []), "goal"):
        table.add_column(_say(column, lang), justify="right")
    table.add_column("")
    said = {True: _say("met", lang), False: _say("missed", lang), None: ""}
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        p99 = [] if not late else ["" if row.p99_s is None else f"{row.p99_s * 1e3:.0f} ms"]
        table.add_row(row.name, f"{row.per_s:,.0f}", ratio, *p99, _goal(row), said[row.met])
    return table


def _goal(row: Row) -> str:
    goals = []
    if row.goal_per_s is not None:
        goals.append(f"{row.goal_per_s:,.0f}/s")
    if row.goal_ratio is not None:
        goals.append(f"× {row.goal_ratio:g}")
    if row.goal_p99_s is not None:
        goals.append(f"≤ {row.goal_p99_s * 1e3:.0f} ms")
    return " ".join(goals)
