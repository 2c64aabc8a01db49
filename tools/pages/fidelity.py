"""Generated part of the page on fidelity: every figure that is published, and ours beside it.

``python -m tools.pages.fidelity`` writes it anew; a test says when it is stale. Seeds and dates are
fixed, so the figures are the same whenever and wherever they are made.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tools.fidelity import channel as physics
from tools.fidelity import grid
from tools.fidelity import mac as prime
from tools.fidelity.grid import FidelityRow
from tools.fidelity.rows import ValidationRow

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fidelity.md"
BEGIN = "<!-- generated from here by tools.pages.fidelity -->"
END = "<!-- to here -->"

_HEAD = """\
## Measured beside published

A row of kind *validation* predicts a published figure. *Calibration* says that a parameter was fitted to it,
*computed* that it stands beside another model's figure, *band* that only an order of magnitude or a shape is
published. Confidence of the published figure: E exact, C computed, I inferred, A approximate, M from memory
of a standard.
"""
_COLUMNS = (
    "| point | what | published | ours | tolerance | holds | kind | confidence |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
_PERCENT = 100


def generated() -> str:
    """The text between the two marks."""
    wire, grid_rows = _rows()
    parts = [
        _HEAD,
        "### The wire\n\n" + _COLUMNS + "".join(map(_wire_row, wire)),
        "### The grid\n\n" + _COLUMNS + "".join(map(_grid_row, grid_rows)),
        "### What the wire leaves out\n\n" + _sentences(row.en for row in physics.not_modelled()),
        "### What the grid leaves out\n\n" + _sentences(row.en for row in grid.not_modelled()),
    ]
    return "\n".join(parts)


@cache
def _rows() -> tuple[tuple[ValidationRow, ...], tuple[FidelityRow, ...]]:
    """Every point of the wire and of the grid, measured once."""
    return (*physics.physics_rows(), *prime.mac_rows()), tuple(grid.fidelity_rows())


def failing() -> Iterator[str]:
    """Rows that are further off than they may be."""
    wire, grid_rows = _rows()
    for row in wire:
        if not row.holds:
            yield f"{row.ident} {row.title}: {row.measured} beside {row.published}"
    for measured in grid_rows:
        if not measured.within:
            yield f"{measured.what}: {measured.measured}"


def written(page: str) -> str:
    """The page with its generated part made anew.

    Raises:
        ValueError: a mark is missing.
    """
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the page has lost the marks of its generated part")
    return f"{before}{BEGIN}\n\n{generated()}\n{END}{after}"


def _wire_row(row: ValidationRow) -> str:
    unit = f" {row.unit}" if row.unit else ""
    cells = (
        row.ident,
        row.title,
        row.published + unit,
        row.measured + unit,
        row.tolerance,
        "yes" if row.holds else "**no**",
        row.kind,
        row.confidence or "–",
    )
    return _line(cells)


def _grid_row(row: FidelityRow) -> str:
    low, high = f"{row.published_low:.4g}", f"{row.published_high:.4g}"
    cells = (
        "grid",
        f"{row.what} ({row.source})",
        low if low == high else f"{low} to {high}",
        f"{row.measured:.4g}",
        f"± {row.tolerance * _PERCENT:g} %",
        "yes" if row.within else "**no**",
        "calibration",
        "A",
    )
    return _line(cells)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _sentences(texts: Iterable[str]) -> str:
    return "".join(f"- {text}\n" for text in texts)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
