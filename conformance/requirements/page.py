"""The generated section of the compliance page: every row of the specification and what stands for it.

``python -m conformance.requirements.page`` writes it anew; a test says when it is stale.
"""

from collections.abc import Mapping

from conformance.requirements import rows
from conformance.requirements.evidence import ROOT, Found, cases_by_row, marks_by_row

PAGE = ROOT / "docs" / "reference" / "compliance.md"
BEGIN = "<!-- generated from here by conformance.requirements.page -->"
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
