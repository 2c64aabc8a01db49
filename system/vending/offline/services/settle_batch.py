"""The entries of a batch into the books, one transaction each, in the order of the chain."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError

from protocols.offline.chain import Entry
from system.config.clock import security_now
from system.config.writer import hold, writing
from system.security_module.errors import SecurityModuleError
from system.vending.errors import SalePending, SaleUnderWay
from system.vending.models import OpenSale
from system.vending.offline.limits import settled_up_to
from system.vending.offline.models import Batch, Finding, FindingKind, SettledEntry, SettledSale
from system.vending.offline.services.telling import tell_fork
from system.vending.offline.settling.buyer import find_buyer
from system.vending.offline.settling.context import Settling
from system.vending.offline.settling.entries import Prepared, settle_other, settle_sale
from system.vending.offline.settling.facts import sale_of
from system.vending.offline.settling.judging import see_clock, see_token
from system.vending.services.finish_sale import resolve_sale

_NO_MODULE = "El módulo de seguridad no responde: vuelva a cargar el lote cuando responda."
_UNDER_WAY = "Hay una venta en línea sin resultado que debe terminar antes: vuelva a cargar el lote."
_OTHER_STORY = "El terminal cuenta otra historia que la que se asentó al mismo tiempo: quedó suspendido."
_SALE = "sale"


class _Stopped(Exception):
    """Settling cannot go on now; a Spanish sentence says why."""


def settle_batch(batch: Batch, entries: Iterable[Entry], now: datetime) -> tuple[int, list[Finding], str]:
    """Settle what is not in the books.

    Args:
        batch: kept already.
        entries: of it, checked to follow each other.
        now: business time.

    Returns:
        How many came into the books, what was found, and why it stopped before the end (empty: it did not).
    """
    settling = Settling(batch, batch.terminal, now)
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
    findings += _see_end(settling)
    return new, findings, ""


def _settle_one(settling: Settling, entry: Entry) -> tuple[bool, list[Finding]]:
    """One entry: whether it was written now, and what was found.

    Raises:
        _Stopped: see there.
    """
    try:
        return _written(settling, entry)
    except SaleUnderWay:
        _resolve(entry)
    except IntegrityError:  # another seller of the same merchant has money under way, above its limit
        raise _Stopped(_UNDER_WAY) from None
    try:
        return _written(settling, entry)
    except (SaleUnderWay, IntegrityError):
        raise _Stopped(_UNDER_WAY) from None


def _written(settling: Settling, entry: Entry) -> tuple[bool, list[Finding]]:
    settling.told.clear()
    try:
        prepared = _prepare(settling, entry)
    except SecurityModuleError:
        raise _Stopped(_NO_MODULE) from None
    with writing():
        hold(settling.terminal)
        number, last_hash = settled_up_to(settling.terminal)
        if entry.number <= number:  # somebody else is settling the same batch
            return False, []
        if entry.previous == last_hash:
            return True, _write(settling, entry, prepared)
        # somebody else settled another story at the same moment
        tell_fork(settling.batch.received_by, settling.batch, entry.number)
    raise _Stopped(_OTHER_STORY)


def _prepare(settling: Settling, entry: Entry) -> Prepared | None:
    """What a sale needs of others than the books: asked outside the transaction."""
    if entry.kind != _SALE:
        return None
    said = sale_of(entry)
    buyer = find_buyer(settling, said, entry.at)
    return Prepared(said, buyer, buyer is not None and see_token(settling, buyer.supply, said))


def _write(settling: Settling, entry: Entry, prepared: Prepared | None) -> list[Finding]:
    before = SettledEntry.objects.filter(terminal=settling.terminal).order_by("-number").first()
    see_clock(settling, entry.at, before)
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
    return settling.write_told(entry.number, sale)


def _resolve(entry: Entry) -> None:
    """Ask what became of the sale on line that stands in the way."""
    place = OpenSale.objects.filter(sale__drn=entry.content["drn"]).select_related("sale").first()
    try:
        if place is not None:
            resolve_sale(place.sale)
    except SalePending:
        raise _Stopped(_UNDER_WAY) from None


def _see_end(settling: Settling) -> list[Finding]:
    """What the secure counter said when the batch was written, against the sales in the books."""
    batch = settling.batch
    last, _ = settled_up_to(settling.terminal)
    told = Finding.objects.filter(batch=batch, entry=0, kind=FindingKind.COUNTER_DIFFERS)
    if last != batch.last or told.exists():
        return []
    sale = SettledSale.objects.filter(terminal=settling.terminal).order_by("-entry__number").first()
    sequence, spent_c = (0, 0) if sale is None else (sale.sequence, sale.spent_c)
    if (batch.counter_sequence, batch.counter_spent_c) == (sequence, spent_c):
        return []
    settling.told.clear()
    settling.tell(
        FindingKind.COUNTER_DIFFERS,
        f"El contador seguro hizo {batch.counter_sequence} tokens y los libros tienen {sequence}.",
    )
    with writing():
        return settling.write_told(0)
