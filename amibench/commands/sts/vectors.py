"""``amibench sts vectors``: checking a file of test vectors."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.sts.options import printable, read_json
from amibench.errors import CommandError
from amibench.language import resolve
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
