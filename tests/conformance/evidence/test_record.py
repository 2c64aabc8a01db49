"""``evidence.json`` and its published schema."""

import dataclasses
import json
import re

import pytest

from conformance.evidence import model
from conformance.evidence.model import SCHEMA_FILE, Evidence, render_record
from conformance.verdicts import Verdict
from i18n import Verbatim

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
#: Fields that the first records did not have: a record without them is still one.
LATER = {"case_wall_s"}
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def violations(value, schema, where="$"):
    """What of `value` breaks `schema`; knows the keywords that the schema uses and no other."""
    known = {"$ref", "type", "enum", "required", "properties", "additionalProperties", "items", "pattern"}
    known |= {"minimum", "description", "$schema", "$id", "$defs", "title"}
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        return violations(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], where)
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    types = schema.get("type", list(_TYPES))
    types = [types] if isinstance(types, str) else types
    if not any(isinstance(value, _TYPES[name]) for name in types):
        return [*found, f"{where}: {value!r} is no {types}"]
    if isinstance(value, dict):
        found += [f"{where}: lacks {name}" for name in schema.get("required", ()) if name not in value]
        for name, member in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            found += violations(member, inner, f"{where}.{name}") if inner else [f"{where}: unknown {name}"]
    if isinstance(value, list):
        for at, member in enumerate(value):
            found += violations(member, schema["items"], f"{where}[{at}]")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r} does not match")
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        found.append(f"{where}: {value} is below the minimum")
    return found


def test_the_record_follows_its_schema(evidence: Evidence) -> None:
    assert violations(json.loads(render_record(evidence)), SCHEMA) == []


def test_the_schema_refuses_what_it_should(evidence: Evidence) -> None:
    record = json.loads(render_record(evidence))
    record["cases"][0]["verdict"] = "passed"
    record["cases"][0]["frames"][0]["hex"] = "xyz"
    record["cases"][0]["duration_s"] = -1
    record["surprise"] = 1
    del record["seed"]
    assert len(violations(record, SCHEMA)) == 5


@pytest.mark.parametrize(
    ("name", "record_type"),
    [
        ("device", model.DeviceRecord),
        ("link", model.LinkRecord),
        ("clause", model.ClauseRecord),
        ("case", model.CaseRecord),
        ("step", model.Step),
        ("frame", model.FrameRecord),
        ("measurement", model.Measurement),
        ("run", model.RunRecord),
        (None, model.Evidence),
    ],
)
def test_the_schema_names_every_field_of_the_model(name: str | None, record_type: type) -> None:
    schema = SCHEMA["$defs"][name] if name else SCHEMA
    fields = {field.name for field in dataclasses.fields(record_type)}
    assert set(schema["properties"]) == fields == set(schema["required"]) | (fields & LATER)


def test_the_schema_knows_the_seven_verdicts() -> None:
    assert SCHEMA["$defs"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]


def test_only_run_differs_between_two_runs(evidence: Evidence) -> None:
    later = dataclasses.replace(evidence, run=dataclasses.replace(evidence.run, started_at="2027-01-01"))
    first, second = (json.loads(render_record(one)) for one in (evidence, later))
    assert first.pop("run") != second.pop("run")
    assert first == second


def test_a_lone_surrogate_does_not_lose_the_run(evidence: Evidence) -> None:
    case = dataclasses.replace(evidence.cases[0], title=Verbatim("\ud800"))
    record = json.loads(render_record(dataclasses.replace(evidence, cases=(case,))))
    assert record["cases"][0]["title"] == {"es": "?", "en": "?"}
