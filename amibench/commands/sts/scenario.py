"""``amibench sts scenario``: a described meter takes tokens; its answers are compared with those stated."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.sts.options import AsJson, Lang, grouped, printable, read_json, sts_sentence
from amibench.errors import CommandError
from amibench.language import resolve
from protocols.sts.errors import StsError
from protocols.sts.scenarios import ScenarioOutcome, StepOutcome, run_scenario

_TEXT = {
    "en": {
        "summary": "{scenarios} scenarios, {steps} steps, {bad} disagree",
        "choice": "the profile's choice among {allowed}",
        "differs": "DISAGREES in {names}; expected: {expect}",
        "agrees": "as stated",
        "nothing": "nothing stated",
        "shape": "{path} is not a file of meter scenarios: it needs a list called meter_scenarios",
        "bad": "scenario {name}: {reason}",
        "object": "it must be an object",
    },
    "es": {
        "summary": "{scenarios} escenarios, {steps} pasos, {bad} en desacuerdo",
        "choice": "elección del perfil entre {allowed}",
        "differs": "NO COINCIDE en {names}; se esperaba: {expect}",
        "agrees": "como se declara",
        "nothing": "nada declarado",
        "shape": "{path} no es un archivo de escenarios: le falta una lista llamada meter_scenarios",
        "bad": "escenario {name}: {reason}",
        "object": "debe ser un objeto",
    },
}


def scenario(
    file: Annotated[Path, typer.Argument(help="JSON file with meter_scenarios, as sts_vectors.json.")],
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Run every meter scenario of FILE and print each answer; exit 1 if any step disagrees."""
    language = resolve(lang)
    outcomes = [_run(entry, place, language) for place, entry in enumerate(_read(file, language), start=1)]
    if as_json:
        typer.echo(json.dumps([_plain(outcome) for outcome in outcomes], indent=2))
    else:
        _report(outcomes, language)
    if not all(outcome.agrees for outcome in outcomes):
        raise typer.Exit(1)


def _read(path: Path, lang: str) -> list[Any]:
    """The scenarios of a file: under their name, as a bare list, or a single one."""
    content = read_json(path, lang)
    if isinstance(content, dict):
        content = [content] if "steps" in content else content.get("meter_scenarios")
    if not isinstance(content, list):
        raise CommandError(_TEXT[lang]["shape"].format(path=path))
    return content


def _run(entry: Any, place: int, lang: str) -> ScenarioOutcome:
    text = _TEXT[lang]
    name = printable(entry.get("id", f"#{place}")) if isinstance(entry, dict) else f"#{place}"
    if not isinstance(entry, dict):
        raise CommandError(text["bad"].format(name=name, reason=text["object"]))
    try:
        return run_scenario({"id": f"#{place}", **entry})
    except StsError as error:
        raise CommandError(text["bad"].format(name=name, reason=sts_sentence(error, lang))) from error


def _plain(outcome: ScenarioOutcome) -> dict[str, Any]:
    steps = [
        {"token": step.token, "result": step.result, "credit_added_units": step.credit_added_units}
        for step in outcome.steps
    ]
    return {"id": outcome.scenario_id, "steps": steps}


def _report(outcomes: list[ScenarioOutcome], lang: str) -> None:
    for outcome in outcomes:
        typer.echo(printable(outcome.scenario_id))
        for place, step in enumerate(outcome.steps, start=1):
            typer.echo(_line(place, step, _TEXT[lang]))
    steps = [step for outcome in outcomes for step in outcome.steps]
    bad = sum(bool(step.disagreements) for step in steps)
    typer.echo(_TEXT[lang]["summary"].format(scenarios=len(outcomes), steps=len(steps), bad=bad))


def _line(place: int, step: StepOutcome, text: dict[str, str]) -> str:
    token = printable(grouped("".join(step.token.split())))
    return f"  {place:3} {token}  {step.result} {step.credit_added_units:+d}  {_remark(step, text)}"


def _remark(step: StepOutcome, text: dict[str, str]) -> str:
    if step.disagreements:
        names = ", ".join(step.disagreements)
        return text["differs"].format(names=names, expect=printable(step.expect))
    if step.chosen:
        return text["choice"].format(allowed=", ".join(step.allowed))
    return text["agrees"] if step.allowed else text["nothing"]
