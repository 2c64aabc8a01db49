"""``amibench sts vectors``: test vectors; ``sts scenario``: a described meter that takes tokens."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.sts.options import AsJson, Lang, grouped, printable, read_json, sts_sentence
from amibench.errors import CommandError
from amibench.language import resolve
from protocols.sts.errors import StsError
from protocols.sts.scenarios import ScenarioOutcome, StepOutcome, run_scenario
from protocols.sts.vectors import Minted, VectorStatus, mint_vector

_TEXT = {
    "en": {
        "summary": "{passed} passed, {failed} failed, {unknown} unknown",
        "mismatch": "{id}: expected {expected}, minted {minted}",
        "refused": "{id}: {error}",
        "shape": "{path} is not a file of STS vectors: {reason}",
        "no_list": "it needs a list called vectors",
        "bad_vector": "vector {place} needs {what}",
        "object": "to be an object",
        "inputs": "an object called inputs",
        "class": "whole numbers token_class (0 to 3) and token_subclass (0 to 15)",
        "token": "its token, if any, as text",
    },
    "es": {
        "summary": "{passed} passed, {failed} failed, {unknown} unknown",
        "mismatch": "{id}: se esperaba {expected}, se generó {minted}",
        "refused": "{id}: {error}",
        "shape": "{path} no es un archivo de vectores STS: {reason}",
        "no_list": "le falta una lista llamada vectors",
        "bad_vector": "el vector {place} necesita {what}",
        "object": "ser un objeto",
        "inputs": "un objeto llamado inputs",
        "class": "números enteros token_class (0 a 3) y token_subclass (0 a 15)",
        "token": "su token, si lo trae, como texto",
    },
}
"""Sentences of the command; the summary line is the same in both languages, for programs that read it."""


def vectors(
    file: Annotated[Path, typer.Argument(help="JSON file of vectors, shaped like sts_vectors.json.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print only a JSON list, one entry per vector.")
    ] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="es or en.")] = None,
) -> None:
    """Mint every vector of FILE from its inputs alone and compare; exit 1 if any fails."""
    language = resolve(lang)
    entries = [(vector, _mint(vector)) for vector in _read(file, language)]
    if as_json:
        listed = [_entry(vector, minted) for vector, minted in entries]
        typer.echo(json.dumps(listed, indent=2))
    else:
        _report(entries, _TEXT[language])
    if any(minted.status is VectorStatus.FAILED for _, minted in entries):
        raise typer.Exit(1)


def _mint(vector: dict[str, Any]) -> Minted:
    return mint_vector(vector["token_class"], vector["token_subclass"], vector["inputs"], vector.get("token"))


def _entry(vector: dict[str, Any], minted: Minted) -> dict[str, Any]:
    entry = {
        "id": vector["id"],
        "token": minted.token,
        "decoder_key": minted.decoder_key,
        "decoded": minted.decoded,
    }
    return entry if minted.error is None else {**entry, "error": minted.error}


def _report(entries: list[tuple[dict[str, Any], Minted]], text: dict[str, str]) -> None:
    for vector, minted in entries:
        if minted.status is VectorStatus.FAILED:
            line = text["refused"] if minted.error else text["mismatch"]
            name, expected = printable(vector["id"]), printable(vector.get("token"))
            typer.echo(line.format(id=name, expected=expected, minted=minted.token, error=minted.error))
    statuses = [minted.status for _, minted in entries]
    typer.echo(text["summary"].format(**{status.value: statuses.count(status) for status in VectorStatus}))


def _read(path: Path, lang: str) -> list[dict[str, Any]]:
    """The vectors of a file, each with its id, class, subclass and inputs.

    Raises:
        CommandError: missing, not JSON, or of another shape.
    """
    text = _TEXT[lang]
    content = read_json(path, lang)
    found = content.get("vectors") if isinstance(content, dict) else content
    if not isinstance(found, list):
        raise CommandError(text["shape"].format(path=path, reason=text["no_list"]))
    for place, vector in enumerate(found, start=1):
        if missing := _missing(vector):
            reason = text["bad_vector"].format(place=place, what=text[missing])
            raise CommandError(text["shape"].format(path=path, reason=reason))
        vector.setdefault("id", f"#{place}")
    return found


def _missing(vector: Any) -> str | None:
    """The key of the sentence that says what a vector lacks, or None."""
    if not isinstance(vector, dict):
        return "object"
    if not isinstance(vector.get("inputs"), dict):
        return "inputs"
    if not (_within(vector.get("token_class"), 4) and _within(vector.get("token_subclass"), 16)):
        return "class"
    return None if isinstance(vector.get("token"), str | None) else "token"


def _within(value: Any, end: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end


# ---------------- Scenarios

_SCENARIO_TEXT = {
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
    outcomes = [
        _run_scenario(entry, place, language)
        for place, entry in enumerate(_read_scenarios(file, language), start=1)
    ]
    if as_json:
        typer.echo(json.dumps([_plain_scenario(outcome) for outcome in outcomes], indent=2))
    else:
        _report_scenarios(outcomes, language)
    if not all(outcome.agrees for outcome in outcomes):
        raise typer.Exit(1)


def _read_scenarios(path: Path, lang: str) -> list[Any]:
    """The scenarios of a file: under their name, as a bare list, or a single one."""
    content = read_json(path, lang)
    if isinstance(content, dict):
        content = [content] if "steps" in content else content.get("meter_scenarios")
    if not isinstance(content, list):
        raise CommandError(_SCENARIO_TEXT[lang]["shape"].format(path=path))
    return content


def _run_scenario(entry: Any, place: int, lang: str) -> ScenarioOutcome:
    text = _SCENARIO_TEXT[lang]
    name = printable(entry.get("id", f"#{place}")) if isinstance(entry, dict) else f"#{place}"
    if not isinstance(entry, dict):
        raise CommandError(text["bad"].format(name=name, reason=text["object"]))
    try:
        return run_scenario({"id": f"#{place}", **entry})
    except StsError as error:
        raise CommandError(text["bad"].format(name=name, reason=sts_sentence(error, lang))) from error


def _plain_scenario(outcome: ScenarioOutcome) -> dict[str, Any]:
    steps = [
        {"token": step.token, "result": step.result, "credit_added_units": step.credit_added_units}
        for step in outcome.steps
    ]
    return {"id": outcome.scenario_id, "steps": steps}


def _report_scenarios(outcomes: list[ScenarioOutcome], lang: str) -> None:
    for outcome in outcomes:
        typer.echo(printable(outcome.scenario_id))
        for place, step in enumerate(outcome.steps, start=1):
            typer.echo(_step_line(place, step, _SCENARIO_TEXT[lang]))
    steps = [step for outcome in outcomes for step in outcome.steps]
    bad = sum(bool(step.disagreements) for step in steps)
    typer.echo(_SCENARIO_TEXT[lang]["summary"].format(scenarios=len(outcomes), steps=len(steps), bad=bad))


def _step_line(place: int, step: StepOutcome, text: dict[str, str]) -> str:
    token = printable(grouped("".join(step.token.split())))
    return f"  {place:3} {token}  {step.result} {step.credit_added_units:+d}  {_step_remark(step, text)}"


def _step_remark(step: StepOutcome, text: dict[str, str]) -> str:
    if step.disagreements:
        names = ", ".join(step.disagreements)
        return text["differs"].format(names=names, expect=printable(step.expect))
    if step.chosen:
        return text["choice"].format(allowed=", ".join(step.allowed))
    return text["agrees"] if step.allowed else text["nothing"]
