"""The first half of everything that is minted: lock the installation, write the sale, its money pending."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import BigIntegerField, UUIDField

from system.accounts.models import Approval, User
from system.config.clock import business_day, security_now
from system.config.compiled import CompiledQuery, insert
from system.config.writer import hold
from system.vending.errors import SaleUnderWay, UnableToSell
from system.vending.ledger import Entry, claim, write
from system.vending.models import Movement, MovementKind, OpenSale, Sale, SaleKind, Shift
from system.vending.pricing import Quote
from system.vending.pricing.stored import to_json
from system.vending.selectors.pricing import first_of_month
from system.vending.selectors.supply import Supply, UnknownMeter, find_supply
from system.vending.services.numbering import next_number


@dataclass(frozen=True, slots=True)
class Terms:
    """What is issued.

    Args:
        sale_id: the caller's; the message id of the module.
        kind: of the sale.
        movement: of its money.
        request: what the module is asked for beside the meter.
        fingerprint: what the same id must mean again.
        approval: of a second person, where four eyes are needed.
    """

    sale_id: uuid.UUID
    kind: SaleKind
    movement: MovementKind
    request: Mapping[str, Any]
    fingerprint: str
    approval: Approval | None = None


def fingerprint(*said: Any) -> str:
    """SHA-256 of what the caller asked."""
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def known_sale(sale_id: uuid.UUID, asked: str, user: User) -> Sale | None:
    """The sale of an id, if this user asked for the same thing under it before.

    Raises:
        UnableToSell: the id was used for something else, or by somebody else.
    """
    sale: Sale | None = _SALE.first(sale_id=sale_id)
    if sale is not None and (sale.fingerprint != asked or sale.seller_id != user.pk):
        raise UnableToSell("Ese identificador ya se usó para otra venta.")
    return sale


def find_or_reserve(user: User, sale_id: uuid.UUID, asked: str, reserve_now: Callable[[], Sale]) -> Sale:
    """The sale of an id: known already, or reserved now.

    The same request may come twice at once (a key pressed twice, a browser that asks again): the second one
    finds the first one's sale instead of being refused because of it.

    Raises:
        UnableToSell: see `known_sale`, and whatever `reserve_now` raises.
    """
    sale = known_sale(sale_id, asked, user)
    if sale is not None:
        return sale
    try:
        return reserve_now()
    except (SaleUnderWay, IntegrityError):
        sale = known_sale(sale_id, asked, user)
        if sale is None and Movement.objects.filter(pk=sale_id).exists():
            raise UnableToSell("Ese identificador ya se usó para otra cosa.") from None
        if sale is None:
            raise
        return sale


def locked_supply(user: User, number: str, now: datetime) -> Supply:
    """The supply, its installation locked: from here to the commit nobody else sells to it (R36).

    Raises:
        UnableToSell: the number is of no meter, or a sale to it has no outcome yet.
    """
    try:
        supply = find_supply(user, number, now)
    except UnknownMeter as error:
        raise UnableToSell(str(error)) from error
    hold(supply.installation)
    if _OPEN(installation_id=supply.installation.pk):
        raise SaleUnderWay("Otra venta de este medidor está en curso: intente de nuevo en un momento.")
    return supply


def reserve_sale(
    user: User,
    supply: Supply,
    terms: Terms,
    now: datetime,
    entries: Iterable[Entry] = (),
    quote: Quote | None = None,
    shift: Shift | None = None,
) -> Sale:
    """Write the sale, its pending money, and the installation's open place; inside the caller's transaction.

    Raises:
        OverLimit: see `system.vending.ledger.claim`.
    """
    day, wall = business_day(now), security_now()
    movement = Movement(
        id=terms.sale_id,
        provider_id=user.provider_pk,
        kind=terms.movement,
        business_at=now,
        business_day=day,
        wall_at=wall,
    )
    transfers = write(movement, entries)
    sale = Sale(
        id=terms.sale_id,
        provider_id=user.provider_pk,
        kind=terms.kind,
        movement=movement,
        installation=supply.installation,
        device=supply.device,
        agreement=supply.agreement,
        shift=shift,
        seller=user,
        approval=terms.approval,
        drn=supply.drn,
        meter=supply.meter_fields(),
        request={**terms.request, **_module_time(terms, now)},
        number=next_number(user.provider_pk, day),
        business_at=now,
        business_day=day,
        month=first_of_month(day),
        wall_at=wall,
        fingerprint=terms.fingerprint,
        **({} if quote is None else _priced(quote)),
    )
    insert(sale)
    insert(OpenSale(installation=supply.installation, sale=sale))
    claim(transfers)
    return sale


def _priced(quote: Quote) -> dict[str, Any]:
    return {
        "inputs": to_json(quote.inputs),
        "amount_c": quote.inputs.amount_c,
        "units": quote.units,
        "energy_c": quote.energy_c,
        "deducted_c": quote.deducted_c,
        "residue_mc": quote.residue_mc,
        "subsidy_mc": quote.subsidy_mc,
    }


def _module_time(terms: Terms, now: datetime) -> dict[str, str]:
    """Where business follows a simulated world, the module of test keys is told its time; never elsewhere.

    What operators sign bears no time: their signatures hold until an instant of the module's own clock.
    """
    told = settings.MODULE_FOLLOWS_BUSINESS_TIME and "approval" not in terms.request
    return {"time": now.isoformat()} if told else {}


_SALE = CompiledQuery(lambda sale_id: Sale.objects.filter(pk=sale_id), sale_id=UUIDField())
_OPEN = CompiledQuery(
    lambda installation_id: OpenSale.objects.filter(pk=installation_id).values_list("pk"),
    installation_id=BigIntegerField(),
)
