"""Reads the rows of profiles, of a stretch of time where one is asked for, and puts them into JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from amibench.commands.meter import tables
from amibench.commands.meter.objects import Listed
from amibench.commands.meter.zone import MeterZone
from protocols.dlms.profile_rows import Profile, between
from protocols.dlms.session import AccessRefused, DlmsSession, ExceptionAnswered

BUFFER = 2
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2099, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Of which time rows are wanted, in the meter's own time: as it was typed, without zone."""

    start: datetime | None
    end: datetime | None

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None


def read_rows(session: DlmsSession, item: Listed, period: Period, zone: MeterZone) -> Profile | str:
    """The rows of a profile, or why the meter gives none."""
    try:
        shape = session.profile_shape(item.obis)
        selection = None
        if period and shape.clock is not None:
            selection = between(
                zone.of_local(period.start) or _FIRST,
                zone.of_local(period.end) or _LAST,
                clock=shape.clock,
                deviation_minutes=zone.deviation_minutes,
            )
        return session.read_profile(
            item.obis, selection, shape=shape, deviation_minutes=zone.deviation_minutes
        )
    except AccessRefused as refusal:
        return refusal.result.label
    except ExceptionAnswered as refusal:
        return str(refusal)


def plain_profile(item: Listed, profile: Profile | str, zone: MeterZone, lang: str) -> dict[str, Any]:
    """For JSON: instants in UTC, and the meter's own zone beside them."""
    head: dict[str, Any] = {
        "obis": str(item.obis),
        "class_id": item.class_id,
        "attribute": BUFFER,
        "name": item.obis.describe(lang),
    }
    if isinstance(profile, str):
        return head | {"error": profile}
    columns = [
        {
            "obis": str(column.captures.logical_name),
            "attribute": column.captures.attribute,
            "unit": column.symbol,
        }
        for column in profile.columns
    ]
    rows = [
        {
            "time": None if time is None else time.isoformat(),
            "values": [tables.cell(value) for value in values],
        }
        for time, values in profile.quantities()
    ]
    told = {"time_zone": zone.name, "time_zone_assumed": not zone.is_told}
    return head | told | {"period_s": profile.period_s, "columns": columns, "rows": rows}
