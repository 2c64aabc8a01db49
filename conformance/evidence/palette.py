"""How a verdict looks on screen, paper and sheet: a sign and two colours; colour never speaks alone."""

from typing import NamedTuple

from conformance.verdicts import Verdict


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
