"""``amibench certify``: runs the conformance suites on a device, shows the verdict and files the evidence."""

import json
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text as Line

from amibench import language
from amibench.composition import register_schemes
from amibench.errors import CommandError
from conformance import evidence as filing
from conformance import runner, targets
from conformance.evidence.formatting import LOOKS, SHOWN_ORDER
from conformance.evidence.model import CaseRecord, Evidence
from conformance.runner import CaseInfo
from conformance.runner import Progress as RunProgress
from conformance.vending.adapters import DEFAULT as OWN_VENDOR
from conformance.verdicts import EXIT_INTERRUPTED, VERDICT_TEXT, Verdict, exit_code
from i18n import Message, languages

WORDS = {
    "preparing": Message("preparing the bench"),
    "cases": Message("cases"),
    "interrupted": Message("Run interrupted: the evidence covers the cases that were finished."),
    "evidence": Message("Evidence in"),
    "not_run": Message("would not be tested"),
    "needs": Message("needs"),
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


# ---------------- The command

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_EVIDENCE = Path("evidence")
VENDOR_SUITE = "vending"


@app.command()
def certify(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(
            help="A URL (with ://) or a target file; without it, the virtual PPKW meter, or with "
            "--suite vending the product's own security module.",
            show_default=False,
        ),
    ] = None,
    suite: Annotated[
        str | None, typer.Option(help="Suites, separated by commas; default: those of the profile.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            help="Profile of the catalogue; default: ipse-teorama, or vending for a vending system.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the evidence.")] = _EVIDENCE,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A clause or case; may be given several times.", show_default=False),
    ] = None,
    list_cases: Annotated[bool, typer.Option("--list", help="List the cases and run none.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of a simulated world.")] = 1,
    keys: Annotated[Path | None, typer.Option(help="File of passwords, for a device given by URL.")] = None,
    operator: Annotated[str, typer.Option(help="Who runs the bench, for the record.")] = "",
    lang: Annotated[str | None, typer.Option(help="es or en.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Run the conformance suites on a device and write the evidence.

    Exit code: 0 conforms; 1 a case fails; 2 inconclusive; 3 the run could not start; 130 interrupted.
    """
    spoken = _language(lang)
    suites = _names([suite]) if suite is not None else None
    chosen = _names(only or ())
    register_schemes()
    try:
        device = targets.load(_target(target, suites), seed=seed, keys=keys)
        profile = profile or device.profile
        if list_cases:
            _list(
                runner.list_cases(device, suites=suites, only=chosen, profile=profile),
                spoken,
                as_json=as_json,
            )
            return
        filing.check_writable(out)
        with progress_bar(Console(stderr=True), spoken, shown=_may_draw(device, as_json)) as follow:
            seen = runner.run_suites(
                device,
                suites=suites,
                only=chosen,
                profile=profile,
                seed=seed,
                lang=spoken,
                on_progress=follow,
                operator=operator,
                command=_command_line(context),
            )
        artefacts = filing.write_all(seen, out, spoken)
    except (targets.TargetError, runner.BenchError) as error:
        raise CommandError(str(error)) from error
    except filing.EvidenceError as error:
        raise CommandError(error.spoken(spoken)) from error
    raise typer.Exit(_report(seen, artefacts, spoken, as_json=as_json))


def _target(given: str | None, suites: tuple[str, ...] | None) -> str | None:
    """Target where none was named: for the vendor suite alone, our own module."""
    return OWN_VENDOR if given is None and suites == (VENDOR_SUITE,) else given


def _report(seen: Evidence, artefacts: list[Path], lang: str, *, as_json: bool) -> int:
    """Say on standard output what came of the run; the exit code."""
    code = EXIT_INTERRUPTED if seen.run.interrupted else exit_code(case.verdict for case in seen.cases)
    if as_json:
        typer.echo(summary_as_json(seen, artefacts, code))
    else:
        show_summary(Console(), seen, artefacts, lang)
    return code


def _may_draw(device: targets.Target, as_json: bool) -> bool:
    """True where a bar may be drawn: not over the questions to an operator at the same terminal."""
    asked = any(station.driver == "operator" for station in device.statement.stations.values())
    return not (as_json or asked)


def _list(cases: list[runner.CaseInfo], lang: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(list_as_json(cases, lang))
    else:
        show_list(Console(), cases, lang)


def _language(lang: str | None) -> str:
    if lang is not None and lang not in languages():
        raise CommandError(f"--lang is {' or '.join(reversed(languages()))}, not {lang}")
    return language.resolve(lang)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Words that may be separated by commas, each once."""
    words = (word.strip() for text in given for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _command_line(context: typer.Context) -> str:
    """The command as it can be typed again: the arguments and options that were given."""
    words = ["amibench", "certify"]
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if value is None or value == parameter.get_default(context) or value in ([], ()):
            continue
        values = [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]
        if parameter.param_type_name == "argument":
            words += values
        elif value is True:
            words.append(parameter.opts[0])
        else:
            words += [word for item in values for word in (parameter.opts[0], item)]
    return shlex.join(words)
