"""The MAC's rows of the table of validation: `points` measured and judged."""

from sim.plc_channel.prime.points import Check, checks
from sim.plc_channel.validation import ValidationRow


def row(check: Check) -> ValidationRow:
    """Measure and judge one figure."""
    found = check.measure()
    return ValidationRow(
        ident=check.ident,
        title=check.what,
        published=_text(check.low) + " … " + _text(check.high) if check.ranged else _text(check.published),
        measured=_text(found),
        tolerance=_tolerance(check),
        holds=check.low <= found <= check.high,
        unit=check.unit,
        kind=check.kind,
    )


def rows() -> tuple[ValidationRow, ...]:
    """All of them; takes some ten seconds."""
    return tuple(row(check) for check in checks())


def _text(figure: float) -> str:
    """Four digits that count, the same on every machine."""
    return f"{figure:.4g}"


def _tolerance(check: Check) -> str:
    if check.ranged:
        return "within"
    if check.low == check.high:
        return "exact"
    return f"± {_text(check.high - check.published)}"
