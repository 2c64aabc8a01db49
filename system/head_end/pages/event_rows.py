"""Events as lists show them: in words, and what repeats itself at once as one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from system.head_end.event_words import words_of
from system.head_end.models import DeviceEvent


@dataclass(slots=True)
class EventRow:
    """One event, or several alike in a row.

    Args:
        event: the newest of them.
        what, detail: Spanish words, and what else it said.
        count: how many.
        first_at: of the oldest of them, by the device's clock.
    """

    event: DeviceEvent
    what: str
    detail: str
    count: int
    first_at: datetime


def event_rows(events: Iterable[DeviceEvent]) -> list[EventRow]:
    """Rows for events that come newest first."""
    rows: list[EventRow] = []
    for event in events:
        said = words_of(event.log, event.code, event.name, event.detail)
        last = rows[-1] if rows else None
        if last is not None and (last.event.subject, last.what, last.detail, last.event.alarm) == (
            event.subject,
            said.what,
            said.detail,
            event.alarm,
        ):
            last.count, last.first_at = last.count + 1, event.at
        else:
            rows.append(EventRow(event, said.what, said.detail, 1, event.at))
    return rows
