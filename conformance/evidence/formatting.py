"""Formatting of the reports: harmless text, numbers as each language writes them, the look of a verdict."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from conformance.verdicts import Verdict

_NUMBER = re.compile(r"[+-]?\d+\.\d+")
_TEXT_CONTROLS = frozenset("\n\t")
#: Marks that turn the reading direction round: a hostile name could make a report read backwards.
_BIDI_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_REPLACEMENT = "�"


def clean(text: str) -> str:
    """`text` with every character that XML, HTML or UTF-8 cannot carry shown as U+FFFD."""
    return text if text.isascii() and text.isprintable() else "".join(map(_harmless, text))


def _harmless(char: str) -> str:
    if char in _TEXT_CONTROLS:
        return char
    code = ord(char)
    unfit = code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF)
    return _REPLACEMENT if unfit or char in _BIDI_CONTROLS else char


def decimal(value: float, digits: int, lang: str) -> str:
    """`value` with `digits` decimals: ``1.250`` in English, ``1,250`` in Spanish (es-CO)."""
    return localised(f"{value:.{digits}f}", lang)


def localised(value: str, lang: str) -> str:
    """A number kept as text, with the decimal sign of `lang`; what is no plain number stays as it is."""
    return value.replace(".", ",") if lang == "es" and _NUMBER.fullmatch(value) else value


def spaced_hex(digits: str) -> str:
    """Hex digits as upper-case octets with a space between, so that a long frame can wrap."""
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()


def instant(iso: str) -> datetime:
    """The instant `iso` (ISO 8601, UTC when it names no zone); the year 2000 when it is none.

    Documents are dated by it, never by the clock of the machine that writes them: the same evidence gives the
    same bytes.
    """
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def shown_instant(iso: str) -> str:
    """``2026-01-05 14:03:22 UTC``; a text that is no instant is shown as it is."""
    try:
        datetime.fromisoformat(iso)
    except ValueError:
        return clean(iso)
    return f"{instant(iso):%Y-%m-%d %H:%M:%S} UTC"


# ---------------------------------------------------------------- looks of the verdicts


class Look(NamedTuple):
    """A sign, a dark colour for words and a light one for what lies behind them (``#rrggbb``)."""

    sign: str
    ink: str
    paper: str


ACCENT = "#1f4e79"

LOOKS: dict[Verdict, Look] = {
    Verdict.CONFORMS: Look("✓", "#14602f", "#e2f2e7"),
    Verdict.CONFORMS_NOT_STRICTLY: Look("≈", "#4b5c00", "#eef2d3"),
    Verdict.INFORMATIONAL: Look("i", "#1f4e79", "#e1ecf6"),
    Verdict.NOT_IMPLEMENTED: Look("–", "#4f4f4f", "#e6e6e6"),
    Verdict.NOT_APPLICABLE: Look("–", "#636363", "#f1f1f1"),
    Verdict.FAILS: Look("✗", "#9b1c1c", "#fae1e1"),
    Verdict.INCONCLUSIVE: Look("?", "#7d4a00", "#fcedd0"),
}

#: The order in which counts are shown: what needs a reader's attention comes first.
SHOWN_ORDER: tuple[Verdict, ...] = (
    Verdict.FAILS,
    Verdict.INCONCLUSIVE,
    Verdict.CONFORMS,
    Verdict.CONFORMS_NOT_STRICTLY,
    Verdict.INFORMATIONAL,
    Verdict.NOT_IMPLEMENTED,
    Verdict.NOT_APPLICABLE,
)
