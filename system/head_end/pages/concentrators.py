"""Ways into the field, what was found behind them, and what becomes of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.head_end.models import Channel, FoundDevice
from system.head_end.pages.form_actions import REFUSALS, do, user_of
from system.head_end.pages.forms import ChannelForm
from system.head_end.registration_rules import REGISTRATION_REASONS
from system.head_end.selectors.meters import find_channels, find_found
from system.head_end.services.configuration import set_channel
from system.head_end.services.registration import confirm_found, reject_found
from system.head_end.vocabulary import REASON_SENTENCES, Reason, Registration
from system.registry.pages.shortcuts import page_of, row_or_404

#: Decisions of one page.
_FOUND_MAX = 50
_COLOURS = {
    Registration.FOUND.value: ("Por confirmar", "warn"),
    Registration.CONFIRMED.value: ("Confirmado", "good"),
    Registration.QUARANTINED.value: ("En cuarentena", "bad"),
    Registration.REJECTED.value: ("Rechazado", ""),
}


@requires(Operation.SEE_FIELD)
@require_GET
def concentrators(request: HttpRequest) -> HttpResponse:
    """All ways into the field, and what waits for a decision."""
    page, open_ones = page_of(request, find_channels(request.user)), find_found(request.user, "open")
    found = [_found_row(row) for row in open_ones[:_FOUND_MAX]]
    shown = {
        "page": page,
        "channels": [(channel, _why(channel)) for channel in page.object_list],
        "found": found,
        "found_left": open_ones.count() - len(found),
        **_rights(request),
    }
    return render(request, "head_end/concentrators.html", shown)


@requires(Operation.SEE_FIELD)
@require_GET
def concentrator(request: HttpRequest, channel_id: int) -> HttpResponse:
    """One of them: its state, and everything that it lists."""
    row_or_404(request, Channel, channel_id)
    channel = find_channels(request.user).select_related("device", "site").get(pk=channel_id)
    page = page_of(request, find_found(request.user).filter(channel_id=channel_id))
    shown = {
        "channel": channel,
        "why": _why(channel),
        "page": page,
        "found": [_found_row(row) for row in page.object_list],
        **_rights(request),
    }
    return render(request, "head_end/concentrator.html", shown)


@requires(Operation.MANAGE_FIELD)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, channel_id: int | None = None) -> HttpResponse:
    """A new way into the field, or another address for one."""
    channel = None if channel_id is None else row_or_404(request, Channel, channel_id)
    form = ChannelForm(request.POST or None, user=request.user, channel=channel)
    if request.method == "POST" and form.is_valid():
        try:
            kept = set_channel(user_of(request), form.data_of(), channel)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("head_end:concentrator", channel_id=kept.pk)
    return render(request, "head_end/channel_form.html", {"form": form, "channel": channel})


@requires(Operation.CONFIRM_REGISTRATION)
@require_POST
def decide(request: HttpRequest, found_id: int) -> HttpResponse:
    """Speak with a found meter, or never."""
    found = row_or_404(request, FoundDevice, found_id, "channel", "device")
    verb, done = (
        (confirm_found, f"El medidor {found.serial} quedó confirmado.")
        if request.POST.get("decision") == "confirm"
        else (reject_found, f"El medidor {found.serial} quedó rechazado.")
    )
    do(request, lambda: verb(user_of(request), found), done)
    if request.POST.get("back") == "list":
        return redirect("head_end:concentrators")
    return redirect("head_end:concentrator", channel_id=found.channel_id)


def _found_row(found: FoundDevice) -> dict[str, Any]:
    state, colour = _COLOURS[found.state]
    return {
        "found": found,
        "state": state,
        "colour": colour,
        "why": REGISTRATION_REASONS.get(found.reason, found.reason),
    }


def _why(channel: Channel) -> str:
    if channel.failing_since is None or not channel.last_reason:
        return ""
    return REASON_SENTENCES[Reason(channel.last_reason)]


def _rights(request: HttpRequest) -> dict[str, bool]:
    user = user_of(request)
    return {
        "may_confirm": user.may(Operation.CONFIRM_REGISTRATION),
        "may_manage": user.may(Operation.MANAGE_FIELD),
    }
