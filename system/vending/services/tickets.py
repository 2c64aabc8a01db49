"""Ticket of a sale in the books, and the count of its prints: every one but the first is a reprint."""

from datetime import datetime
from typing import Any

from django.db import transaction

from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.vending.errors import UnableToSell
from system.vending.models import Sale, SaleKind, TicketPrint, TokenRole
from system.vending.pricing import price_sale
from system.vending.pricing.serialization import from_json
from system.vending.ticket.layout import (
    Ticket,
    TicketBuyer,
    TicketFacts,
    TicketProvider,
    TicketToken,
    lay_out,
)


def ticket_of(sale: Sale, copy: int = 1) -> Ticket:
    """The ticket of a sale that ended with tokens; copies from 2 on say that they are reprints."""
    return lay_out(_ticket_facts(sale), copy)


def _ticket_facts(sale: Sale) -> TicketFacts:
    provider: Any = sale.provider
    return TicketFacts(
        provider=TicketProvider(provider.name, provider.nit, provider.support_phone),
        buyer=_ticket_buyer(sale),
        number=sale.number,
        at=sale.business_at,
        point_of_sale="" if sale.shift is None else sale.shift.point_of_sale.name,
        seller=sale.seller.get_full_name() or sale.seller.username,
        tokens=tuple(
            TicketToken(str(TokenRole(token.role).label), token.digits) for token in sale.tokens.all()
        ),
        amount_c=sale.amount_c,
        units=sale.units,
        quote=price_sale(from_json(sale.inputs)) if sale.inputs else None,
        test=sale.outcome.test_keys,
        free_units=int(sale.request["amount"]) if sale.kind == SaleKind.FREE else None,
        previous=_previous(sale) if sale.inputs else None,
        reversed=hasattr(sale, "reversal"),
    )


def _ticket_buyer(sale: Sale) -> TicketBuyer:
    installation: Any = sale.installation
    place = installation.address or str(installation.site)
    return TicketBuyer(
        sale.agreement.customer.name,
        installation.niu,
        f"{place}, {installation.site.community.name}",
        installation.estrato,
        sale.drn,
        sale.meter,
    )


def _previous(sale: Sale) -> datetime | None:
    found: datetime | None = (
        Sale.objects.filter(
            installation_id=sale.installation_id,
            kind=SaleKind.ENERGY,
            outcome__minted=True,
            business_at__lt=sale.business_at,
        )
        .order_by("-business_at")
        .values_list("business_at", flat=True)
        .first()
    )
    return found


def print_ticket(user: User, sale: Sale) -> int:
    """Count a further print; its number, from 1.

    Raises:
        UnableToSell: not allowed, or the sale did not end with tokens.
    """
    if not user.may(Operation.REPRINT) or sale.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite imprimir este tiquete.")
    outcome = getattr(sale, "outcome", None)
    if outcome is None or not outcome.minted:
        raise UnableToSell("Esta venta no terminó con un token: no tiene tiquete.")
    with transaction.atomic():
        Sale.objects.select_for_update().get(pk=sale.pk)
        copy = sale.prints.count() + 1
        TicketPrint(sale=sale, copy=copy, printed_by=user, wall_at=security_now()).save()
    return int(copy)
