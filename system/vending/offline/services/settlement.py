"""Settlement of a terminal: its batch into the books, entry by entry, and its cash as a deposit.

An entry is in the books or is not; whatever dies in between, the next reception goes on behind the last one
that is. What is known is no news. A gap is refused and nothing is kept. Another story under a known number is
kept as evidence, nothing of it is settled, and the terminal gets no pack until a person has looked.
"""

import hashlib
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from protocols.offline.chain import Entry, check_chain
from protocols.offline.envelope import peek
from protocols.offline.errors import OfflineError
from protocols.offline.messages import Batch as Message
from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now, security_now
from system.config.transactions import lock_row, write_transaction
from system.security_module.errors import SecurityModuleError
from system.vending.errors import SalePending, SaleUnderWay, UnableToSell
from system.vending.models import Deposit, OpenSale
from system.vending.offline.errors import ForkFound, OfflineRefused
from system.vending.offline.models import (
    Batch,
    Finding,
    FindingKind,
    SettledEntry,
    SettledSale,
    Terminal,
    TerminalDeposit,
)
from system.vending.offline.selectors.terminals import settled_up_to
from system.vending.offline.services.audit_trail import audit_terminal, record_fork
from system.vending.offline.settling.findings import BatchSettlement, check_clock, check_token
from system.vending.offline.settling.parties import leased_supply
from system.vending.offline.settling.posting import PreparedSale, settle_other, settle_sale
from system.vending.offline.settling.true_up import reported_sale
from system.vending.services.shifts import receive_deposit
from system.vending.services.vend_transaction import resolve_sale

# ------------ entries, in the order of the chain

_NO_MODULE = "El módulo de seguridad no responde: vuelva a cargar el lote cuando responda."
_UNDER_WAY = "Hay una venta en línea sin resultado que debe terminar antes: vuelva a cargar el lote."
_OTHER_STORY = "El terminal cuenta otra historia que la que se asentó al mismo tiempo: quedó suspendido."
_SALE = "sale"


class _Stopped(Exception):
    """Settling cannot go on now; a Spanish sentence says why."""


def settle_entries(batch: Batch, entries: Iterable[Entry], now: datetime) -> tuple[int, list[Finding], str]:
    """Settle what is not in the books.

    Args:
        batch: kept already.
        entries: of it, checked to follow each other.
        now: business time.

    Returns:
        How many came into the books, what was found, and why it stopped before the end (empty: it did not).
    """
    settling = BatchSettlement(batch, batch.terminal, now)
    last, _ = settled_up_to(batch.terminal)
    new = 0
    findings: list[Finding] = []
    for entry in entries:
        if entry.number <= last:
            continue
        try:
            written, told = _settle_one(settling, entry)
        except _Stopped as stopped:
            return new, findings, str(stopped)
        new += written
        findings += told
    findings += _compare_counter(settling)
    return new, findings, ""


def _settle_one(settling: BatchSettlement, entry: Entry) -> tuple[bool, list[Finding]]:
    """One entry: whether it was written now, and what was found.

    Raises:
        _Stopped: see there.
    """
    try:
        return _settled_now(settling, entry)
    except SaleUnderWay:
        _resolve(entry)
    except IntegrityError:  # another seller of the same merchant has money under way, above its limit
        raise _Stopped(_UNDER_WAY) from None
    try:
        return _settled_now(settling, entry)
    except (SaleUnderWay, IntegrityError):
        raise _Stopped(_UNDER_WAY) from None


def _settled_now(settling: BatchSettlement, entry: Entry) -> tuple[bool, list[Finding]]:
    settling.pending.clear()
    try:
        prepared = _prepare(settling, entry)
    except SecurityModuleError:
        raise _Stopped(_NO_MODULE) from None
    with write_transaction():
        lock_row(settling.terminal)
        number, last_hash = settled_up_to(settling.terminal)
        if entry.number <= number:  # somebody else is settling the same batch
            return False, []
        if entry.previous == last_hash:
            return True, _write_entry(settling, entry, prepared)
        # somebody else settled another story at the same moment
        record_fork(settling.batch.received_by, settling.batch, entry.number)
    raise _Stopped(_OTHER_STORY)


def _prepare(settling: BatchSettlement, entry: Entry) -> PreparedSale | None:
    """Answers of the module about a sale: asked outside the transaction."""
    if entry.kind != _SALE:
        return None
    said = reported_sale(entry)
    buyer = leased_supply(settling, said, entry.at)
    return PreparedSale(said, buyer, buyer is not None and check_token(settling, buyer.supply, said))


def _write_entry(settling: BatchSettlement, entry: Entry, prepared: PreparedSale | None) -> list[Finding]:
    before = SettledEntry.objects.filter(terminal=settling.terminal).order_by("-number").first()
    check_clock(settling, entry.at, before)
    row = SettledEntry(
        terminal=settling.terminal,
        batch=settling.batch,
        number=entry.number,
        kind=entry.kind,
        hash=entry.hash,
        at=entry.at,
        wall_at=security_now(),
    )
    row.save()
    sale = None
    if prepared is None:
        settle_other(settling, row, entry)
    else:
        sale = settle_sale(settling, row, prepared)
    return settling.write_findings(entry.number, sale)


def _resolve(entry: Entry) -> None:
    """Ask what became of the sale on line that stands in the way."""
    place = OpenSale.objects.filter(sale__drn=entry.content["drn"]).select_related("sale").first()
    try:
        if place is not None:
            resolve_sale(place.sale)
    except SalePending:
        raise _Stopped(_UNDER_WAY) from None


def _compare_counter(settling: BatchSettlement) -> list[Finding]:
    """Findings where the secure counter's reading differs from the sales in the books."""
    batch = settling.batch
    last, _ = settled_up_to(settling.terminal)
    told = Finding.objects.filter(batch=batch, entry=0, kind=FindingKind.COUNTER_DIFFERS)
    if last != batch.last or told.exists():
        return []
    sale = SettledSale.objects.filter(terminal=settling.terminal).order_by("-entry__number").first()
    sequence, spent_c = (0, 0) if sale is None else (sale.sequence, sale.spent_c)
    if (batch.counter_sequence, batch.counter_spent_c) == (sequence, spent_c):
        return []
    settling.pending.clear()
    settling.add_finding(
        FindingKind.COUNTER_DIFFERS,
        f"El contador seguro hizo {batch.counter_sequence} tokens y los libros tienen {sequence}.",
    )
    with write_transaction():
        return settling.write_findings(0)


# ------------ batch

_FORK = (
    "El terminal cuenta otra historia que la ya asentada: fue copiado o devuelto a una copia anterior. El "
    "lote quedó guardado como prueba y el terminal, suspendido; una persona debe decidir."
)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Result of a batch.

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
    resume_settlement(terminal)
    batch = _keep_batch(user, terminal, message, data)
    known = sum(1 for entry in message.entries if entry.number <= settled_up_to(terminal)[0])
    return _settle(batch, message, known)


def resume_settlement(terminal: Terminal) -> Settlement | None:
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


def _keep_batch(user: User | None, terminal: Terminal, message: Message, data: bytes) -> Batch:
    digest, entries = hashlib.sha256(data).hexdigest(), message.entries
    with write_transaction():
        lock_row(terminal)
        known: Batch | None = Batch.objects.filter(terminal=terminal, sha256=digest).first()
        forked_at = 0
        if known is None:
            _require_new_id(message)
            forked_at = _forked_at(terminal, entries)
            known = _batch_row(user, terminal, message, data, digest, fork=bool(forked_at))
            known.save()
        if forked_at:
            record_fork(user, known, forked_at)
    if known.fork:
        raise ForkFound(_FORK)
    return known


def _require_new_id(message: Message) -> None:
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


def _batch_row(
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
    new, findings, why = settle_entries(batch, message.entries, business_now())
    number, _ = settled_up_to(batch.terminal)
    left = max(0, batch.last - number)
    if new:
        audit_terminal(batch.received_by, batch.terminal, audit.DONE, batch=str(batch.pk), new=new, left=left)
    return Settlement(batch, new, known, left, tuple(findings), why)


# ------------ cash: a deposit of the merchant that renews the terminal's limit (R5.4-05)


def receive_cash(
    user: User, terminal: Terminal, amount_c: int, reference: str, deposit_id: uuid.UUID
) -> Deposit:
    """Take money that a terminal brought; the same id is the same deposit.

    Args:
        user: who may receive deposits.
        terminal: whose; its next pack allows so much more.
        amount_c: centavos, above 0.
        reference: of the receipt.
        deposit_id: made by the caller.

    Raises:
        OfflineRefused: not allowed, no amount, or the id was used for something else.
    """
    if terminal.provider_id != user.provider_id:
        raise OfflineRefused("El terminal no es de este prestador.")
    try:
        with write_transaction():
            merchant = terminal.point_of_sale.merchant
            known = Deposit.objects.filter(pk=deposit_id).exists()
            deposit = receive_deposit(user, merchant, amount_c, reference, deposit_id)
            if not known:
                TerminalDeposit(deposit=deposit, terminal=terminal).save()
            elif not TerminalDeposit.objects.filter(deposit=deposit, terminal=terminal).exists():
                raise OfflineRefused("Ese identificador ya se usó para otra consignación.")
    except UnableToSell as error:
        raise OfflineRefused(str(error)) from error
    return deposit
