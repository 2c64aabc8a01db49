"""The rows of the table of validation that belong to the physics of the wire, and what it leaves out.

>>> [row.ident for row in rows(slow=False)][:2]
['R4', 'PLC-1']
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sim.plc_channel.channel.points import POINTS as CHANNEL_POINTS
from sim.plc_channel.phy.points import POINTS as PHY_POINTS
from sim.plc_channel.validation import ValidationRow

POINTS = (*PHY_POINTS, *CHANNEL_POINTS)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One sentence on what is not modelled, in English and Spanish."""

    en: str
    es: str


@cache
def not_modelled() -> tuple[LeftOut, ...]:
    """What the physics leaves out. Source: ``data/not_modelled.toml``."""
    text = resources.files("sim.plc_channel").joinpath("data/not_modelled.toml").read_text(encoding="utf-8")
    return tuple(LeftOut(**row) for row in tomllib.loads(text)["sentence"])


def rows(*, slow: bool = True) -> tuple[ValidationRow, ...]:
    """Measure and judge; same rows every time.

    Args:
        slow: also those points that take more than two seconds each.
    """
    return tuple(point.measure() for point in POINTS if slow or not point.slow)
