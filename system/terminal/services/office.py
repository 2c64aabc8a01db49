"""Office of the terminal: its keys pinned, packs loaded, batches made; by file, or all at once over a link.

A pack is checked whole first, then leases go to the counter and the pack into the book. Killed in between,
the counter has leases of a pack that the book does not have: loading it again is all that is needed, and
until then the old pack sells on. An exchange that was interrupted is done again: what is settled or loaded is
no news. Money is not handed over by link: the limit grows when the office has received it.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from protocols.offline import OfflineError, fingerprint
from protocols.offline.messages import Batch, CounterReading, OfficeKeys, open_office_keys
from protocols.offline.schema import ENTRIES_MAX
from system.config.outgoing_http import UnableToSend, send
from system.security_module.refusals import Words
from system.security_module.secure_counter import CounterRefused
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal
from system.terminal.packs import LoadedPack, read_pack
from system.terminal.services.recover import recover, writing

# ------------ keys: compared by two people, then pinned for ever


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Fingerprints that two people compare: of the office's key, and of its security module's."""

    office: str
    module: str


def read_office(data: bytes) -> tuple[OfficeKeys, Fingerprints]:
    """An office's keys and what is to be compared; nothing is kept.

    Raises:
        TerminalRefused: ``bad-message``.
    """
    try:
        keys = open_office_keys(data)
    except OfflineError as error:
        raise TerminalRefused("bad-message", why=Words(error.es, error.en)) from error
    return keys, Fingerprints(fingerprint(keys.office_public), fingerprint(keys.module_public))


def admit_office(desk: OpenTerminal, data: bytes, confirmed: Fingerprints) -> None:
    """Pin the keys of an office; the same again changes nothing.

    Args:
        desk: the terminal.
        data: the office's file.
        confirmed: the fingerprints that somebody compared with what the office reads.

    Raises:
        TerminalRefused: ``bad-message``, ``not-confirmed`` or ``office-known``.
    """
    keys, prints = read_office(data)
    if _normalised(confirmed) != _normalised(prints):
        raise TerminalRefused("not-confirmed")
    with desk.turn:
        pinned = desk.pinned()
        if pinned is None:
            desk.book.keep_facts({"office_public": keys.office_public, "module_public": keys.module_public})
        elif pinned != (keys.office_public, keys.module_public):
            raise TerminalRefused("office-known")


def _normalised(prints: Fingerprints) -> tuple[str, str]:
    return tuple("".join(text.split()).upper() for text in (prints.office, prints.module))  # type: ignore[return-value]


# ------------ pack


def load_pack(desk: OpenTerminal, data: bytes) -> bool:
    """Load a pack; whether it was a new one: the present one again changes nothing.

    Raises:
        TerminalRefused: ``no-office``, ``bad-message``, ``other-terminal``, ``older-pack``,
            ``other-history`` or ``bad-pack``; nothing was kept.
    """
    with desk.turn:
        keys = desk.pinned()
        if keys is None:
            raise TerminalRefused("no-office")
        recover(desk)
        new = read_pack(data, *keys, desk.book.terminal_id)
        if not _is_newer(desk, new):
            return False
        _require_history(desk, new)
        _take_pack(desk, new, data, keys[1])
        return True


def _is_newer(desk: OpenTerminal, new: LoadedPack) -> bool:
    if desk.loaded is None:
        return True
    present = desk.loaded.pack
    if new.pack.pack_id == present.pack_id:
        return False
    if new.pack.number <= present.number:
        raise TerminalRefused("older-pack", number=new.pack.number, present=present.number)
    return True


def _require_history(desk: OpenTerminal, new: LoadedPack) -> None:
    settled = new.pack.settled
    if desk.book.hash_of(settled.number) != settled.hash:
        raise TerminalRefused("other-history")


def _take_pack(desk: OpenTerminal, new: LoadedPack, data: bytes, module_public: bytes) -> None:
    pack = new.pack
    try:
        for lease in pack.leases:
            desk.counter.check_lease(lease, module_public)
        for lease in pack.leases:
            desk.counter.load_lease(lease, module_public)
    except CounterRefused as refused:
        raise TerminalRefused("bad-message", why=Words(refused.es, refused.en)) from refused
    deposits = {one.deposit_id: (one.amount_c, one.at) for one in pack.deposits}
    desk.book.keep_pack(pack.pack_id, pack.number, data, deposits, desk.later())
    desk.loaded = new


# ------------ batch: handed over twice it is no news


def make_batch(desk: OpenTerminal) -> bytes:
    """The signed batch of all entries that are not settled; at most 20 000, the rest after the next pack.

    Raises:
        TerminalRefused: ``disk``.
    """
    with desk.turn, writing(desk):
        recover(desk)
        loaded, status = desk.loaded, desk.counter.status()
        settled = 0 if loaded is None else loaded.pack.settled.number
        batch = Batch(
            batch_id=uuid4(),
            terminal_id=desk.book.terminal_id,
            made_at=desk.now(),
            pack_number=0 if loaded is None else loaded.pack.number,
            entries=desk.book.entries_after(settled, ENTRIES_MAX),
            counter=CounterReading(status.sequence, status.spent_c),
        )
        return batch.seal(desk.counter.signing_public, desk.counter.sign)


# ------------ exchange over a link

ROUTES = {"challenge": "/api/v1/terminal/challenge", "exchange": "/api/v1/terminal/exchange"}
#: What a terminal signs begins so; the office's `system.vending.offline.rest.exchange` says the same.
SIGNED_HEAD = b"amibench-offline/1 exchange "
#: A pack is up to 16 MB, and a text within the answer.
ANSWER_MAX_BYTES = 33_000_000
#: A slow link has so long for all of it.
WHOLE_S = 300.0
_OK = 200
_TOLD_CHARACTERS_MAX = 300


def exchange_with_office(desk: OpenTerminal, office_url: str) -> str:
    """Hand over what is not settled and load the newest pack; one Spanish sentence of what happened.

    Raises:
        TerminalRefused: ``no-address``, ``no-link``, ``office-refused``, or what `load_pack` refuses.
    """
    if not office_url:
        raise TerminalRefused("no-address")
    terminal_id = str(desk.book.terminal_id)
    challenge = _text_field(_request(office_url, "challenge", {"terminal_id": terminal_id}), "challenge")
    batch = make_batch(desk)
    signature = desk.counter.sign(signed_bytes(challenge, batch))
    answer = _request(
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
    """Octets that the terminal signs: the office's challenge, and which batch comes with it."""
    return SIGNED_HEAD + challenge.encode() + b" " + hashlib.sha256(batch).hexdigest().encode()


def _request(office_url: str, route: str, said: dict[str, Any]) -> dict[str, Any]:
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


def _text_field(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str):
        raise TerminalRefused("office-refused", why=f"?{name}")
    return value
