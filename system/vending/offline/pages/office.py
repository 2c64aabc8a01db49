"""Who the office is, for a terminal that meets it for the first time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.pages.files import json_file
from system.vending.offline.pages.finding import user_of
from system.vending.offline.services.office_keys import office_file


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """Both fingerprints, to read aloud."""
    shown: dict[str, object] = {}
    try:
        shown["file"] = office_file(user_of(request).provider)
    except OfflineRefused as error:
        shown["why"] = str(error)
    return render(request, "offline/office.html", shown)


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def keys_file(request: HttpRequest) -> HttpResponse:
    """The file that the terminal loads."""
    try:
        return json_file(office_file(user_of(request).provider).content, "office-keys.json")
    except OfflineRefused as error:
        messages.error(request, str(error))
        return redirect("offline:office")
