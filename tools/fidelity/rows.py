"""Rows of the validation table.

One figure of a model beside the published one, as the page on fidelity shows it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValidationRow:
    """One row of the table.

    Args:
        ident: of the published point, such as ``R5``.
        title: what is compared, in a few words.
        published: the published figure.
        measured: ours.
        tolerance: how far off it may be, in words.
        holds: whether it is not further off.
        unit: of both figures; empty for none.
        kind: ``validation`` of a figure, ``calibration`` (a parameter was fitted to it), ``computed`` (beside
            another model's figure), ``band`` (an order of magnitude or a shape).
        confidence: of the published figure: E exact, C computed, I inferred, A approximate, M from memory.
        source: where it is published.
    """

    ident: str
    title: str
    published: str
    measured: str
    tolerance: str
    holds: bool
    unit: str = ""
    kind: str = "validation"
    confidence: str = ""
    source: str = ""


Measure = Callable[[], ValidationRow]


@dataclass(frozen=True, slots=True)
class Point:
    """One figure that can be measured.

    Args:
        ident: of the row.
        measure: makes the row.
        slow: takes more than two seconds.
    """

    ident: str
    measure: Measure
    slow: bool = False


def row(
    ident: str,
    title: str,
    published: float,
    measured: float,
    tolerance: float,
    *,
    unit: str = "dB",
    kind: str = "validation",
    confidence: str = "E",
    source: str = "plc.md",
    digits: int = 2,
) -> ValidationRow:
    """A row that holds while `measured` is within `tolerance` of `published`."""
    return ValidationRow(
        ident=ident,
        title=title,
        published=f"{published:.{digits}f}",
        measured=f"{measured:.{digits}f}",
        tolerance=f"± {tolerance:g}" if tolerance else "exact",
        holds=abs(measured - published) <= tolerance + 1e-9,
        unit=unit,
        kind=kind,
        confidence=confidence,
        source=source,
    )


def _span(low: float, high: float) -> str:
    if low == high:
        return f"{low:.2f}"
    return f"≥ {low:.2f}" if math.isinf(high) else f"{low:.2f} … {high:.2f}"


def band(
    ident: str,
    title: str,
    low: float,
    high: float,
    measured: float,
    *,
    unit: str = "dB",
    kind: str = "validation",
    confidence: str = "E",
    source: str = "plc.md",
    margin: float = 0.0,
) -> ValidationRow:
    """A row that holds while `measured` is from `low` to `high`, or at most `margin` beside."""
    return ValidationRow(
        ident=ident,
        title=title,
        published=_span(low, high),
        measured=f"{measured:.2f}",
        tolerance=f"± {margin:g}" if margin else "within",
        holds=low - margin - 1e-9 <= measured <= high + margin + 1e-9,
        unit=unit,
        kind=kind,
        confidence=confidence,
        source=source,
    )
