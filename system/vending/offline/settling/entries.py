"""Kind of an entry -> what settles it. Each runs inside the entry's own transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.offline.chain import Entry
from system.vending.models import Sale, ShiftClosure, TicketPrint
from system.vending.offline.models import FindingKind, Pack, SettledEntry
from system.vending.offline.settling.buyer import Buyer
from system.vending.offline.settling.context import Settling
from system.vending.offline.settling.facts import SaidSale
from system.vending.offline.settling.judging import see_counter, see_lease
from system.vending.offline.settling.people import number_of, open_shift, operator_of, shift_of
from system.vending.offline.settling.sale import Who, book, bounded, known_id
from system.vending.pricing import PricingError
from system.vending.selectors.shifts import collected_c


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found out about a sale before its transaction began: the module was asked.

    Args:
        said: what the entry says.
        buyer: for whom; None: nobody that is known.
        test: the token was made with test keys.
    """

    said: SaidSale
    buyer: Buyer | None
    test: bool


def settle_sale(settling: Settling, row: SettledEntry, prepared: Prepared) -> Sale | None:
    """Book a sale, or tell why it cannot be booked.

    Raises:
        SaleUnderWay: a sale on line to the same meter has no outcome yet.
    """
    said, buyer = prepared.said, prepared.buyer
    if buyer is None or not _can_be(settling, said):
        return None
    see_counter(settling, said)
    see_lease(settling, said, row.at, buyer.leased)
    seller = operator_of(settling, said.operator)
    shift = shift_of(settling, row, said.shift_id, seller)
    who = Who(buyer, seller, shift, number_of(settling, row, said.number), prepared.test)
    try:
        return book(settling, row, said, who)
    except PricingError:
        settling.tell(FindingKind.UNREADABLE, "Ninguna tarifa valía ese día para el cliente: no se asentó.")
        return None


def settle_other(settling: Settling, row: SettledEntry, entry: Entry) -> None:
    """Settle an entry that is no sale."""
    _OTHERS[entry.kind](settling, row, entry.facts)


def _can_be(settling: Settling, said: SaidSale) -> bool:
    if known_id(said.sale_id):
        settling.tell(
            FindingKind.ID_REUSED,
            "El identificador de la venta ya está en los libros: no se repite.",
        )
        return False
    if not bounded(said):
        settling.tell(FindingKind.UNREADABLE, "El valor o la energía de la venta no son posibles.")
        return False
    return True


def _pack_loaded(settling: Settling, _: SettledEntry, said: Mapping[str, Any]) -> None:
    if not Pack.objects.filter(pk=said["pack_id"], terminal=settling.terminal).exists():
        settling.tell(FindingKind.BEYOND_LEASE, "El terminal cargó un paquete que esta oficina no hizo.")


def _shift_opened(settling: Settling, row: SettledEntry, said: Mapping[str, Any]) -> None:
    open_shift(settling, row, said["shift_id"], operator_of(settling, said["operator"]))


def _shift_closed(settling: Settling, row: SettledEntry, said: Mapping[str, Any]) -> None:
    user = settling.terminal.enrolled_by
    shift = shift_of(settling, row, said["shift_id"], user)
    if hasattr(shift, "closure"):
        return
    expected_c = collected_c(shift)
    ShiftClosure(
        shift=shift,
        provider_id=shift.provider_id,
        closed_at=row.at,
        counted_cash_c=said["counted_c"],
        expected_cash_c=expected_c,
    ).save()
    if expected_c != said["sold_c"]:
        settling.tell(FindingKind.CASH, "El turno dice otra suma que la de sus ventas en los libros.")


def _print(settling: Settling, row: SettledEntry, said: Mapping[str, Any]) -> None:
    sale = Sale.objects.filter(pk=said["sale_id"], settled__terminal=settling.terminal).first()
    if sale is None:
        settling.tell(FindingKind.UNREADABLE, "Se imprimió un tiquete de una venta que los libros no tienen.")
        return
    if not TicketPrint.objects.filter(sale=sale, copy=said["copy"]).exists():
        TicketPrint(sale=sale, copy=said["copy"], printed_by=sale.seller, wall_at=row.at).save()


_OTHERS: Mapping[str, Callable[[Settling, SettledEntry, Mapping[str, Any]], None]] = {
    "pack-loaded": _pack_loaded,
    "shift-opened": _shift_opened,
    "shift-closed": _shift_closed,
    "print": _print,
}
