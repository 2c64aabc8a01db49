"""The meter's own time zone: what its tables show, and what ``--from`` and ``--to`` mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from amibench.commands.meter.objects import Listed
from protocols.dlms.cosem.control import Clock
from protocols.dlms.session import AccessRefused, DlmsSession, ExceptionAnswered
from protocols.dlms.session.profiles import USUAL_DEVIATION_MINUTES

TIME_ZONE = 3
_MINUTES_PER_HOUR = 60
#: beyond this nobody lives: such a number is no zone
_MINUTES_MAX = 14 * _MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True)
class MeterZone:
    """A zone without daylight saving: a table's rows stay evenly spaced.

    Args:
        deviation_minutes: from local standard time to UTC, Bogotá +300.
        is_told: whether the meter says so; else it is assumed.
    """

    deviation_minutes: int = USUAL_DEVIATION_MINUTES
    is_told: bool = False

    @property
    def name(self) -> str:
        """As people write it.

        >>> MeterZone(300).name, MeterZone(-330).name, MeterZone(0).name
        ('UTC-5', 'UTC+5:30', 'UTC')
        """
        hours, minutes = divmod(abs(self.deviation_minutes), _MINUTES_PER_HOUR)
        if not self.deviation_minutes:
            return "UTC"
        sign = "-" if self.deviation_minutes > 0 else "+"
        return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")

    def local(self, moment: datetime) -> datetime:
        """An aware instant in this zone."""
        return moment.astimezone(self._tzinfo)

    def of_local(self, moment: datetime | None) -> datetime | None:
        """An instant as it was typed: local, without zone."""
        return None if moment is None else moment.replace(tzinfo=self._tzinfo)

    @property
    def _tzinfo(self) -> timezone:
        return timezone(-timedelta(minutes=self.deviation_minutes))


def meter_zone(session: DlmsSession, listed: Sequence[Listed]) -> MeterZone:
    """The zone of the first clock that tells it, else the assumed one."""
    for item in listed:
        if item.class_id != Clock.class_id or TIME_ZONE not in item.readable:
            continue
        try:
            found = session.get(Clock, item.obis, TIME_ZONE).value
        except (AccessRefused, ExceptionAnswered):
            continue
        if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= _MINUTES_MAX:
            return MeterZone(found, is_told=True)
    return MeterZone()
