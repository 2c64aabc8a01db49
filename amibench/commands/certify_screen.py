"""What ``amibench certify`` shows: the bar while it runs, the summary, the list of cases, the JSON."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text as Line

from conformance.evidence.model import CaseRecord, Evidence
from conformance.evidence.palette import LOOKS, SHOWN_ORDER
from conformance.runner import CaseInfo
from conformance.runner import Progress as RunProgress
from conformance.text import Text
from conformance.verdicts import VERDICT_TEXT, Verdict

WORDS = {
    "preparing": Text("preparando el banco", "preparing the bench"),
    "cases": Text("casos", "cases"),
    "interrupted": Text(
        "Ejecución interrumpida: la evidencia cubre los casos que terminaron.",
        "Run interrupted: the evidence covers the cases that were finished.",
    ),
    "evidence": Text("Evidencia en", "Evidence in"),
    "not_run": Text("no se ensayaría", "would not be tested"),
    "needs": Text("necesita", "needs"),
}

_STYLES = {
    Verdict.FAILS: "bold red",
    Verdict.INCONCLUSIVE: "bold yellow",
    Verdict.CONFORMS: "green",
    Verdict.CONFORMS_NOT_STRICTLY: "green",
    Verdict.INFORMATIONAL: "cyan",
    Verdict.NOT_IMPLEMENTED: "dim",
    Verdict.NOT_APPLICABLE: "dim",
}
_ATTENTION = (Verdict.FAILS, Verdict.INCONCLUSIVE)
_TITLE_LENGTH_MAX = 48


def say(lang: str, key: str) -> str:
    """The word for `key` in `lang`."""
    return WORDS[key].spoken(lang)


@contextmanager
def progress_bar(
    console: Console, lang: str, *, shown: bool
) -> Iterator[Callable[[RunProgress], None] | None]:
    """A bar on `console` that follows the run: the case at work, how many are done, how they ended.

    Yields None, and shows nothing, where `shown` is false or `console` is no terminal.
    """
    if not (shown and console.is_terminal):
        yield None
        return
    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[counts]}"),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(say(lang, "preparing"), total=None, counts="")
        counts: Counter[Verdict] = Counter()

        def follow(progress: RunProgress) -> None:
            if progress.verdict is not None:
                counts[progress.verdict] += 1
            title = progress.case.title.spoken(lang)
            bar.update(
                task,
                completed=progress.done,
                total=progress.total,
                counts=_short_counts(counts),
                description=title
                if len(title) <= _TITLE_LENGTH_MAX
                else f"{title[: _TITLE_LENGTH_MAX - 1]}…",
            )

        yield follow


def _short_counts(counts: Counter[Verdict]) -> str:
    return " ".join(
        f"[{_STYLES[verdict]}]{LOOKS[verdict].sign}{counts[verdict]}[/]"
        for verdict in SHOWN_ORDER
        if counts[verdict]
    )


def show_summary(console: Console, evidence: Evidence, artefacts: Sequence[Path], lang: str) -> None:
    """The verdict, the counts, one line per case that needs attention, and where the artefacts are."""
    verdict = evidence.verdict
    look, word = LOOKS[verdict], VERDICT_TEXT[verdict].spoken(lang)
    _print(console, f"{look.sign} {word.capitalize()}", _STYLES[verdict], f"  {evidence.device.name}")
    if evidence.run.interrupted:
        _print(console, say(lang, "interrupted"), "bold")
    for counted in SHOWN_ORDER:
        if evidence.count(counted):
            text = f"{evidence.count(counted):>5}  {LOOKS[counted].sign} {VERDICT_TEXT[counted].spoken(lang)}"
            _print(console, text, _STYLES[counted])
    _print(console, f"{len(evidence.cases):>5}  {say(lang, 'cases')}", "")
    for attention in _ATTENTION:
        for case in evidence.cases:
            if case.verdict is attention:
                _show_case(console, case, lang)
    if artefacts:
        names = ", ".join(path.name for path in artefacts)
        _print(console, f"{say(lang, 'evidence')} {artefacts[0].parent}: {names}", "")


def _show_case(console: Console, case: CaseRecord, lang: str) -> None:
    reason = " ".join(case.reason.spoken(lang).split())
    _print(
        console,
        f"{LOOKS[case.verdict].sign} {case.id}",
        _STYLES[case.verdict],
        f"  {', '.join(case.clauses)}  {reason}",
    )


def _print(console: Console, text: str, style: str, more: str = "") -> None:
    """One line, whatever its length, of text that is never markup."""
    console.print(Line.assemble((text, style), more), soft_wrap=True, highlight=False)


def show_list(console: Console, cases: Sequence[CaseInfo], lang: str) -> None:
    """One line per case: id, clauses, needs, title; and why it would not apply, where it would not."""
    width = max((len(case.id) for case in cases), default=0)
    for case in cases:
        needs = f"  [{say(lang, 'needs')}: {', '.join(case.needs)}]" if case.needs else ""
        gate = f"  ({say(lang, 'not_run')}: {case.gate.spoken(lang)})" if case.gate else ""
        more = f"  {', '.join(case.clauses)}{needs}  {case.title.spoken(lang)}{gate}"
        _print(console, f"{case.id:<{width}}", "bold", more)
    _print(console, f"{len(cases)} {say(lang, 'cases')}", "")


def list_as_json(cases: Sequence[CaseInfo], lang: str) -> str:
    """The cases as one JSON object."""
    rows = [
        {
            "id": case.id,
            "suite": case.suite,
            "clauses": list(case.clauses),
            "needs": list(case.needs),
            "title": case.title.spoken(lang),
            "not_applicable": case.gate.spoken(lang) if case.gate else None,
        }
        for case in cases
    ]
    return json.dumps({"cases": rows}, ensure_ascii=False)


def summary_as_json(evidence: Evidence, artefacts: Sequence[Path], exit_code: int) -> str:
    """The verdict, the counts, the artefacts and the exit code as one JSON object."""
    summary = {
        "verdict": evidence.verdict.value,
        "counts": {verdict.value: evidence.count(verdict) for verdict in SHOWN_ORDER},
        "artefacts": [str(path) for path in artefacts],
        "exit_code": exit_code,
    }
    return json.dumps(summary, ensure_ascii=False)
