"""What every process of the portal pays for when it starts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import system

#: Packages that draw and write files: a quarter to half a second each, wanted by few processes.
HEAVY = {"escpos", "matplotlib", "numpy", "openpyxl"}
MODULES = sorted(Path(system.__file__).parent.rglob("*.py"))


def at_the_start(path: Path) -> Iterator[str]:
    """Packages that a module imports when it is imported itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_what_draws_files_is_imported_where_it_draws() -> None:
    assert len(MODULES) > 100
    assert {path.name: found for path in MODULES if (found := HEAVY & set(at_the_start(path)))} == {}
