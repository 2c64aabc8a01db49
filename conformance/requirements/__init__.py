"""Rows of the IPSE specification, by id.

``tools.pages.requirements`` writes the tests and cases that stand for each
into ``docs/reference/compliance.md``.
"""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("ipse.toml")


@cache
def rows() -> dict[str, str]:
    """Every row by its id, in the order of the specification: what it asks for in a few words."""
    table: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["rows"]
    return table
