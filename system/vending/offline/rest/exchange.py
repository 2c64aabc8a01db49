"""The exchange with a terminal that has a link: batch up, pack down, under its own signature.

The challenge is signed by the house and lives for 5 minutes; the house remembers none. Who repeats an
exchange within them gets the same: a batch that is settled stays settled, and the pack is one that a person
made.
"""

import hashlib
import json
import secrets
import uuid
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from protocols.offline.envelope import OCTETS_MAX, peek
from system.accounts.rest.problems import problem
from system.vending.offline.errors import ForkFound, OfflineRefused
from system.vending.offline.models import Terminal, TerminalState
from system.vending.offline.selectors.terminals import settled_up_to
from system.vending.offline.services.packs import newest_pack, pack_bytes
from system.vending.offline.services.settlement import receive_batch

CHALLENGE_S = 300
#: What a terminal signs begins so.
SIGNED_HEAD = b"amibench-offline/1 exchange "
_SALT = "amibench-offline-exchange"
#: A batch is a text within the body: its quotes are escaped.
_BODY_MAX = 2 * OCTETS_MAX
_SHORT_BODY_MAX = 4096
_UNKNOWN = "El terminal no está inscrito, o su firma no corresponde a este reto."


class _Unreadable(ValueError):
    """The body is not what the route takes."""


class _TooLong(ValueError):
    """The body is too long."""


class _NotAuthenticated(ValueError):
    """No terminal of ours, or not its signature."""


def signed_bytes(challenge: str, batch: bytes) -> bytes:
    """Octets that a terminal signs: the office's challenge, and which batch comes with it (nothing: none)."""
    return SIGNED_HEAD + challenge.encode() + b" " + hashlib.sha256(batch).hexdigest().encode()


@csrf_exempt
@require_POST
def challenge(request: HttpRequest) -> HttpResponse:
    """A fresh challenge; it says nothing about whether the terminal is known."""
    try:
        said = _body(request, _SHORT_BODY_MAX, {"terminal_id"})
        terminal_id = str(uuid.UUID(_text(said, "terminal_id")))
    except _TooLong:
        return problem(request, 413)
    except ValueError:
        return problem(request, 400)
    made = signing.dumps([terminal_id, secrets.token_hex(16)], salt=_SALT)
    return JsonResponse({"challenge": made})


@csrf_exempt
@require_POST
def exchange(request: HttpRequest) -> HttpResponse:
    """Settle a batch, if one comes along, and answer with the newest pack, if it is newer."""
    try:
        said = _body(request, _BODY_MAX, {"terminal_id", "challenge", "batch", "signature"})
        batch = None if said["batch"] is None else _text(said, "batch").encode("ascii")
        terminal = _authenticated(said, batch or b"")
        return JsonResponse(_exchange_result(terminal, batch))
    except _NotAuthenticated:
        return problem(request, 401, _UNKNOWN)
    except ForkFound as fork:
        return problem(request, 409, str(fork), kind="fork", title="El terminal cuenta dos historias")
    except OfflineRefused as refused:
        return problem(request, 422, str(refused), kind="refused", title="No se puede")
    except _TooLong:
        return problem(request, 413)
    except ValueError:
        return problem(request, 400)


def _exchange_result(terminal: Terminal, batch: bytes | None) -> dict[str, Any]:
    new = known = left = findings = 0
    why, loaded = "", 0
    if batch is not None:
        settlement = receive_batch(None, batch)
        if settlement.batch.terminal_id != terminal.pk:  # its signature was good: another one's, passed on
            raise OfflineRefused("El lote es de otro terminal: entréguelo en la oficina.")
        new, known, left, why = settlement.new, settlement.known, settlement.left, settlement.why
        findings, loaded = len(settlement.findings), int(peek(batch).body["pack_number"])
    number, last_hash = settled_up_to(terminal)
    return {
        "new": new,
        "known": known,
        "left": left,
        "why": why,
        "findings": findings,
        "settled": {"number": number, "hash": last_hash},
        "pack": _pack_above(terminal, loaded),
    }


def _pack_above(terminal: Terminal, loaded: int) -> str | None:
    terminal.refresh_from_db(fields=["state"])
    newest = newest_pack(terminal) if terminal.state == TerminalState.ACTIVE else None
    return pack_bytes(newest).decode("ascii") if newest and newest.number > loaded else None


def _authenticated(said: dict[str, Any], batch: bytes) -> Terminal:
    """The terminal that signed this office's fresh challenge.

    Raises:
        _Stranger: there is none such.
    """
    text = _text(said, "challenge")
    try:
        terminal_id, _ = signing.loads(text, salt=_SALT, max_age=CHALLENGE_S)
        if terminal_id != _text(said, "terminal_id"):
            raise _NotAuthenticated
        rows = Terminal.objects.select_related("provider", "point_of_sale")
        terminal: Terminal = rows.get(pk=terminal_id)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(terminal.signing_public))
        key.verify(bytes.fromhex(_text(said, "signature")), signed_bytes(text, batch))
    except (signing.BadSignature, Terminal.DoesNotExist, InvalidSignature, ValueError):
        raise _NotAuthenticated from None
    return terminal


def _body(request: HttpRequest, most: int, fields: set[str]) -> dict[str, Any]:
    data = request.read(most + 1)
    if len(data) > most:
        raise _TooLong
    try:
        said = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _Unreadable from None
    if not isinstance(said, dict) or set(said) != fields:
        raise _Unreadable
    return said


def _text(said: dict[str, Any], name: str) -> str:
    value = said[name]
    if not isinstance(value, str):
        raise _Unreadable
    return value


# ------------ addresses below ``/api/v1/terminal/``: guarded by the terminal's signature alone

urlpatterns = [
    path("challenge", challenge, name="terminal-challenge"),
    path("exchange", exchange, name="terminal-exchange"),
]
