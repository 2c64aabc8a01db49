"""`ValidationRow`: one figure of a model beside the published one, as the page on fidelity shows it."""

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
