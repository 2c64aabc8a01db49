"""The ticket of a sale in the books."""

from datetime import datetime
from typing import Any

from system.vending.models import Sale, SaleKind, TokenRole
from system.vending.pricing import price_sale
from system.vending.pricing.stored import from_json
from system.vending.ticket.facts import TicketBuyer, TicketFacts, TicketProvider, TicketToken
from system.vending.ticket.model import Ticket, laid_out


def ticket_of(sale: Sale, copy: int = 1) -> Ticket:
    """The ticket of a sale that ended with tokens; copies from 2 on say that they are reprints."""
    return laid_out(_facts(sale), copy)


def _facts(sale: Sale) -> TicketFacts:
    provider: Any = sale.provider
    return TicketFacts(
        provider=TicketProvider(provider.name, provider.nit, provider.support_phone),
        buyer=_buyer(sale),
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


def _buyer(sale: Sale) -> TicketBuyer:
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
