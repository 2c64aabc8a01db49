"""Rows against their layout: what is missing, too long, or not what was published; one sentence each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from system.reports.answer import Finding
from system.reports.extracts.layout import Layout, LayoutColumn

FINDINGS_MAX = 500
Said = str | None


def _digits(column: LayoutColumn, value: Any) -> Said:
    if not (isinstance(value, str) and value.isascii() and value.isdigit()):
        return f"«{value}» no son sólo dígitos"
    return (
        None if len(value) == column.length else f"«{value}» tiene {len(value)} dígitos y son {column.length}"
    )


def _text(column: LayoutColumn, value: Any) -> Said:
    if column.length is not None and len(value) > column.length:
        return f"tiene {len(value)} letras y caben {column.length}"
    return "tiene caracteres de control" if any(ord(letter) < ord(" ") for letter in value) else None


def _choice(column: LayoutColumn, value: Any) -> Said:
    return None if value in column.choices else f"«{value}» no es ninguno de {', '.join(column.choices)}"


def _number(column: LayoutColumn, value: Any) -> Said:
    if column.sign == "<=0" and value > 0:
        return "es mayor que cero y lo publicado nunca lo es"
    if column.sign == ">=0" and value < 0:
        return "es menor que cero y lo publicado nunca lo es"
    return None


_CHECKS: Mapping[str, Callable[[LayoutColumn, Any], Said]] = {
    "digits": _digits,
    "text": _text,
    "choice": _choice,
    "integer": _number,
    "pesos": _number,
    "kwh": _number,
    "ratio": _number,
}


def check_value(column: LayoutColumn, value: Any) -> Said:
    """What is wrong with a value; None: nothing."""
    if value is None or value == "":
        return "falta" if column.required else None
    check = _CHECKS.get(column.type)
    return None if check is None else check(column, value)


def findings(
    layout: Layout, rows: Iterable[tuple[Mapping[str, str], Sequence[Any]]]
) -> tuple[tuple[Finding, ...], int]:
    """What is wrong with rows, each thing once, what blocks first; and how many more there are.

    Args:
        layout: theirs.
        rows: subject -> how its reader knows it, and the cells.
    """
    kept: dict[tuple[str, str, str], Finding] = {}
    left = 0
    for names, cells in rows:
        for column, value in zip(layout.columns, cells, strict=True):
            said = check_value(column, value)
            if said is None:
                continue
            where = names[column.subject]
            key = (where, column.code, said)
            if key in kept:
                continue
            if len(kept) >= FINDINGS_MAX:
                left += 1
                continue
            kept[key] = Finding(where, column.code, f"{said}.", blocks=column.required or said != "falta")
    return tuple(sorted(kept.values(), key=lambda one: not one.blocks)), left
