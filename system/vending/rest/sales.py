"""Trial price, the sale under the caller's id, the book of sales, tickets."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Day, Out, row_or_404
from system.accounts.rest.paging import Page, PageQuery, page_of
from system.config.clock import business_day
from system.vending.delivery.hand_over import after_sale
from system.vending.errors import UnableToSell
from system.vending.models import Sale
from system.vending.rest.sale_schemas import (
    OfferOut,
    SaleDetailOut,
    SaleIn,
    SaleOut,
    offer_out,
    sale_detail_out,
    sale_out,
)
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.finish_sale import resolve_sale
from system.vending.services.print_ticket import print_ticket
from system.vending.services.sell_energy import offer, sell_energy
from system.vending.ticket import Ticket
from system.vending.ticket.of_sale import ticket_of

router = Router(tags=["Venta"])
_ONE = "/sales/{uuid:sale_id}"


class SalesQuery(PageQuery):
    """Of which day."""

    day: Day | None = Field(None, description="día de Bogotá; sin él, hoy")


class TicketLineOut(Out):
    """A line of a ticket of 32 columns."""

    text: str
    style: str
    centred: bool


class TicketOut(Out):
    """What a ticket says."""

    lines: list[TicketLineOut]
    code: str = Field(description="lo que lleva el código QR")
    test: bool = Field(description="hecho con llaves de prueba")
    copy_number: int = Field(description="1: original; más: reimpresión")


def sales_of(request: HttpRequest) -> Any:
    """The sales that the user may see: a cashier, those of his own."""
    user = user_of(request)
    rows = Sale.objects.of(user).select_related(
        "installation__site__community",
        "agreement__customer",
        "outcome",
        "reversal",
        "seller",
        "shift__point_of_sale",
        "provider",
    )
    return rows if user.may(Operation.SEE_REPORTS) else rows.filter(seller=user)


@router.post("/offers", **does(Operation.SELL, OfferOut))
def trial_price(request: HttpRequest, body: SaleIn) -> OfferOut:
    """Quién está detrás del número y qué compra el dinero; no se reserva nada."""
    return offer_out(offer(user_of(request), body.data(uuid.uuid4())))


_SELLING: dict[str, Any] = does(Operation.SELL, SaleDetailOut, 409, status=201)
_SELLING["response"][200] = SaleDetailOut


@router.put(_ONE, **_SELLING)
def sell(request: HttpRequest, sale_id: uuid.UUID, body: SaleIn) -> Status[Any]:
    """Vender con el identificador de quien llama: 201 la primera vez, 200 la misma venta otra vez.

    409 «sale-pending»: el módulo no respondió; consulte el resultado o repita con el mismo identificador,
    nunca con otro. 422: se negó y no se cobró nada.
    """
    user = user_of(request)
    known = Sale.objects.of(user).filter(pk=sale_id, outcome__minted=True).exists()
    shift = open_shift_of(user)
    if shift is None:
        raise UnableToSell("No hay un turno abierto a su nombre: ábralo primero.")
    sale = sell_energy(user, shift, body.data(sale_id))
    after_sale(sale)
    return Status(200 if known else 201, _detail(request, sale.pk))


@router.post(f"{_ONE}/resolution", **does(Operation.SELL, SaleDetailOut, 409))
def resolve(request: HttpRequest, sale_id: uuid.UUID) -> SaleDetailOut:
    """Preguntar al módulo en qué quedó una venta sin resultado."""
    found = row_or_404(Sale.objects.of(user_of(request)), sale_id)
    if resolve_sale(found).minted:
        after_sale(found)
    return sale_detail_out(row_or_404(_whole(request), sale_id))


@router.get("/sales", **does(Operation.SEE_SALES, Page[SaleOut]))
def list_sales(request: HttpRequest, asked: Query[SalesQuery]) -> Any:
    """Las ventas de un día; quien sólo es cajero, las suyas."""
    rows = sales_of(request).filter(business_day=asked.day or business_day())
    return page_of(Page[SaleOut], rows.order_by("-business_at", "-pk"), asked, sale_out)


@router.get(_ONE, **does(Operation.SEE_SALES, SaleDetailOut))
def one_sale(request: HttpRequest, sale_id: uuid.UUID) -> SaleDetailOut:
    """Una venta: tokens, precio y explicación."""
    return _detail(request, sale_id)


@router.get(f"{_ONE}/ticket", **does(Operation.SEE_SALES, TicketOut))
def next_ticket(request: HttpRequest, sale_id: uuid.UUID) -> TicketOut:
    """El tiquete como saldría la próxima vez; no se cuenta como impresión."""
    sale = row_or_404(sales_of(request), sale_id)
    outcome = getattr(sale, "outcome", None)
    if outcome is None or not outcome.minted:
        raise Http404
    return _ticket(ticket_of(sale, sale.prints.count() + 1))


@router.post(f"{_ONE}/tickets", **does(Operation.REPRINT, TicketOut, status=201))
def print_one(request: HttpRequest, sale_id: uuid.UUID) -> TicketOut:
    """Imprimir: cada copia se cuenta; desde la segunda dice REIMPRESIÓN."""
    sale = row_or_404(sales_of(request), sale_id)
    return _ticket(ticket_of(sale, print_ticket(user_of(request), sale)))


def _whole(request: HttpRequest) -> Any:
    rows = Sale.objects.of(user_of(request))
    return rows.select_related("installation", "agreement__customer", "outcome", "reversal", "seller")


def _detail(request: HttpRequest, sale_id: uuid.UUID) -> SaleDetailOut:
    return sale_detail_out(row_or_404(sales_of(request), sale_id))


def _ticket(made: Ticket) -> TicketOut:
    lines = [
        TicketLineOut(text=line.text, style=line.style.value, centred=line.centred) for line in made.lines
    ]
    return TicketOut(lines=lines, code=made.code, test=made.test, copy_number=made.copy)
