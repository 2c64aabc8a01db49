"""How the physics' rows of the table of validation are put together."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sim.plc_channel.validation import ValidationRow

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
