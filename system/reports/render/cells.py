"""Cells as Colombia reads them: 1.234.567,89; days as 2026-11-24. No text is taken for a formula."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from system.config.clock import BOGOTA
from system.reports.declaration import Column, ColumnKind

#: Kind -> (what one unit of it is shown as, decimals).
SCALES: Mapping[ColumnKind, tuple[int, int]] = {
    ColumnKind.PESOS: (100, 2),
    ColumnKind.KWH: (1000, 1),
    ColumnKind.PRICE: (10_000, 2),
    ColumnKind.PERCENT: (10_000, 1),
    ColumnKind.RATIO: (1_000_000, 2),
    ColumnKind.COUNT: (1, 0),
}
NO_VALUE = "—"


def decimals_of(column: Column) -> int:
    """Number of decimals shown."""
    return SCALES[column.kind][1] if column.decimals is None else column.decimals


def grouped(value: int, scale: int, decimals: int, separator: str = ".", point: str = ",") -> str:
    """An integer that counts in `scale` parts, rounded half away from zero, written with separators.

    >>> grouped(-123456789, 100, 2), grouped(150, 1000, 1)
    ('−1.234.567,89', '0,2')
    """
    shown = (2 * abs(value) * 10**decimals + scale) // (2 * scale)
    whole, rest = divmod(shown, 10**decimals)
    text = f"{whole:,}".replace(",", separator) + (f"{point}{rest:0{decimals}d}" if decimals else "")
    return f"−{text}" if value < 0 and shown else text


def file_number(column: Column, value: int, point: str) -> str:
    """A number as a file holds it: no separators, an ordinary minus, all its decimals where it is money."""
    scale, _ = SCALES[column.kind]
    return grouped(value, scale, decimals_of(column), "", point).replace("−", "-")


def _pesos_text(column: Column, value: int) -> str:
    text = grouped(value, 100, 2).removesuffix(",00")
    return f"−$ {text[1:]}" if text.startswith("−") else f"$ {text}"


def _number_text(column: Column, value: int) -> str:
    scale, _ = SCALES[column.kind]
    return grouped(value, scale, decimals_of(column))


def _percent_text(column: Column, value: int) -> str:
    return f"{_number_text(column, value)} %"


def _instant_text(_column: Column, value: datetime) -> str:
    return f"{value.astimezone(BOGOTA):%Y-%m-%d %H:%M}"


def _day_text(_column: Column, value: date) -> str:
    return value.isoformat()


_SHOWN: Mapping[ColumnKind, Callable[[Column, Any], str]] = {
    ColumnKind.TEXT: lambda _column, value: str(value),
    ColumnKind.DAY: _day_text,
    ColumnKind.INSTANT: _instant_text,
    ColumnKind.PESOS: _pesos_text,
    ColumnKind.KWH: _number_text,
    ColumnKind.PRICE: _number_text,
    ColumnKind.COUNT: _number_text,
    ColumnKind.PERCENT: _percent_text,
    ColumnKind.RATIO: _number_text,
}


def cell_text(column: Column, value: Any) -> str:
    """A cell for people; a dash where there is no value."""
    return NO_VALUE if value is None else _SHOWN[column.kind](column, value)
