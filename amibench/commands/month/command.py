"""The command: a month of a village and its utility in virtual time; exit 0 where every promise was kept."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from amibench.commands.month import screen
from amibench.commands.month.month import Lived, MonthTerms, live
from amibench.commands.month.texts import text
from amibench.commands.month.till import Way
from amibench.commands.sim import options
from amibench.commands.sim.interrupting import ctrl_c
from amibench.errors import CommandError
from amibench.language import spoken
from amibench.office.processes import ChildDiedError
from sim.scenarios.scenario import ScenarioError

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

    Exit code 0: every promise was kept; 1: one was broken; 130: Ctrl-C, with what was lived until then.
    """
    language = spoken(lang)
    scenario = options.scenario_of(name, language, days=days, seed=seed)
    terms = MonthTerms(scenario, _ways(ways, language))
    with ExitStack() as opened:
        folder = _folder(out, language, opened)
        bar = opened.enter_context(screen.bar(scenario.duration_s, language, shown=not as_json))
        stopped = opened.enter_context(ctrl_c())
        try:
            lived = live(terms, folder, bar, stopped)
        except (ScenarioError, ChildDiedError, ValueError) as error:
            raise CommandError(str(error)) from error
    _say(lived, language, as_json=as_json)
    if not lived.whole:
        raise typer.Exit(EXIT_INTERRUPTED)
    raise typer.Exit(0 if all(finding.kept for finding in lived.findings) else EXIT_BROKEN)


def _say(lived: Lived, lang: str, *, as_json: bool) -> None:
    if as_json:
        findings = [{**asdict(finding), "kept": finding.kept} for finding in lived.findings]
        said = {"findings": findings, "books": lived.books, "field": lived.world, "whole": lived.whole}
        typer.echo(json.dumps({**said, "refusals": lived.refusals}, ensure_ascii=False, default=str))
    else:
        screen.show(Console(), lived, lang)


def _ways(names: str, lang: str) -> tuple[Way, ...]:
    known = {way.value: way for way in Way}
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
