"""A sale of a terminal into the books: as it was sold, trued up, its money posted at once.

The money was taken: no limit of a merchant refuses it. Everything here runs inside the entry's transaction,
with the installation held.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from system.accounts.models import User
from system.config.clock import business_day, security_now
from system.config.writer import hold
from system.vending.errors import SaleUnderWay
from system.vending.ledger import Entry, account_of, post_fact
from system.vending.ledger.accounts import balance_of
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
    Token,
)
from system.vending.offline.models import FindingKind, SettledEntry, SettledSale
from system.vending.offline.settling.buyer import Buyer
from system.vending.offline.settling.context import Settling
from system.vending.offline.settling.facts import SaidSale
from system.vending.offline.settling.figures import Books, Figures, as_priced, as_told, true_up
from system.vending.pricing import ObligationKind, PricingError, Quote, Tariff
from system.vending.pricing.money import AMOUNT_C_MAX, UNITS_MAX
from system.vending.pricing.stored import to_json
from system.vending.selectors.pricing import first_of_month, month_of, tariff_in_force
from system.vending.services.reserving import fingerprint

#: A loss that is told, thousandths of a centavo: one peso. Less is the rounding of two sellers.
TOLD_FROM_MC = 100_000


@dataclass(frozen=True, slots=True)
class Who:
    """By whom, for whom, and under which number a sale was made."""

    buyer: Buyer
    seller: User
    shift: Shift
    number: str
    test: bool


def known_id(sale_id: uuid.UUID) -> bool:
    """Whether something else in the books bears the id."""
    return Movement.objects.filter(pk=sale_id).exists()


def bounded(said: SaidSale) -> bool:
    """Whether amount and units are ones that a sale can have."""
    return 0 < said.amount_c <= AMOUNT_C_MAX and 0 <= said.units <= UNITS_MAX


def book(settling: Settling, row: SettledEntry, said: SaidSale, who: Who) -> Sale:
    """Write the sale, its tokens, its money, and what the month and the customer have of it.

    Raises:
        SaleUnderWay: a sale on line to the same installation has no outcome yet.
        PricingError: no tariff of the customer was ever in force on that day.
    """
    installation: Any = who.buyer.supply.installation
    hold(installation)
    if OpenSale.objects.filter(pk=installation.pk).exists():
        raise SaleUnderWay(f"Otra venta del medidor {said.drn} está en curso.")
    day = business_day(row.at)
    quote = said.quote()
    books = _books(who.buyer, day, quote)
    sold = as_told(said.amount_c, said.units, books) if quote is None else as_priced(quote)
    figures = true_up(sold, books)
    movement = _movement(settling, said, row.at)
    post_fact(movement, _entries(settling, installation, figures))
    sale = _write(movement, said, who, quote)
    _keep(installation, sale, said, figures)
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
        settling.tell(
            FindingKind.PRICE_DIFFERS, "Los valores de la venta no se siguen de sus datos: se recalcularon."
        )
    if figures.lost_mc >= TOLD_FROM_MC:
        settling.tell(FindingKind.LOST, "El cliente pagó menos que el precio de los libros: nadie lo debe.")
    return sale


def _books(buyer: Buyer, day: date, quote: Quote | None) -> Books:
    installation: Any = buyer.supply.installation
    month = month_of(installation.pk, first_of_month(day))
    residue = InstallationResidue.objects.filter(installation_id=installation.pk).first()
    asked = [] if quote is None else list(as_priced(quote).deducted_c)
    numbers = [int(key) for key in asked if key.isascii() and key.isdigit() and len(key) < 19]
    rows = ObligationRow.objects.filter(installation_id=installation.pk, pk__in=numbers)
    return Books(
        _tariff(buyer, day, quote),
        month.units,
        0 if residue is None else residue.residue_mc,
        {str(row.pk): _room_c(row, month.taken_c.get(str(row.pk), 0)) for row in rows},
    )


def _tariff(buyer: Buyer, day: date, quote: Quote | None) -> Tariff:
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
    """What an obligation may still take: what is owed, and of a monthly quota what is left."""
    rooms = []
    if row.kind != ObligationKind.LEVY:
        rooms.append(max(0, balance_of(account_of(row.provider_id, AccountKind.OBLIGATION, row)).posted_c))
    if row.quota_c is not None and row.quota_period == "month":
        rooms.append(max(0, row.quota_c - taken_c))
    return min(rooms, default=None)


def _movement(settling: Settling, said: SaidSale, at: datetime) -> Movement:
    return Movement(
        id=said.sale_id,
        provider_id=settling.terminal.provider_id,
        kind=MovementKind.TOKEN_SALE,
        business_at=at,
        business_day=business_day(at),
        wall_at=security_now(),
    )


def _write(movement: Movement, said: SaidSale, who: Who, quote: Quote | None) -> Sale:
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


def _entries(settling: Settling, installation: Any, figures: Figures) -> list[Entry]:
    """The merchant owes what was taken; whom it is credited to, the books say."""
    provider_id = settling.terminal.provider_id
    owed = account_of(provider_id, AccountKind.MERCHANT, settling.terminal.point_of_sale.merchant)
    energy = account_of(provider_id, AccountKind.ENERGY)
    residue = account_of(provider_id, AccountKind.RESIDUE, installation)
    rows = ObligationRow.objects.in_bulk([int(key) for key in figures.deducted_c])
    entries = [
        Entry(owed, account_of(provider_id, _credited(rows[int(key)]), rows[int(key)]), amount_c)
        for key, amount_c in figures.deducted_c.items()
    ]
    grows_c = figures.residue_grows_c
    entries.append(Entry(owed, energy, figures.energy_c - max(0, -grows_c)))
    entries.append(Entry(owed, residue, max(0, grows_c)))
    entries.append(Entry(residue, energy, max(0, -grows_c)))
    return entries


def _credited(row: ObligationRow) -> AccountKind:
    return AccountKind.LEVY if row.kind == ObligationKind.LEVY else AccountKind.OBLIGATION


def _keep(installation: Any, sale: Sale, said: SaidSale, figures: Figures) -> None:
    month: InstallationMonth = month_of(installation.pk, sale.month)
    month.units += said.units
    for key, amount_c in figures.deducted_c.items():
        month.taken_c[key] = month.taken_c.get(key, 0) + amount_c
    month.save()
    InstallationResidue(installation_id=installation.pk, residue_mc=figures.residue_after_mc).save()
