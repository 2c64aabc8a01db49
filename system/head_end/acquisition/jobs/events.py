"""Event logs: rows of a time and a code, by range; the second where the last reading ended is read again.

Events have no number of their own: those that are alike (log, instant, code) are told apart by their order,
and what was read before comes again with the same order and is kept once.
"""

from collections import Counter
from datetime import datetime

from protocols.dlms.profile_rows import Row as WireRow
from protocols.dlms.profile_rows import decode_rows
from system.head_end.acquisition.event_names import is_alarm, name_of
from system.head_end.acquisition.jobs.profile import rows_between
from system.head_end.acquisition.limits import HostileDevice
from system.head_end.acquisition.talk import Talk
from system.head_end.desk import EventRow, Gap


async def read_events(talk: Talk, gap: Gap) -> int:
    """Read and keep the events of a log; how many of them were new.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
        LeaseLost: the channel is somebody else's.
    """
    await talk.enough_counters()
    shape = await talk.shape(gap.profile)
    first = gap.after.replace(microsecond=0)
    octets = await rows_between(talk, gap.profile, shape, first, gap.to)
    rows = decode_rows(octets, shape.columns, deviation_minutes=talk.terms.deviation_minutes)
    if len(rows) > talk.terms.limits.rows_max:
        raise HostileDevice(f"more than {talk.terms.limits.rows_max} rows in one answer")
    return await talk.desk.keep_events(_events(gap, rows, first))


def _events(gap: Gap, rows: tuple[WireRow, ...], first: datetime) -> list[EventRow]:
    found: list[EventRow] = []
    alike: Counter[tuple[datetime, int]] = Counter()
    for row in rows:
        code = next((value for value in row.values if isinstance(value, int)), None)
        if row.time is None or code is None or not first <= row.time <= gap.to:
            continue
        key = row.time, code
        found.append(
            EventRow(
                gap.meter.device_id,
                gap.meter.serial,
                gap.profile,
                code,
                name_of(code),
                row.time,
                sequence=alike[key],
                alarm=is_alarm(code),
            )
        )
        alike[key] += 1
    return found
