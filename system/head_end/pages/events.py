"""Events of meters and concentrators: in words, repetitions as one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.head_end.end_device_events import describe_event
from system.head_end.models import DeviceEvent
from system.head_end.selectors.events import find_events
from system.registry.pages.shortcuts import page_of


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
        said = describe_event(event.log, event.code, event.name, event.detail)
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


@requires(Operation.SEE_FIELD)
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Events, newest first; of a serial, or alarms alone."""
    text, alarm = request.GET.get("q", "").strip()[:100], request.GET.get("alarmas") == "1"
    page = page_of(request, find_events(request.user, text=text, alarm=alarm))
    shown = {
        "page": page,
        "rows": event_rows(page.object_list),
        "text": text,
        "alarm": alarm,
        "query": urlencode({"q": text, **({"alarmas": "1"} if alarm else {})}),
    }
    return render(request, "head_end/events.html", shown)
