"""Files for people to carry: packs, batches, and the office's keys for a new terminal."""

import uuid
import zlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from system.accounts import audit
from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import Pack
from system.vending.offline.pages.terminals import find_terminal, user_of
from system.vending.offline.services.audit_trail import audit_terminal
from system.vending.offline.services.office_keys import office_file
from system.vending.offline.services.packs import pack_bytes


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def pack_file(request: HttpRequest, terminal_id: uuid.UUID, number: int) -> HttpResponse:
    """A pack, for the terminal: keys in it are wrapped for it alone, names of customers are not."""
    found = find_terminal(request, terminal_id)
    row = (
        Pack.objects.filter(terminal=found, number=number, file__isnull=False).select_related("file").first()
    )
    if row is None:
        raise Http404
    audit_terminal(user_of(request), found, audit.DONE, what="pack-download", number=number)
    return json_file(pack_bytes(row), f"paquete-{found.code}-{number}.json")


@requires(Operation.MANAGE_TERMINALS)
@require_GET
def batch_file(request: HttpRequest, terminal_id: uuid.UUID, batch_id: uuid.UUID) -> HttpResponse:
    """A batch as it came: evidence."""
    found = find_terminal(request, terminal_id)
    row = found.batches.filter(pk=batch_id).first()
    if row is None:
        raise Http404
    return json_file(zlib.decompress(row.content), f"lote-{found.code}-{row.first}-{row.last}.json")


def json_file(content: bytes, name: str) -> HttpResponse:
    """An answer that is kept as a file, and by nobody on the way."""
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def office_keys(request: HttpRequest) -> HttpResponse:
    """Both fingerprints, to read aloud."""
    shown: dict[str, object] = {}
    try:
        shown["file"] = office_file(user_of(request).provider)
    except OfflineRefused as error:
        shown["why"] = str(error)
    return render(request, "offline/office.html", shown)


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def office_keys_file(request: HttpRequest) -> HttpResponse:
    """The file that the terminal loads."""
    try:
        return json_file(office_file(user_of(request).provider).content, "office-keys.json")
    except OfflineRefused as error:
        messages.error(request, str(error))
        return redirect("offline:office")
