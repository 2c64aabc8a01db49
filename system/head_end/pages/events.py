"""What devices told."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.head_end.pages.event_rows import event_rows
from system.head_end.selectors.events import find_events
from system.registry.pages.rows import page_of


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
