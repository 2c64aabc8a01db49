"""Files of others are those that were published: their digests are written beside them."""

import hashlib
import re
from pathlib import Path

import system.portal

VENDORED = Path(system.portal.__file__).parent / "static" / "vendor" / "uplot"


def test_uplot_is_what_was_published() -> None:
    text = (VENDORED / "VENDORED.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", text, flags=re.MULTILINE))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDORED.iterdir()
        if path.name != "VENDORED.md"
    }
    assert told == found
    assert "MIT License" in (VENDORED / "LICENSE").read_text(encoding="utf-8")
