"""Page of the mutants, made from their own docstrings and declarations.

`python -m tools.pages.mutants` writes it anew; a test says when it is stale.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from conformance import catalogue, mutants
from conformance.catalogue import Clause
from conformance.mutants import vending
from conformance.mutants._registry import Described

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "mutants.md"

_HEAD = """\
# Mutants: what the bench is known to catch

Each mutant is our own meter, or our own vending system, with one thing built wrong on purpose. The tests
certify every one of them: it must *fail* at the clause named here, where the right one conforms. To see one
caught: `python3 run.py certify mutant://NAME --only CLAUSE`.

This page is made from the mutants' own words, in `conformance/mutants`; write it anew after adding one with
`python -m tools.pages.mutants`.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant on the page: its name as in its URL, what is wrong with it, the clause that it fails."""

    name: str
    wrong: str
    clause: Clause


def rows() -> list[Row]:
    """Every mutant, meters first, each kind by name."""
    meters = [_row(name, mutants.load(name)) for name in mutants.names()]
    return meters + [_row(f"vending/{name}", vending.load(name)) for name in vending.names()]


def _row(name: str, mutant: Described) -> Row:
    return Row(name, mutant.wrong, catalogue.clauses()[mutant.clause])


def _numbered(*beginnings: str) -> Callable[[Row], bool]:
    return lambda row: row.clause.number.startswith(beginnings)


def _of(*standards: str) -> Callable[[Row], bool]:
    return lambda row: row.clause.id.partition("/")[0] in standards


#: Chapters in order; a row stands in the first that takes it.
CHAPTERS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("Vending systems (STS 531-1)", _of("sts531-1")),
    ("Tokens (IEC 62055-41)", _of("iec62055-41")),
    ("Data link: HDLC and wrapper", _numbered("HDLC", "WRAPPER")),
    ("Application layer", _numbered("APPL", "EXTRA_SERVICES", "EXTRA_ANSWERS")),
    ("Security", _numbered("SYMSEC")),
    ("Prepayment objects", _of("ppay", "pay")),
    ("Object model", _of("dlms-yb", "dlms-bb")),
    ("Energy, supply and the rest", lambda _row: True),
)


def page() -> str:
    """The whole page."""
    left, chapters = rows(), []
    for title, takes in CHAPTERS:
        taken = [row for row in left if takes(row)]
        left = [row for row in left if row not in taken]
        chapters.append(_chapter(title, taken))
    total = f"There are {len(rows())}.\n"
    return "\n".join([_HEAD, total, *chapters, _without()])


def _without() -> str:
    """The clauses at which no mutant fails: what the bench says of them was not tried on a wrong device."""
    broken = {row.clause.id for row in rows()}
    by_standard: dict[str, list[str]] = {}
    for clause in catalogue.clauses().values():
        if clause.id not in broken:
            by_standard.setdefault(clause.standard, []).append(f"`{clause.number}`")
    lines = [f"- {standard}: {', '.join(numbers)}" for standard, numbers in by_standard.items()]
    return "\n".join(["## Clauses without a mutant of their own", "", *lines, ""])


def _chapter(title: str, taken: Iterable[Row]) -> str:
    lines = [f"| `{row.name}` | {row.wrong} | `{row.clause.id}` {row.clause.title.en} |" for row in taken]
    return "\n".join(
        [f"## {title}", "", "| mutant | what is wrong | caught by |", "|---|---|---|", *lines, ""]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
