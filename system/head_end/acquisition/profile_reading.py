"""Reading of profiles and event logs by range, in pieces; each piece is kept before the next is asked for.

Events have no number of their own: those that are alike (log, instant, code) are told apart by their order,
and what was read before comes again with the same order and is kept once.

Source: IEC 62056-6-2, Profile generic, selective access by range; requirement R3-02
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.measurement import ProfileGeneric
from protocols.dlms.cosem.selection import RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.profile_rows import Column as WireColumn
from protocols.dlms.profile_rows import Row as WireRow
from protocols.dlms.profile_rows import decode_rows
from protocols.dlms.session.profiles import BUFFER, ProfileShape
from protocols.field.events import event_name, is_alarm
from system.head_end.acquisition.cosem_reads import obis_text, store_column
from system.head_end.acquisition.meter_session import MeterSession
from system.head_end.acquisition.session_limits import HostileDevice
from system.head_end.store_port import EventRow, Gap, Row, RowBatch
from system.head_end.vocabulary import Source

#: Status words of profiles: data whose code begins so (Blue Book: 0.0.96.10.x).
_STATUS_CLASS, _STATUS_PREFIX = 1, "0.0.96.10."
_SECOND = timedelta(seconds=1)

NewId = Callable[[], uuid.UUID]


async def read_gap(session: MeterSession, gap: Gap, new_id: NewId) -> int:
    """Read and keep the rows of a gap; how many of them were new.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
        LeaseLost: the channel is somebody else's.
    """
    shape = await session.shape(gap.profile)
    new = 0
    for after, to in pieces(gap.after, gap.to, shape.period_s, session.settings.rows_per_request):
        await session.enough_counters()
        octets = await rows_between(session, gap.profile, shape, after + _SECOND, to)
        rows = decode_rows(
            octets,
            shape.columns,
            period_s=shape.period_s,
            deviation_minutes=session.settings.deviation_minutes,
        )
        if len(rows) > session.settings.limits.rows_max:
            raise HostileDevice(f"more than {session.settings.limits.rows_max} rows in one answer")
        batch = _batch(session, gap, shape, rows, (after, to), new_id(), octets)
        kept = await session.store.keep_rows([batch])
        new += sum(item.new for item in kept)
    return new


async def rows_between(
    session: MeterSession, profile: str, shape: ProfileShape, first: datetime, last: datetime
) -> bytes:
    """The buffer of a profile between two instants, both included, undecoded.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    if shape.clock is None:
        raise DecodeError(f"{profile} has no clock")
    selection = RangeSelection(
        shape.clock,
        _instant(first, session.settings.deviation_minutes),
        _instant(last, session.settings.deviation_minutes),
    )
    return await session.dlms.get_octets(ProfileGeneric, profile, BUFFER, selection)


def pieces(after: datetime, to: datetime, period_s: int, rows: int) -> Iterator[tuple[datetime, datetime]]:
    """A time cut into pieces of so many rows, oldest first; whole where the profile has no period.

    >>> from datetime import UTC
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [(to - after).total_seconds() for after, to in pieces(day, day + timedelta(hours=5), 3600, 2)]
    [7200.0, 7200.0, 3600.0]
    """
    size = timedelta(seconds=period_s * rows) if period_s > 0 else to - after
    while after < to:
        end = min(to, after + size)
        yield after, end
        after = end


def _batch(
    session: MeterSession,
    gap: Gap,
    shape: ProfileShape,
    rows: tuple[WireRow, ...],
    covered: tuple[datetime, datetime],
    batch_id: uuid.UUID,
    raw: bytes,
) -> RowBatch:
    columns = [column for column in shape.columns if not column.is_clock]
    status = next((place for place, column in enumerate(columns) if is_status(column)), None)
    places = [place for place in range(len(columns)) if place != status]
    within = _within(rows, covered)
    return RowBatch(
        id=batch_id,
        device_id=gap.meter.device_id,
        profile=gap.profile,
        source=Source.PROFILE,
        columns=tuple(store_column(columns[place]) for place in places),
        rows=tuple(map(Row, *_lines(within, places, status))),
        period_s=shape.period_s,
        received_at=session.store.now(),
        covered=covered,
        clock_off_s=session.clock_off_s,
        raw=raw,
    )


def _within(rows: tuple[WireRow, ...], covered: tuple[datetime, datetime]) -> list[WireRow]:
    """The rows that were asked for: a meter that ignores the range tells more."""
    after, to = covered
    times = [row.time for row in rows if row.time is not None]
    if len(times) == len(rows) and times and after < min(times) and max(times) <= to:
        return list(rows)
    return [row for row in rows if row.time is not None and after < row.time <= to]


def _lines(
    rows: list[WireRow], places: list[int], status: int | None
) -> tuple[list[datetime], list[tuple[int | None, ...]], list[int]]:
    """Instants, values and status words of rows; column by column, which is several times as fast."""
    columns = list(zip(*[row.values for row in rows], strict=True))
    words = [0] * len(rows)
    if status is not None and rows:
        words = [word or 0 for word in _numbers(columns[status])]
    kept = [_numbers(columns[place]) for place in places] if rows else []
    values: list[tuple[int | None, ...]] = list(zip(*kept, strict=True)) if kept else [()] * len(rows)
    return [row.time for row in rows if row.time is not None], values, words


def _numbers(column: tuple[object, ...]) -> Sequence[int | None]:
    if set(map(type, column)) <= {int}:
        return cast("tuple[int, ...]", column)
    return [number(value) for value in column]


def is_status(column: WireColumn) -> bool:
    """True where a column is the status word of its row."""
    return column.captures.class_id == _STATUS_CLASS and obis_text(column).startswith(_STATUS_PREFIX)


def number(value: object) -> int | None:
    """A value as the store keeps it: whole numbers, nothing else."""
    return int(value) if isinstance(value, int) else None


def _instant(utc: datetime, deviation_minutes: int) -> Data:
    return axdr.octet_string(CosemDateTime.from_utc(utc, deviation_minutes).to_bytes())


async def read_events(session: MeterSession, gap: Gap) -> int:
    """Read and keep the events of a log; how many of them were new.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
        LeaseLost: the channel is somebody else's.
    """
    await session.enough_counters()
    shape = await session.shape(gap.profile)
    first = gap.after.replace(microsecond=0)
    octets = await rows_between(session, gap.profile, shape, first, gap.to)
    rows = decode_rows(octets, shape.columns, deviation_minutes=session.settings.deviation_minutes)
    if len(rows) > session.settings.limits.rows_max:
        raise HostileDevice(f"more than {session.settings.limits.rows_max} rows in one answer")
    return await session.store.keep_events(_events(gap, rows, first))


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
                event_name(code),
                row.time,
                sequence=alike[key],
                alarm=is_alarm(code),
            )
        )
        alike[key] += 1
    return found
