"""The ledger is written by its own verbs: no other module makes, changes or deletes its rows."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROWS = {"AccountBalance", "LedgerAccount", "Movement", "MovementOutcome", "Transfer"}
WRITES = {
    "bulk_create",
    "bulk_update",
    "create",
    "delete",
    "get_or_create",
    "update",
    "update_or_create",
}
OWN = "system/vending/ledger.py"
#: A measurement of what one row costs; it writes into books of its own.
MEASURED = "amibench/commands/benchmark/vending/books.py"


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def writes_of(text: str) -> Iterator[str]:
    """Calls that make a row of the ledger, or write through its model."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in ROWS:
            yield f"{node.lineno}: {called.id}(...)"
        if isinstance(called, ast.Attribute) and called.attr in WRITES and _names(called.value) & ROWS:
            yield f"{node.lineno}: .{called.attr}(...)"


def test_the_ledger_is_written_by_its_own_verbs(modules: list[Path], root: Path) -> None:
    found = {
        str(where): calls
        for path in modules
        if (where := path.relative_to(root)).parts[0] in ("amibench", "system")
        and str(where) not in (OWN, MEASURED)
        and (calls := list(writes_of(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_a_write_is_seen() -> None:
    assert list(writes_of("Movement(id=1)\nAccountBalance.objects.filter(pk=1).update(limit_c=2)")) == [
        "1: Movement(...)",
        "2: .update(...)",
    ]
