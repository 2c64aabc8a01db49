"""What a person sees: a bar through the month, then every promise with its state."""

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from amibench.commands.month.month import Lived
from amibench.commands.month.texts import text

_DAY_S = 86_400.0


@contextlib.contextmanager
def bar(duration_s: float, lang: str, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """A bar on standard error that follows device time; nothing where that is no terminal."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield lambda _now_s: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(text("progress", lang), total=duration_s / _DAY_S)
        yield lambda now_s: progress.update(task, completed=now_s / _DAY_S)


def show(console: Console, lived: Lived, lang: str) -> None:
    """Print what came of it."""
    table = Table(text("promise", lang), text("looked-at", lang), text("state", lang))
    for finding in lived.findings:
        state = "kept" if finding.kept else "broken"
        style = "green" if finding.kept else "bold red"
        table.add_row(text(finding.name, lang), str(finding.counted), text(state, lang), style=style)
    console.print(table)
    for finding in lived.findings:
        for line in finding.broken:
            console.print(f"  {line}")
    books = lived.books
    sold = {"pesos": f"{books['amount_c'] // 100}", "kwh": f"{books['units'] / 10:.1f}"}
    digest = str(books["digest"])[:16]
    named = {"sales": books["sales"], "days": books["days"], "digest": digest}
    console.print(text("sold", lang, **named, **sold))
    for why, count in lived.refusals.items():
        console.print(text("turned-away", lang, count=count, why=why))
    if not lived.whole:
        console.print(text("interrupted", lang))
