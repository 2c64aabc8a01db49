"""The published JSON schema of target files, made from the models."""

import json
from pathlib import Path

from conformance.targets.model import Statement

#: Where the published copy lies; a test says when it is stale.
PUBLISHED = Path(__file__).with_name("schema.json")


def text() -> str:
    """The schema as it must be published."""
    schema = Statement.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "amibench target file, version 1"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def publish() -> Path:
    """Write the published copy anew; the path written."""
    PUBLISHED.write_text(text(), encoding="utf-8")
    return PUBLISHED
