"""Take a batch and settle it: one transaction for the batch as it came, then one for each of its entries.

An entry is in the books or is not; whatever dies in between, the next reception goes on behind the last one
that is. What is known is no news. A gap is refused and nothing is kept. Another story under a known number is
kept as evidence, nothing of it is settled, and the terminal gets no pack until a person has looked.
"""

import hashlib
import uuid
import zlib
from dataclasses import dataclass

from protocols.offline.chain import Entry, check_chain
from protocols.offline.envelope import peek
from protocols.offline.errors import OfflineError
from protocols.offline.messages import Batch as Message
from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now, security_now
from system.config.writer import hold, writing
from system.vending.offline.errors import ForkFound, OfflineRefused
from system.vending.offline.limits import settled_up_to
from system.vending.offline.models import (
    Batch,
    Finding,
    FindingKind,
    SettledEntry,
    Terminal,
)
from system.vending.offline.services.settle_batch import settle_batch
from system.vending.offline.services.telling import note, tell_fork

_FORK = (
    "El terminal cuenta otra historia que la ya asentada: fue copiado o devuelto a una copia anterior. El "
    "lote quedó guardado como prueba y el terminal, suspendido; una persona debe decidir."
)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a batch.

    Args:
        batch: as it is kept.
        new: entries that came into the books now.
        known: that were there before.
        left: that are still to be settled.
        findings: told now.
        why: of `left`: one Spanish sentence; empty where nothing is left.
    """

    batch: Batch
    new: int
    known: int
    left: int
    findings: tuple[Finding, ...]
    why: str = ""


def receive_batch(user: User | None, data: bytes) -> Settlement:
    """Take a batch; the same bytes again, or entries that are known, change nothing.

    Args:
        user: who hands it in; None: the terminal itself, by a link: its signature says who it is.
        data: the signed envelope.

    Raises:
        ForkFound: kept as evidence; the terminal is suspended.
        OfflineRefused: not allowed, no batch of a terminal of this provider, or with a gap: nothing is kept.
    """
    terminal, message = _opened(user, data)
    resume(terminal)
    batch = _keep(user, terminal, message, data)
    known = sum(1 for entry in message.entries if entry.number <= settled_up_to(terminal)[0])
    return _settle(batch, message, known)


def resume(terminal: Terminal) -> Settlement | None:
    """Go on with what was kept and not settled to its end; None: nothing was left.

    Raises:
        OfflineRefused: it cannot be finished now: nothing that comes later is taken before.
    """
    number, _ = settled_up_to(terminal)
    waiting = Batch.objects.filter(terminal=terminal, fork=False, last__gt=number)
    waiting = waiting.exclude(findings__kind=FindingKind.FORK).order_by("received_at")
    settlement = None
    for batch in waiting:
        message = Message.open(zlib.decompress(batch.content), bytes.fromhex(terminal.signing_public))
        settlement = _settle(batch, message, known=0)
        if settlement.left:
            raise OfflineRefused(f"Falta asentar un lote anterior de este terminal. {settlement.why}")
    return settlement


def _opened(user: User | None, data: bytes) -> tuple[Terminal, Message]:
    if user is not None and not user.may(Operation.SETTLE_TERMINAL):
        raise OfflineRefused("Su rol no permite recibir lotes de terminales.")
    try:
        claimed = peek(data).body.get("terminal_id")
        terminal = _terminal(user, claimed)
        return terminal, Message.open(data, bytes.fromhex(terminal.signing_public))
    except OfflineError as error:
        raise OfflineRefused(f"No se puede leer el lote: {error.es}.") from error


def _terminal(user: User | None, claimed: object) -> Terminal:
    rows = Terminal.objects.all() if user is None else Terminal.objects.of(user)
    rows = rows.select_related("point_of_sale__merchant", "enrolled_by", "provider")
    found: Terminal | None = rows.filter(pk=_id_of(claimed)).first()
    if found is None:
        raise OfflineRefused("El archivo no es de un terminal de este prestador.")
    return found


def _id_of(claimed: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(claimed) if isinstance(claimed, str) else None
    except ValueError:
        return None  # nobody's


def _keep(user: User | None, terminal: Terminal, message: Message, data: bytes) -> Batch:
    digest, entries = hashlib.sha256(data).hexdigest(), message.entries
    with writing():
        hold(terminal)
        known: Batch | None = Batch.objects.filter(terminal=terminal, sha256=digest).first()
        forked_at = 0
        if known is None:
            _see_id(message)
            forked_at = _forked_at(terminal, entries)
            known = _row(user, terminal, message, data, digest, fork=bool(forked_at))
            known.save()
        if forked_at:
            tell_fork(user, known, forked_at)
    if known.fork:
        raise ForkFound(_FORK)
    return known


def _see_id(message: Message) -> None:
    if Batch.objects.filter(pk=message.batch_id).exists():
        raise OfflineRefused("Otro lote ya usó ese identificador: el terminal debe escribirlo de nuevo.")


def _forked_at(terminal: Terminal, entries: tuple[Entry, ...]) -> int:
    """Number of the first entry that contradicts the books; 0: none does.

    Raises:
        OfflineRefused: entries are missing before them, or between them.
    """
    if not entries:
        return 0
    first = entries[0]
    try:
        check_chain(entries, first.number - 1, first.previous)
    except OfflineError as error:
        raise OfflineRefused(f"Los asientos del lote no se siguen: {error.es}.") from error
    last, last_hash = settled_up_to(terminal)
    if first.number > last + 1:
        raise OfflineRefused(
            f"Falta un lote anterior: el último asiento en los libros es el {last} y éste comienza en el "
            f"{first.number}."
        )
    hashes = SettledEntry.objects.filter(terminal=terminal, number__gte=first.number)
    known = dict(hashes.values_list("number", "hash"))
    for entry in entries:
        if known.get(entry.number, entry.hash) != entry.hash:
            return entry.number
    return first.number if first.number == last + 1 and first.previous != last_hash else 0


def _row(
    user: User | None, terminal: Terminal, message: Message, data: bytes, digest: str, *, fork: bool
) -> Batch:
    entries = message.entries
    return Batch(
        id=message.batch_id,
        provider_id=terminal.provider_id,
        terminal=terminal,
        sha256=digest,
        content=zlib.compress(data),
        first=entries[0].number if entries else 0,
        last=entries[-1].number if entries else 0,
        last_hash=entries[-1].hash if entries else "",
        counter_sequence=message.counter.sequence,
        counter_spent_c=message.counter.spent_c,
        fork=fork,
        made_at=message.made_at,
        received_by=user,
        received_at=security_now(),
    )


def _settle(batch: Batch, message: Message, known: int) -> Settlement:
    new, findings, why = settle_batch(batch, message.entries, business_now())
    number, _ = settled_up_to(batch.terminal)
    left = max(0, batch.last - number)
    if new:
        note(batch.received_by, batch.terminal, audit.DONE, batch=str(batch.pk), new=new, left=left)
    return Settlement(batch, new, known, left, tuple(findings), why)
