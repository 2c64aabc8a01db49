"""Reading the JSON files that the commands take, and showing what came out of them."""

import json
from pathlib import Path
from typing import Any

from amibench.errors import CommandError

_TEXT = {
    "en": {
        "unreadable": "cannot read {path}: {reason}",
        "not_json": "{path} is not JSON: {reason}",
        "object": "{path} must hold a JSON object",
    },
    "es": {
        "unreadable": "no se puede leer {path}: {reason}",
        "not_json": "{path} no es JSON: {reason}",
        "object": "{path} debe contener un objeto JSON",
    },
}

_CLASS_NAMES = ("token_class", "token_subclass")


def read_json(path: Path, lang: str) -> Any:
    """What a JSON file holds.

    Raises:
        CommandError: missing, or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(_TEXT[lang]["unreadable"].format(path=path, reason=reason)) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(_TEXT[lang]["not_json"].format(path=path, reason=error)) from error


def read_object(path: Path, lang: str) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises:
        CommandError: missing, not JSON, or something else than an object.
    """
    content = read_json(path, lang)
    if not isinstance(content, dict):
        raise CommandError(_TEXT[lang]["object"].format(path=path))
    return content


def read_inputs(path: Path | None, lang: str) -> dict[str, Any]:
    """The inputs of a file: bare, or inside a vector, whose class and subclass then stand among them.

    Raises:
        CommandError: missing, not JSON, or of another shape.
    """
    if path is None:
        return {}
    content = read_object(path, lang)
    inputs = content.get("inputs", content)
    if not isinstance(inputs, dict):
        raise CommandError(_TEXT[lang]["object"].format(path=path))
    return {**{name: content[name] for name in _CLASS_NAMES if name in content}, **inputs}


def printable(value: Any) -> str:
    """What a file said, on one line and without control characters."""
    text = str(value)
    return text if text.isprintable() else ascii(text)


def grouped(digits: str) -> str:
    """Twenty digits as they are printed on a receipt: five groups of four."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
