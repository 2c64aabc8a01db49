"""Posting of a terminal's entries: a sale as it was made, trued up, with its money; shifts, packs, prints.

The money was taken: no limit of a merchant refuses it. Everything here runs inside the entry's transaction,
with the installation held.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from protocols.offline.chain import Entry
from system.accounts.models import User
from system.config.clock import business_day
from system.config.transactions import lock_row
from system.vending.errors import SaleUnderWay
from system.vending.ledger import LedgerEntry, account_of, balance_of, new_movement, post_fact
from system.vending.models import (
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    Movement,
    MovementKind,
    ObligationRow,
    OpenSale,
    Sale,
    SaleKind,
    SaleOutcome,
    Shift,
    ShiftClosure,
    TicketPrint,
    Token,
)
from system.vending.offline.models import FindingKind, Pack, SettledEntry, SettledSale
from system.vending.offline.settling.findings import BatchSettlement, check_counter, check_lease
from system.vending.offline.settling.parties import (
    LeasedSupply,
    open_terminal_shift,
    terminal_operator,
    terminal_shift,
    ticket_number,
)
from system.vending.offline.settling.true_up import (
    BookState,
    ReportedSale,
    TrueUp,
    sale_as_energy,
    sale_as_priced,
    true_up,
)
from system.vending.pricing import ObligationKind, PricingError, Quote, Tariff
from system.vending.pricing.money import AMOUNT_C_MAX, UNITS_MAX
from system.vending.pricing.serialization import to_json
from system.vending.selectors.shifts import collected_c
from system.vending.selectors.supply import first_of_month, month_of, tariff_in_force
from system.vending.services.vend_transaction import fingerprint

# ------------ sales

#: A loss that is told, thousandths of a centavo: one peso. Less is the rounding of two sellers.
LOSS_FINDING_MC = 100_000


@dataclass(frozen=True, slots=True)
class SaleParties:
    """By whom, for whom, and under which number a sale was made."""

    buyer: LeasedSupply
    seller: User
    shift: Shift
    number: str
    test: bool


def id_is_used(sale_id: uuid.UUID) -> bool:
    """True where something else in the books bears the id."""
    return Movement.objects.filter(pk=sale_id).exists()


def is_within_limits(said: ReportedSale) -> bool:
    """True where amount and units are ones that a sale can have."""
    return 0 < said.amount_c <= AMOUNT_C_MAX and 0 <= said.units <= UNITS_MAX


def post_sale(settling: BatchSettlement, row: SettledEntry, said: ReportedSale, who: SaleParties) -> Sale:
    """Write the sale, its tokens, its money, and what the month and the customer have of it.

    Raises:
        SaleUnderWay: a sale on line to the same installation has no outcome yet.
        PricingError: no tariff of the customer was ever in force on that day.
    """
    installation: Any = who.buyer.supply.installation
    lock_row(installation)
    if OpenSale.objects.filter(pk=installation.pk).exists():
        raise SaleUnderWay(f"Otra venta del medidor {said.drn} está en curso.")
    day = business_day(row.at)
    quote = said.quote()
    books = _book_state(who.buyer, day, quote)
    sold = sale_as_energy(said.amount_c, said.units, books) if quote is None else sale_as_priced(quote)
    figures = true_up(sold, books)
    movement = new_movement(settling.terminal.provider_id, MovementKind.TOKEN_SALE, said.sale_id, at=row.at)
    post_fact(movement, _ledger_entries(settling, installation, figures))
    sale = _write_sale(movement, said, who, quote)
    _update_month(installation, sale, said, figures)
    SettledSale(
        sale=sale,
        entry=row,
        terminal=settling.terminal,
        bought_units=books.bought_units,
        cost_mc=figures.cost_mc,
        deducted_c=dict(figures.deducted_c),
        residue_before_mc=figures.residue_before_mc,
        residue_after_mc=figures.residue_after_mc,
        difference_mc=figures.difference_mc,
        lost_mc=figures.lost_mc,
        flags=list(said.flags),
        sequence=said.sequence,
        spent_c=said.spent_c,
    ).save()
    if quote is None:
        settling.add_finding(
            FindingKind.PRICE_DIFFERS, "Los valores de la venta no se siguen de sus datos: se recalcularon."
        )
    if figures.lost_mc >= LOSS_FINDING_MC:
        settling.add_finding(
            FindingKind.LOST, "El cliente pagó menos que el precio de los libros: nadie lo debe."
        )
    return sale


def _book_state(buyer: LeasedSupply, day: date, quote: Quote | None) -> BookState:
    installation: Any = buyer.supply.installation
    month = month_of(installation.pk, first_of_month(day))
    residue = InstallationResidue.objects.filter(installation_id=installation.pk).first()
    asked = [] if quote is None else list(sale_as_priced(quote).deducted_c)
    numbers = [int(key) for key in asked if key.isascii() and key.isdigit() and len(key) < 19]
    rows = ObligationRow.objects.filter(installation_id=installation.pk, pk__in=numbers)
    return BookState(
        _tariff(buyer, day, quote),
        month.units,
        0 if residue is None else residue.residue_mc,
        {str(row.pk): _room_c(row, month.taken_c.get(str(row.pk), 0)) for row in rows},
    )


def _tariff(buyer: LeasedSupply, day: date, quote: Quote | None) -> Tariff:
    """The version in force; the terminal's own where none was, on a day that its clock made up.

    Raises:
        PricingError: neither.
    """
    supply: Any = buyer.supply
    try:
        return tariff_in_force(supply.installation.provider_id, supply.agreement.tariff_code, day)
    except PricingError:
        if quote is None:
            raise
        return quote.inputs.tariff


def _room_c(row: ObligationRow, taken_c: int) -> int | None:
    """Room of an obligation: the debt, and of a monthly quota what is left."""
    rooms = []
    if row.kind != ObligationKind.LEVY:
        rooms.append(max(0, balance_of(account_of(row.provider_id, AccountKind.OBLIGATION, row)).posted_c))
    if row.quota_c is not None and row.quota_period == "month":
        rooms.append(max(0, row.quota_c - taken_c))
    return min(rooms, default=None)


def _write_sale(movement: Movement, said: ReportedSale, who: SaleParties, quote: Quote | None) -> Sale:
    supply, day, wall = who.buyer.supply, movement.business_day, movement.wall_at
    sale = Sale(
        id=said.sale_id,
        provider_id=movement.provider_id,
        kind=SaleKind.ENERGY,
        movement=movement,
        installation=supply.installation,
        device=supply.device,
        agreement=supply.agreement,
        shift=who.shift,
        seller=who.seller,
        drn=said.drn,
        meter=supply.meter_fields(),
        request={"subclass": 0, "amount": said.units},
        inputs="" if quote is None else to_json(quote.inputs),
        amount_c=said.amount_c,
        units=said.units,
        energy_c=said.energy_c,
        deducted_c=said.deducted_c,
        residue_mc=said.residue_mc,
        subsidy_mc=said.subsidy_mc,
        number=who.number,
        business_at=movement.business_at,
        business_day=day,
        month=first_of_month(day),
        wall_at=wall,
        fingerprint=fingerprint("off-line", str(said.sale_id)),
    )
    sale.save()
    SaleOutcome(sale=sale, minted=True, test_keys=who.test, wall_at=wall).save()
    for position, token in enumerate(said.tokens, 1):
        Token(sale=sale, position=position, role=token.role, digits=token.digits, tid=token.tid).save()
    return sale


def _ledger_entries(settling: BatchSettlement, installation: Any, figures: TrueUp) -> list[LedgerEntry]:
    """The merchant owes what was taken; whom it is credited to, the books say."""
    provider_id = settling.terminal.provider_id
    owed = account_of(provider_id, AccountKind.MERCHANT, settling.terminal.point_of_sale.merchant)
    energy = account_of(provider_id, AccountKind.ENERGY)
    residue = account_of(provider_id, AccountKind.RESIDUE, installation)
    rows = ObligationRow.objects.in_bulk([int(key) for key in figures.deducted_c])
    entries = [
        LedgerEntry(owed, account_of(provider_id, _credited(rows[int(key)]), rows[int(key)]), amount_c)
        for key, amount_c in figures.deducted_c.items()
    ]
    grows_c = figures.residue_grows_c
    entries.append(LedgerEntry(owed, energy, figures.energy_c - max(0, -grows_c)))
    entries.append(LedgerEntry(owed, residue, max(0, grows_c)))
    entries.append(LedgerEntry(residue, energy, max(0, -grows_c)))
    return entries


def _credited(row: ObligationRow) -> AccountKind:
    return AccountKind.LEVY if row.kind == ObligationKind.LEVY else AccountKind.OBLIGATION


def _update_month(installation: Any, sale: Sale, said: ReportedSale, figures: TrueUp) -> None:
    month: InstallationMonth = month_of(installation.pk, sale.month)
    month.units += said.units
    for key, amount_c in figures.deducted_c.items():
        month.taken_c[key] = month.taken_c.get(key, 0) + amount_c
    month.save()
    InstallationResidue(installation_id=installation.pk, residue_mc=figures.residue_after_mc).save()


# ------------ entries: kind -> what settles it


@dataclass(frozen=True, slots=True)
class PreparedSale:
    """Sale with what was asked of the module before its transaction began.

    Args:
        said: what the entry says.
        buyer: for whom; None: nobody that is known.
        test: the token was made with test keys.
    """

    said: ReportedSale
    buyer: LeasedSupply | None
    test: bool


def settle_sale(settling: BatchSettlement, row: SettledEntry, prepared: PreparedSale) -> Sale | None:
    """Book a sale, or tell why it cannot be booked.

    Raises:
        SaleUnderWay: a sale on line to the same meter has no outcome yet.
    """
    said, buyer = prepared.said, prepared.buyer
    if buyer is None or not _is_postable(settling, said):
        return None
    check_counter(settling, said)
    check_lease(settling, said, row.at, buyer.leased)
    seller = terminal_operator(settling, said.operator)
    shift = terminal_shift(settling, row, said.shift_id, seller)
    who = SaleParties(buyer, seller, shift, ticket_number(settling, row, said.number), prepared.test)
    try:
        return post_sale(settling, row, said, who)
    except PricingError:
        settling.add_finding(
            FindingKind.UNREADABLE, "Ninguna tarifa valía ese día para el cliente: no se asentó."
        )
        return None


def settle_other(settling: BatchSettlement, row: SettledEntry, entry: Entry) -> None:
    """Settle an entry that is no sale."""
    _OTHERS[entry.kind](settling, row, entry.facts)


def _is_postable(settling: BatchSettlement, said: ReportedSale) -> bool:
    if id_is_used(said.sale_id):
        settling.add_finding(
            FindingKind.ID_REUSED,
            "El identificador de la venta ya está en los libros: no se repite.",
        )
        return False
    if not is_within_limits(said):
        settling.add_finding(FindingKind.UNREADABLE, "El valor o la energía de la venta no son posibles.")
        return False
    return True


def _pack_loaded(settling: BatchSettlement, _: SettledEntry, said: Mapping[str, Any]) -> None:
    if not Pack.objects.filter(pk=said["pack_id"], terminal=settling.terminal).exists():
        settling.add_finding(
            FindingKind.BEYOND_LEASE, "El terminal cargó un paquete que esta oficina no hizo."
        )


def _shift_opened(settling: BatchSettlement, row: SettledEntry, said: Mapping[str, Any]) -> None:
    open_terminal_shift(settling, row, said["shift_id"], terminal_operator(settling, said["operator"]))


def _shift_closed(settling: BatchSettlement, row: SettledEntry, said: Mapping[str, Any]) -> None:
    user = settling.terminal.enrolled_by
    shift = terminal_shift(settling, row, said["shift_id"], user)
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
        settling.add_finding(FindingKind.CASH, "El turno dice otra suma que la de sus ventas en los libros.")


def _ticket_printed(settling: BatchSettlement, row: SettledEntry, said: Mapping[str, Any]) -> None:
    sale = Sale.objects.filter(pk=said["sale_id"], settled__terminal=settling.terminal).first()
    if sale is None:
        settling.add_finding(
            FindingKind.UNREADABLE, "Se imprimió un tiquete de una venta que los libros no tienen."
        )
        return
    if not TicketPrint.objects.filter(sale=sale, copy=said["copy"]).exists():
        TicketPrint(sale=sale, copy=said["copy"], printed_by=sale.seller, wall_at=row.at).save()


_OTHERS: Mapping[str, Callable[[BatchSettlement, SettledEntry, Mapping[str, Any]], None]] = {
    "pack-loaded": _pack_loaded,
    "shift-opened": _shift_opened,
    "shift-closed": _shift_closed,
    "print": _ticket_printed,
}
