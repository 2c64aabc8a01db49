"""Table of the modules that were renamed, and its proof: each old path stands still or is in the table.

python -m tools.renames        exit 1 and the paths that lead nowhere
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "decisions" / "0023-names-of-modules.md"
_ROW = re.compile(r"\| `(?P<old>[\w/]+\.py)` \| `(?P<new>[\w/]+\.py)` \|")


def table() -> dict[str, str]:
    """Old path -> path today."""
    return {row["old"]: row["new"] for row in _ROW.finditer(RECORD.read_text(encoding="utf-8"))}


def unchanged() -> list[str]:
    """Paths that the record lists as those of then that stand still."""
    text = RECORD.read_text(encoding="utf-8").partition("## Modules that kept their path")[2]
    return re.findall(r"^- `([\w/]+\.py)`$", text, re.MULTILINE)


def faults() -> list[str]:
    """Paths that lead nowhere, one sentence each."""
    moved = table()
    lost = [
        f"{old} leads to {new}, which is not there"
        for old, new in moved.items()
        if not (ROOT / new).is_file()
    ]
    return lost + [
        f"{path} is neither there nor in the table" for path in unchanged() if not (ROOT / path).is_file()
    ]


if __name__ == "__main__":
    said = faults()
    print("\n".join(said))
    sys.exit(bool(said))
