"""The rows of the table of validation that belong to the physics of the wire.

>>> [row.ident for row in rows(slow=False)][:2]
['R4', 'PLC-1']
"""

from sim.plc_channel.channel.points import POINTS as CHANNEL_POINTS
from sim.plc_channel.phy.points import POINTS as PHY_POINTS
from sim.plc_channel.validation import ValidationRow

POINTS = (*PHY_POINTS, *CHANNEL_POINTS)


def rows(*, slow: bool = True) -> tuple[ValidationRow, ...]:
    """Measure and judge; same rows every time.

    Args:
        slow: also those points that take more than two seconds each.
    """
    return tuple(point.measure() for point in POINTS if slow or not point.slow)
