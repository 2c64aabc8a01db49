"""Packs and batches as files."""

import uuid
import zlib

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from system.accounts import audit
from system.accounts.access import requires
from system.accounts.operations import Operation
from system.vending.offline.models import Pack
from system.vending.offline.pages.finding import find_terminal, user_of
from system.vending.offline.services.make_pack import pack_bytes
from system.vending.offline.services.telling import note


@requires(Operation.SETTLE_TERMINAL)
@require_GET
def pack(request: HttpRequest, terminal_id: uuid.UUID, number: int) -> HttpResponse:
    """A pack, for the terminal: keys in it are wrapped for it alone, names of customers are not."""
    found = find_terminal(request, terminal_id)
    row = (
        Pack.objects.filter(terminal=found, number=number, file__isnull=False).select_related("file").first()
    )
    if row is None:
        raise Http404
    note(user_of(request), found, audit.DONE, what="pack-download", number=number)
    return json_file(pack_bytes(row), f"paquete-{found.code}-{number}.json")


@requires(Operation.MANAGE_TERMINALS)
@require_GET
def batch(request: HttpRequest, terminal_id: uuid.UUID, batch_id: uuid.UUID) -> HttpResponse:
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
