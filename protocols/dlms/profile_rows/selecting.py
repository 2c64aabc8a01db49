"""Which rows of a profile to ask for: between two instants, or by their numbers.

>>> from datetime import UTC, datetime
>>> clock = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)
>>> midnight = datetime(2026, 1, 1, 5, tzinfo=UTC)
>>> between(midnight, midnight, clock=clock).from_value.value.hex()
'07ea01010400000000012c00'
"""

from datetime import datetime

from protocols.dlms import axdr
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis

#: the clock that nearly every profile captures first
USUAL_CLOCK = CaptureObject(8, Obis(0, 0, 1, 0, 0, 255), 2)


def between(
    start: datetime, end: datetime, *, clock: CaptureObject = USUAL_CLOCK, deviation_minutes: int = 300
) -> RangeSelection:
    """Rows captured from `start` to `end`, both included.

    Args:
        start: aware.
        end: aware.
        clock: the clock column of the profile.
        deviation_minutes: minutes from the meter's local time to UTC (Bogotá +300).

    Raises:
        DlmsValueError: an instant is naive.
    """
    low, high = (
        axdr.octet_string(CosemDateTime.from_utc(moment, deviation_minutes).to_bytes())
        for moment in (start, end)
    )
    return RangeSelection(clock, low, high)


def latest(count: int, entries_in_use: int) -> EntrySelection:
    """The `count` rows with the highest numbers; all of them where there are fewer."""
    return EntrySelection(max(1, entries_in_use - count + 1), 0)
