"""The exchange over a link: batch out, pack in; the counter signs the office's challenge.

Interrupted anywhere it is done again: what the office has settled is no news to it, and a pack that is loaded
is loaded. Money is not handed over by link: the limit grows when the office has received it.
"""

import hashlib
import json
from typing import Any

from system.config.outgoing import UnableToSend, send
from system.terminal.desk import Desk
from system.terminal.errors import TerminalRefused
from system.terminal.services.hand_over import make_batch
from system.terminal.services.load_pack import load_pack

ROUTES = {"challenge": "/api/v1/terminal/challenge", "exchange": "/api/v1/terminal/exchange"}
#: What a terminal signs begins so; the office's `system.vending.offline.rest.link` says the same.
SIGNED_HEAD = b"amibench-offline/1 exchange "
#: A pack is up to 16 MB, and a text within the answer.
ANSWER_MAX_BYTES = 33_000_000
#: A slow link has so long for all of it.
WHOLE_S = 300.0
_OK = 200
_TOLD_CHARACTERS_MAX = 300


def exchange(desk: Desk, office_url: str) -> str:
    """Hand over what is not settled and load the newest pack; one Spanish sentence of what happened.

    Raises:
        TerminalRefused: ``no-address``, ``no-link``, ``office-refused``, or what `load_pack` refuses.
    """
    if not office_url:
        raise TerminalRefused("no-address")
    terminal_id = str(desk.book.terminal_id)
    challenge = _text(_asked(office_url, "challenge", {"terminal_id": terminal_id}), "challenge")
    batch = make_batch(desk)
    signature = desk.counter.sign(signed_bytes(challenge, batch))
    answer = _asked(
        office_url,
        "exchange",
        {
            "terminal_id": terminal_id,
            "challenge": challenge,
            "batch": batch.decode("ascii"),
            "signature": signature.hex(),
        },
    )
    new = answer.get("new")
    handed = f"La oficina recibió {new if isinstance(new, int) else 0} asientos nuevos."
    pack = answer.get("pack")
    if not isinstance(pack, str):
        return f"{handed} No hay paquete nuevo."
    load_pack(desk, pack.encode("utf-8"))
    return f"{handed} Paquete {desk.selling().pack.number} cargado."


def signed_bytes(challenge: str, batch: bytes) -> bytes:
    """What the terminal signs: the office's challenge, and which batch comes with it."""
    return SIGNED_HEAD + challenge.encode() + b" " + hashlib.sha256(batch).hexdigest().encode()


def _asked(office_url: str, route: str, said: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = send(
            office_url.rstrip("/") + ROUTES[route],
            json.dumps(said).encode("ascii"),
            {"Content-Type": "application/json", "Accept": "application/json"},
            answer_max_bytes=ANSWER_MAX_BYTES,
            whole_s=WHOLE_S,
        )
    except UnableToSend as unable:
        raise TerminalRefused("no-link", why=unable) from unable
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise TerminalRefused("office-refused", why=f"HTTP {answer.status}")
    if answer.status != _OK:
        why = str(told.get("detail") or told.get("title") or f"HTTP {answer.status}")
        raise TerminalRefused("office-refused", why=why[:_TOLD_CHARACTERS_MAX])
    return told


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str):
        raise TerminalRefused("office-refused", why=f"?{name}")
    return value
