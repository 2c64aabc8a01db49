"""The published description of the messages, made from their tables of fields; it goes to standard output.

python -m tools.pages.offline_messages > docs/reference/offline-messages.md
python -m tools.pages.offline_messages --schema > docs/reference/offline-messages.schema.json
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from protocols.offline.envelope import FORMAT, OCTETS_MAX, SIGNATURE_OCTETS, SIGNER_DIGITS
from protocols.offline.kinds import Kind, Record, Schema
from protocols.offline.messages import MESSAGES
from protocols.offline.schema import CUSTOMERS_MAX, ENTRIES, ENTRIES_MAX, LEASE_METERS_MAX
from protocols.offline.signed_message import Message

INTRODUCTION = f"""\
# Messages of off-line sale

Made by `python -m tools.pages.offline_messages` from the tables of `protocols.offline`; do not edit it here.
The JSON schema is [offline-messages.schema.json](offline-messages.schema.json).

A message is one line of ASCII, spelled canonically: keys sorted, no blanks, integers of at most 18 digits, no
fractions, no character zero. A file that is spelled otherwise is refused: the digest of a file names its
content.

```json
{{"body": {{…}}, "format": "{FORMAT}", "kind": "…", "signature": "…", "signer": "…"}}
```

`signature` is Ed25519 (RFC 8032) over the canonical spelling of the four other fields; `signer` is the first
{SIGNER_DIGITS} hexadecimal digits of the SHA-256 of the public key. Bounds: {OCTETS_MAX} octets,
{CUSTOMERS_MAX} customers, {ENTRIES_MAX} entries, {LEASE_METERS_MAX} meters in a lease. Money is in centavos
(`_c`) or thousandths of a centavo (`_mc`), energy in units of 0.1 kWh, instants are of UTC.
"""
CHAIN = """\
## Entries of the chain

An entry is `{number, at, kind, content, previous}`; its hash is the SHA-256 of their canonical spelling, and
`previous` is the hash of the entry before. The first follows the SHA-256 of `amibench-offline/1 genesis ` and
the terminal's id.
"""
WRAPPING = """\
## The key in a lease

X25519 between `ephemeral` and the counter's agreement key; HKDF-SHA256 over the shared secret, with both
public keys (the ephemeral one first) as salt and `amibench-offline/1 lease ` and the lease id as info, gives
the key of AES-256-GCM. The nonce is the place of the meter in the lease, twelve octets; the associated data
is the canonical spelling of `{lease_id, meter}`, the meter without `sealed`. `sealed` is the decoder key so
enciphered, with its tag.
"""


def schema() -> Schema:
    """One JSON schema (draft 2020-12) of all messages."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "oneOf": [{"$ref": f"#/$defs/{message.KIND}"} for message in MESSAGES],
        "$defs": {message.KIND: _envelope(message) for message in MESSAGES},
    }


def page() -> str:
    """The page for people."""
    parts = [INTRODUCTION]
    for message in MESSAGES:
        head = (message.__doc__ or "").partition("\n")[0]
        parts.append(f"## {message.KIND}\n\n{head}\n\n{_table(message.FIELDS)}")
        if message.KIND == "lease":
            parts.append(WRAPPING)
    parts.append(CHAIN)
    for name, content in ENTRIES.items():
        parts.append(f"### {name}\n\n{_table(content.fields)}")
    return "\n".join(parts)


def _envelope(message: type[Message]) -> Schema:
    hexadecimal = "^[0-9a-f]{%d}$"
    properties: Mapping[str, Any] = {
        "format": {"const": FORMAT},
        "kind": {"const": message.KIND},
        "body": Record(message.FIELDS).schema(),
        "signer": {"type": "string", "pattern": hexadecimal % SIGNER_DIGITS},
        "signature": {"type": "string", "pattern": hexadecimal % (2 * SIGNATURE_OCTETS)},
    }
    return {
        "type": "object",
        "properties": dict(properties),
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _table(fields: Mapping[str, Kind]) -> str:
    lines = ["| field | is |", "|---|---|"]
    for name, words in _rows("", fields):
        lines.append(f"| `{name}` | {words} |")
    return "\n".join(lines) + "\n"


def _rows(prefix: str, fields: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    for name, kind in fields.items():
        yield from _describe(prefix + name, kind.schema())


def _describe(name: str, plain: Schema) -> Iterator[tuple[str, str]]:
    """Rows of one field: of an object or a list of objects, those of its fields too."""
    items = plain.get("items", {})
    if plain.get("type") == "array" and ("properties" in items or "oneOf" in items):
        yield name, f"list of at most {plain['maxItems']}"
        name, plain = f"{name}[]", items
    if "oneOf" in plain:
        yield name, "an entry of the chain, see below"
    elif "properties" in plain:
        for inner, of in plain["properties"].items():
            yield from _describe(f"{name}.{inner}", of)
    else:
        yield name, _words(plain)


def _words(plain: Schema) -> str:
    if "anyOf" in plain:
        return f"{_words(plain['anyOf'][0])}, or null"
    if "enum" in plain:
        return "one of " + ", ".join(f"`{choice}`" for choice in plain["enum"])
    kind = plain["type"]
    if kind == "integer":
        return f"integer, {plain['minimum']} to {plain['maximum']}"
    if kind == "array":
        most = f" of at most {plain['maxItems']}" if "maxItems" in plain else ""
        return f"list{most}: {_words(plain['items'])}" if "items" in plain else f"JSON list{most}"
    if kind == "string":
        return _text(plain)
    return {"boolean": "true or false", "object": "JSON object"}[kind]


def _text(plain: Schema) -> str:
    known = {"date-time": "instant, `2026-03-01T12:00:00Z`", "uuid": "UUID"}
    if plain.get("format") in known:
        return known[plain["format"]]
    if "contentMediaType" in plain:
        return "a message, as its text"
    if plain["pattern"] == "^([0-9a-f]{2})*$":
        return f"hexadecimal, {plain['minLength']} to {plain['maxLength']} digits"
    if "\\x00" in plain["pattern"]:
        return f"text of {plain.get('minLength', 0)} to {plain['maxLength']} characters"
    return f"text `{plain['pattern'].replace('|', chr(92) + '|')}`"


if __name__ == "__main__":
    made = json.dumps(schema(), indent=1, sort_keys=True) if "--schema" in sys.argv[1:] else page().rstrip()
    print(made)
