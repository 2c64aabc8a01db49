"""The published description is not stale, and the schema takes what the code takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from offline_messages import PUBLIC, batch, enrolment, lease, office_keys, pack, sign

from protocols.offline.messages import MESSAGES
from protocols.offline.schema import ENTRIES
from protocols.offline.signed_message import Message
from tools.pages import offline_messages as page

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
NEW = "write it anew: python -m tools.pages.offline_messages"
SAMPLES = [enrolment(), office_keys(), lease(), pack(), batch()]


def test_the_page_is_not_stale() -> None:
    assert (REFERENCE / "offline-messages.md").read_text(encoding="utf-8") == page.page().rstrip() + "\n", NEW


def test_the_schema_is_not_stale() -> None:
    published = json.loads((REFERENCE / "offline-messages.schema.json").read_text(encoding="utf-8"))
    assert published == page.schema(), f"{NEW} --schema"


def test_every_message_and_every_kind_of_entry_is_described() -> None:
    text = page.page()
    for message in MESSAGES:
        assert f"\n## {message.KIND}\n" in text
        for name in message.FIELDS:
            assert f"| `{name}" in text
    for name in ENTRIES:
        assert f"\n### {name}\n" in text


def complaints(value: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """What a small validator of exactly the keywords that we publish has to say."""
    if "$ref" in schema:
        return complaints(value, page.schema()["$defs"][schema["$ref"].rpartition("/")[2]], where)
    for word in ("oneOf", "anyOf"):
        if word in schema:
            fits = [not complaints(value, choice, where) for choice in schema[word]]
            return [] if (sum(fits) == 1 if word == "oneOf" else any(fits)) else [f"{where}: {word}"]
    if "const" in schema:
        return [] if value == schema["const"] else [f"{where}: const"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{where}: enum"]
    return _typed(value, schema, where)


TYPES: dict[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def _typed(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    # a flag is no number, though Python says so
    if type(value) is not TYPES[schema["type"]]:
        return [f"{where}: type"]
    return {dict: _object, list: _array, str: _text, int: _integer}.get(type(value), _nothing)(
        value, schema, where
    )


def _nothing(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    return []


def _object(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    known = schema.get("properties")
    if known is None:
        return []
    assert schema["required"] == sorted(known)
    assert schema["additionalProperties"] is False
    found = [f"{where}.{name}: keys" for name in value.keys() ^ known.keys()]
    return found or [
        line for name, item in value.items() for line in complaints(item, known[name], f"{where}.{name}")
    ]


def _array(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
        return [f"{where}: items"]
    return [line for item in value if "items" in schema for line in complaints(item, schema["items"], where)]


def _text(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
    return [] if fits and re.search(schema.get("pattern", ""), value) else [f"{where}: text"]


def _integer(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    return [] if schema["minimum"] <= value <= schema["maximum"] else [f"{where}: bounds"]


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: message.KIND)
def test_the_schema_takes_what_is_sealed(message: Message) -> None:
    value = json.loads(message.seal(PUBLIC, sign))
    assert complaints(value, page.schema()) == []
    assert complaints({**value, "kind": "theft"}, page.schema()) != []
    body = {**value["body"], "odd": 1}
    assert complaints({**value, "body": body}, page.schema()) != []
