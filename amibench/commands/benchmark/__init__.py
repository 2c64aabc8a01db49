"""``amibench benchmark [NAME…]``: how fast this copy is here, beside yardsticks of the same run.

A bench is a module of this folder with `TITLE` and `measure() -> list[Row]`, and a row of `BENCHES`. The
workloads live in the product, so that an installed copy can be measured where it runs; `benchmarks/` of the
repository puts the same workloads under pytest-benchmark.
"""

import importlib
import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Protocol, cast

import typer
from rich.console import Console
from rich.table import Table

from amibench.errors import CommandError
from amibench.language import resolve
from i18n import Message

__all__ = ["BENCHES", "Bench", "Row", "load"]

ROUNDS = int(os.environ.get("AMIBENCH_BENCHMARK_ROUNDS", "5"))
"""Every figure is the median of so many rounds; ``AMIBENCH_BENCHMARK_ROUNDS`` shortens a trial."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        name: what was timed.
        per_s: operations a second, the median of `ROUNDS`.
        yardstick: name of the row that it is compared with; None for a yardstick.
        ratio: how many of it for one of the yardstick; None for a yardstick.
        goal_per_s: what the project asks for in operations a second, or None.
        goal_ratio: what it asks for as a ratio, or None.
        p99_s: what 99 of 100 took at most, seconds, the median of the rounds; None: it was not looked at.
        goal_p99_s: what it may be, or None.
    """

    name: str
    per_s: float
    yardstick: str | None = None
    ratio: float | None = None
    goal_per_s: float | None = None
    goal_ratio: float | None = None
    p99_s: float | None = None
    goal_p99_s: float | None = None

    @property
    def met(self) -> bool | None:
        """True where every goal is met; None for a row without one."""
        wanted = [(self.per_s, self.goal_per_s), (self.ratio or 0.0, self.goal_ratio)]
        judged = [had >= goal for had, goal in wanted if goal is not None]
        if self.goal_p99_s is not None:
            judged.append((self.p99_s or 0.0) <= self.goal_p99_s)
        return all(judged) if judged else None


def beside(
    name: str,
    yardstick: str,
    rounds: Sequence[tuple[float, float]],
    *,
    goal_per_s: float | None = None,
    goal_ratio: float | None = None,
) -> tuple[Row, Row]:
    """The rows of a yardstick and of what was timed beside it.

    Args:
        name: of what was timed.
        yardstick: its name.
        rounds: (yardstick, what was timed), both per second, a pair from each round. The ratio is the median
            of the rounds' ratios: only what was timed together compares.
        goal_per_s: asked for, in operations a second.
        goal_ratio: asked for, as a ratio.
    """
    ratio = statistics.median(timed / stick for stick, timed in rounds)
    per_s = statistics.median(timed for _, timed in rounds)
    return (
        Row(yardstick, statistics.median(stick for stick, _ in rounds)),
        Row(name, per_s, yardstick, ratio, goal_per_s, goal_ratio),
    )


#: name -> module.
BENCHES: dict[str, str] = {
    "sts": "amibench.commands.benchmark.sts",
    "security-module": "amibench.commands.benchmark.security_module",
    "dlms": "amibench.commands.benchmark.dlms",
    "simulation": "amibench.commands.benchmark.simulation",
    "vending": "amibench.commands.benchmark.vending",
}


class Bench(Protocol):
    """Module of a bench.

    Attributes:
        TITLE: what is measured, in both languages.
    """

    TITLE: Message

    def measure(self) -> Sequence[Row]:
        """Measure, yardsticks in the same run; rows in the order in which they are shown."""


def load(name: str) -> Bench:
    """The bench called `name`, a key of `BENCHES`."""
    return cast(Bench, importlib.import_module(BENCHES[name]))


# ---------------- The command

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

WORDS = {
    "measuring": Message("measuring {name}…"),
    "what": Message("what"),
    "per_s": Message("per second"),
    "ratio": Message("× yardstick"),
    "p99": Message("99 %"),
    "goal": Message("goal"),
    "met": Message("met"),
    "missed": Message("MISSED"),
    "note": Message(
        "Median of 5 rounds. Only the ratio to the yardstick of the same run compares between machines."
    ),
    "unknown": Message("no bench called {name}; known: {known}"),
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
