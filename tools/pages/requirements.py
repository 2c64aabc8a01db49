"""Compliance page: rows of the specification, with the tests and the cases that stand for each.

``python -m tools.pages.requirements`` writes the generated section of ``docs/reference/compliance.md``
anew; a test says when it is stale. Tests are read by `ast`, never imported.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from conformance import catalogue
from conformance.bench.case_selection import suite_names
from conformance.requirements import rows
from conformance.runner import list_cases
from conformance.targets import load

# ---- Which tests and which cases of the bench stand for a row: tests are read by `ast`, never imported.

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"

Found = dict[str, list[str]]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_MARK = "requirement"
_MODULE_MARKS = "pytestmark"


def marks_by_row(folder: Path = TESTS, root: Path = ROOT) -> Found:
    """Row -> the tests that bear it in their mark, as ``path::name``, sorted."""
    found: Found = {}
    for path in sorted(folder.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if _MARK not in source:
            continue
        where = path.relative_to(root).as_posix()
        for name, row in sorted(set(_marked(ast.parse(source)))):
            found.setdefault(row, []).append(f"{where}::{name}")
    return found


def cases_by_row() -> Found:
    """Row -> the cases of every suite whose clause the catalogue puts beside it, sorted."""
    rows_of = {clause.id: clause.requirements for clause in catalogue.clauses().values()}
    found: dict[str, set[str]] = {}
    for case in list_cases(load(None, seed=1), suites=suite_names()):
        for row in (row for clause in case.clauses for row in rows_of[clause]):
            found.setdefault(row, set()).add(case.id)
    return {row: sorted(ids) for row, ids in found.items()}


def _marked(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Name of a test (of a method: ``Class::name``) and each row that it bears."""
    shared = [
        row
        for statement in module.body
        if isinstance(statement, ast.Assign) and _names(statement.targets) == [_MODULE_MARKS]
        for row in _rows_in([statement.value])
    ]
    yield from _in_body(module.body, "", shared)


def _in_body(body: Iterable[ast.stmt], prefix: str, shared: list[str]) -> Iterator[tuple[str, str]]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            own = [*shared, *_rows_in(statement.decorator_list)]
            yield from _in_body(statement.body, f"{prefix}{statement.name}::", own)
        elif isinstance(statement, _FUNCTIONS) and statement.name.startswith("test"):
            for row in [*shared, *_rows_in(statement.decorator_list)]:
                yield prefix + statement.name, row


def _rows_in(expressions: Iterable[ast.expr]) -> Iterator[str]:
    """The ids of every ``requirement(...)`` in the marks."""
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and _called(node) == _MARK:
                yield from _words(node)


def _names(targets: Iterable[ast.expr]) -> list[str]:
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _called(call: ast.Call) -> str:
    """The last name of what is called: ``requirement`` of ``pytest.mark.requirement(…)``."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _words(call: ast.Call) -> list[str]:
    """The text arguments of a call, without keywords."""
    return [
        argument.value
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


# ---- The generated section of the compliance page: every row of the specification and what stands for it.

PAGE = ROOT / "docs" / "reference" / "compliance.md"
BEGIN = "<!-- generated from here by tools.pages.requirements -->"
END = "<!-- to here -->"

_HEAD = """\
*Tests* show the row on the product and its virtual devices: they bear its id in their mark. *Cases* of the
bench touch it: a clause beside it is tested on the device under test, which is not the whole row. The rest
is open.
"""
_COLUMNS = "| row | asks for | state | tests | cases of the bench |\n|---|---|---|---|---|\n"


def unknown(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Ids in marks that the specification does not have, with the tests that bear them."""
    return {row: names for row, names in found.items() if row not in rows()}


def generated() -> str:
    """The text between the two marks."""
    tests, cases = marks_by_row(), cases_by_row()
    lines = (_line(row, words, tests, cases) for row, words in rows().items())
    proven, touched = len(tests), len(set(cases) - set(tests))
    count = (
        f"Of {len(rows())} rows {proven} have tests, {touched} more are touched by cases of the bench, "
        f"{len(rows()) - proven - touched} are open.\n"
    )
    return f"{_HEAD}\n{count}\n{_COLUMNS}{''.join(lines)}"


def written(page: str) -> str:
    """The page with its generated section made anew.

    Raises:
        ValueError: a mark is missing.
    """
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the page has lost the marks of its generated section")
    return f"{before}{BEGIN}\n\n{generated()}\n{END}{after}"


def _line(row: str, words: str, tests: Found, cases: Found) -> str:
    state = "tests" if row in tests else "touched" if row in cases else "open"
    cells = (row, words, state, _listed(tests.get(row, [])), _listed(cases.get(row, [])))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _listed(names: list[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names) or "–"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
