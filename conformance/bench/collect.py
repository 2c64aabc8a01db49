"""From a collected pytest item to what the case says of itself; whatever is amiss is a collection error."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from conformance import catalogue
from conformance.bench import needs as needed
from conformance.bench.case import CaseInfo, CaseText
from conformance.bench.endings import BenchError

SUITES_FOLDER = Path(__file__).parents[1] / "suites"

_LEVELS = ("shall", "should", "may")


def suite_names() -> tuple[str, ...]:
    """Every suite that is shipped: a folder is ``closed_loop``, its suite ``closed-loop``."""
    folders = (path for path in SUITES_FOLDER.iterdir() if any(path.glob("test_*.py")))
    return tuple(sorted(path.name.replace("_", "-") for path in folders))


def case_info(item: pytest.Item) -> CaseInfo:
    """What the marks of `item` say.

    Raises:
        BenchError: no `case`, no clause, an unknown clause, level or need.
    """
    where = item.nodeid
    mark = item.get_closest_marker("case")
    if mark is None or not isinstance(mark.args[0], CaseText):
        raise BenchError(f"{where} has no case(...) of its own")
    text = mark.args[0]
    clauses = tuple(_clause(mark, where) for mark in reversed(list(item.iter_markers("clause"))))
    if not clauses:
        raise BenchError(f"{where} names no clause")
    needs = tuple(dict.fromkeys(str(n) for mark in item.iter_markers("needs") for n in mark.args))
    unknown = [need for need in needs if not needed.known(need)]
    if unknown:
        raise BenchError(f"{where} needs `{unknown[0]}`, which no target can declare")
    suite = text.id.partition("/")[0]
    return CaseInfo(text.id, suite, text.title, text.stimulus, text.requirement, clauses, needs)


def uncovered(cases: Iterable[CaseInfo]) -> list[str]:
    """Clauses of the catalogue that no case names."""
    named = {clause for case in cases for clause in case.clauses}
    return [clause for clause in catalogue.clauses() if clause not in named]


def _clause(mark: pytest.Mark, where: str) -> str:
    level = mark.kwargs.get("level", "shall")
    if level not in _LEVELS:
        raise BenchError(f"{where}: a clause's level is {', '.join(_LEVELS)}, not {level}")
    try:
        return catalogue.clause_id(*mark.args)
    except catalogue.CatalogueError as error:
        raise BenchError(f"{where}: {error}") from error
