"""``evidence.json``: the record itself. Its schema is published beside this module in ``schema.json``."""

import json
from pathlib import Path

from conformance.evidence.model import Evidence, to_json

SCHEMA_FILE = Path(__file__).with_name("schema.json")


def render_record(evidence: Evidence) -> bytes:
    """`evidence` as UTF-8 JSON with a stable order; a lone surrogate becomes ``?``.

    Raises:
        ValueError: a number is infinite or none, which JSON cannot say.
    """
    text = json.dumps(to_json(evidence), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode(errors="replace")
