"""``amibench certify``: runs the conformance suites on a device and files the evidence."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from amibench import language
from amibench.commands import certify_screen as screen
from amibench.composition import register_schemes
from amibench.errors import CommandError
from conformance import evidence as filing
from conformance import runner, targets
from conformance.evidence.model import Evidence
from conformance.vending.adapters import DEFAULT as OWN_VENDOR
from conformance.verdicts import EXIT_INTERRUPTED, exit_code

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
        with screen.progress_bar(Console(stderr=True), spoken, shown=_may_draw(device, as_json)) as follow:
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
    """What is tried where nothing was named: for the vendor suite alone, our own module."""
    return OWN_VENDOR if given is None and suites == (VENDOR_SUITE,) else given


def _report(seen: Evidence, artefacts: list[Path], lang: str, *, as_json: bool) -> int:
    """Say on standard output what came of the run; the exit code."""
    code = EXIT_INTERRUPTED if seen.run.interrupted else exit_code(case.verdict for case in seen.cases)
    if as_json:
        typer.echo(screen.summary_as_json(seen, artefacts, code))
    else:
        screen.show_summary(Console(), seen, artefacts, lang)
    return code


def _may_draw(device: targets.Target, as_json: bool) -> bool:
    """Whether a bar may be drawn: not over the questions that an operator is asked at the same terminal."""
    asked = any(station.driver == "operator" for station in device.statement.stations.values())
    return not (as_json or asked)


def _list(cases: list[runner.CaseInfo], lang: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(screen.list_as_json(cases, lang))
    else:
        screen.show_list(Console(), cases, lang)


def _language(lang: str | None) -> str:
    if lang is not None and lang not in language.LANGUAGES:
        raise CommandError(f"--lang is {' or '.join(language.LANGUAGES)}, not {lang}")
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
