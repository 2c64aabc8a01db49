"""Routes of sales: trial price, sale under the caller's id, the book of sales, tickets; their schemas."""

import uuid
from datetime import date
from typing import Any, Literal, Self

from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field, model_validator

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Day, In, Instant, Out, Page, PageQuery, page_of, row_or_404
from system.config.clock import business_day
from system.vending.errors import UnableToSell
from system.vending.models import Sale
from system.vending.pricing import LineKind, Quote, price_sale
from system.vending.pricing.explain import explain
from system.vending.pricing.serialization import from_json
from system.vending.rest.fields import Energy, MeterNumber, Paid, ShownAmount, ShownEnergy, units_of, wh_of
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.sell_energy import Offer, SaleRequest, offer, sell_energy
from system.vending.services.tickets import print_ticket, ticket_of
from system.vending.services.vend_transaction import resolve_sale
from system.vending.ticket import Ticket

# ------------ schemas

Outcome = Literal["pending", "minted", "cancelled", "reversed"]


class SaleIn(In):
    """Money or energy for a meter: one of them."""

    number: MeterNumber
    amount_c: Paid | None = None
    energy_wh: Energy | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        """See that it is one.

        Raises:
            ValueError: neither, or both.
        """
        if (self.amount_c is None) == (self.energy_wh is None):
            raise ValueError("Envíe amount_c o energy_wh, sólo uno.")
        return self

    def data(self, sale_id: uuid.UUID) -> SaleRequest:
        """As the verb wants it."""
        units = None if self.energy_wh is None else units_of(self.energy_wh)
        return SaleRequest(sale_id, self.number, self.amount_c, units)


class LineOut(Out):
    """Line of a receipt: where a part of the money went."""

    kind: LineKind
    name: str
    amount_c: ShownAmount
    energy_wh: ShownEnergy
    price_e4: int = Field(description="10⁻⁴ COP/kWh, de la energía")
    balance_c: ShownAmount | None = Field(description="lo que queda por pagar de una obligación")


class PriceOut(Out):
    """Price of a sale."""

    amount_c: ShownAmount
    energy_wh: ShownEnergy
    energy_c: ShownAmount
    deducted_c: ShownAmount = Field(description="para obligaciones y recaudos")
    residue_c: ShownAmount = Field(description="saldo a favor que queda")
    subsidy_mc: int = Field(description="milésimas de centavo; menor que 0: contribución")
    tariff_code: str
    tariff_version: int
    lines: list[LineOut]
    explanation: list[str]


class OfferOut(Out):
    """A trial price: nothing is reserved."""

    customer_name: str
    niu: str
    drn: str
    price: PriceOut


class TokenOut(Out):
    """Twenty digits, in the order in which they must be entered."""

    position: int
    role: str
    digits: str


class SaleOut(Out):
    """A sale in a list."""

    id: uuid.UUID
    number: str
    kind: str
    outcome: Outcome
    niu: str
    drn: str
    amount_c: ShownAmount
    energy_wh: ShownEnergy
    business_day: date
    business_at: Instant
    seller: str


class SaleDetailOut(SaleOut):
    """A sale with its tokens, and why it came to that."""

    customer_name: str
    reason: str = Field(description="por qué se anuló, si se anuló")
    test_keys: bool = Field(description="hecha con llaves de prueba: no sirve en ningún medidor real")
    tokens: list[TokenOut]
    price: PriceOut | None


def offer_out(offered: Offer) -> OfferOut:
    """A trial price as it travels."""
    supply = offered.supply
    return OfferOut(
        customer_name=supply.agreement.customer.name,
        niu=supply.installation.niu,
        drn=supply.drn,
        price=price_out(offered.quote),
    )


def price_out(quote: Quote) -> PriceOut:
    """A price as it travels."""
    tariff = quote.inputs.tariff
    return PriceOut(
        amount_c=quote.inputs.amount_c,
        energy_wh=wh_of(quote.units),
        energy_c=quote.energy_c,
        deducted_c=quote.deducted_c,
        residue_c=quote.residue_c,
        subsidy_mc=quote.subsidy_mc,
        tariff_code=tariff.code,
        tariff_version=tariff.version,
        lines=[
            LineOut(
                kind=line.kind,
                name=line.name,
                amount_c=line.amount_c,
                energy_wh=wh_of(line.units),
                price_e4=line.price_e4,
                balance_c=line.balance_c,
            )
            for line in quote.lines
        ],
        explanation=list(explain(quote)),
    )


def sale_out(sale: Sale) -> SaleOut:
    """A sale of a list as it travels."""
    return SaleOut(**_sale_fields(sale))


def sale_detail_out(sale: Sale) -> SaleDetailOut:
    """A whole sale as it travels."""
    outcome = getattr(sale, "outcome", None)
    tokens = [
        TokenOut(position=token.position, role=token.role, digits=token.digits) for token in sale.tokens.all()
    ]
    return SaleDetailOut(
        **_sale_fields(sale),
        customer_name=sale.agreement.customer.name,
        reason=outcome.reason if outcome else "",
        test_keys=bool(outcome and outcome.test_keys),
        tokens=tokens,
        price=price_out(price_sale(from_json(sale.inputs))) if sale.inputs else None,
    )


def _sale_fields(sale: Sale) -> dict[str, Any]:
    return {
        "id": sale.pk,
        "number": sale.number,
        "kind": sale.kind,
        "outcome": _outcome(sale),
        "niu": sale.installation.niu,
        "drn": sale.drn,
        "amount_c": sale.amount_c,
        "energy_wh": wh_of(sale.units),
        "business_day": sale.business_day,
        "business_at": sale.business_at,
        "seller": sale.seller.username,
    }


def _outcome(sale: Sale) -> Outcome:
    outcome = getattr(sale, "outcome", None)
    if outcome is None:
        return "pending"
    if hasattr(sale, "reversal"):
        return "reversed"
    return "minted" if outcome.minted else "cancelled"


# ------------ routes

router = Router(tags=["Venta"])
_ONE = "/sales/{uuid:sale_id}"


class SalesQuery(PageQuery):
    """Business day of the sales."""

    day: Day | None = Field(None, description="día de Bogotá; sin él, hoy")


class TicketLineOut(Out):
    """A line of a ticket of 32 columns."""

    text: str
    style: str
    centred: bool


class TicketOut(Out):
    """Ticket of a sale."""

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


@router.post("/offers", **guarded(Operation.SELL, OfferOut))
def trial_price(request: HttpRequest, body: SaleIn) -> OfferOut:
    """Quién está detrás del número y qué compra el dinero; no se reserva nada."""
    return offer_out(offer(user_of(request), body.data(uuid.uuid4())))


_SELLING: dict[str, Any] = guarded(Operation.SELL, SaleDetailOut, 409, status=201)
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
    return Status(200 if known else 201, _detail(request, sale.pk))


@router.post(f"{_ONE}/resolution", **guarded(Operation.SELL, SaleDetailOut, 409))
def resolve(request: HttpRequest, sale_id: uuid.UUID) -> SaleDetailOut:
    """Preguntar al módulo en qué quedó una venta sin resultado."""
    found = row_or_404(Sale.objects.of(user_of(request)), sale_id)
    resolve_sale(found)
    return sale_detail_out(row_or_404(_sales_by_any_seller(request), sale_id))


@router.get("/sales", **guarded(Operation.SEE_SALES, Page[SaleOut]))
def list_sales(request: HttpRequest, asked: Query[SalesQuery]) -> Any:
    """Las ventas de un día; quien sólo es cajero, las suyas."""
    rows = sales_of(request).filter(business_day=asked.day or business_day())
    return page_of(Page[SaleOut], rows.order_by("-business_at", "-pk"), asked, sale_out)


@router.get(_ONE, **guarded(Operation.SEE_SALES, SaleDetailOut))
def one_sale(request: HttpRequest, sale_id: uuid.UUID) -> SaleDetailOut:
    """Una venta: tokens, precio y explicación."""
    return _detail(request, sale_id)


@router.get(f"{_ONE}/ticket", **guarded(Operation.SEE_SALES, TicketOut))
def next_ticket(request: HttpRequest, sale_id: uuid.UUID) -> TicketOut:
    """El tiquete como saldría la próxima vez; no se cuenta como impresión."""
    sale = row_or_404(sales_of(request), sale_id)
    outcome = getattr(sale, "outcome", None)
    if outcome is None or not outcome.minted:
        raise Http404
    return _ticket(ticket_of(sale, sale.prints.count() + 1))


@router.post(f"{_ONE}/tickets", **guarded(Operation.REPRINT, TicketOut, status=201))
def print_one(request: HttpRequest, sale_id: uuid.UUID) -> TicketOut:
    """Imprimir: cada copia se cuenta; desde la segunda dice REIMPRESIÓN."""
    sale = row_or_404(sales_of(request), sale_id)
    return _ticket(ticket_of(sale, print_ticket(user_of(request), sale)))


def _sales_by_any_seller(request: HttpRequest) -> Any:
    rows = Sale.objects.of(user_of(request))
    return rows.select_related("installation", "agreement__customer", "outcome", "reversal", "seller")


def _detail(request: HttpRequest, sale_id: uuid.UUID) -> SaleDetailOut:
    return sale_detail_out(row_or_404(sales_of(request), sale_id))


def _ticket(made: Ticket) -> TicketOut:
    lines = [
        TicketLineOut(text=line.text, style=line.style.value, centred=line.centred) for line in made.lines
    ]
    return TicketOut(lines=lines, code=made.code, test=made.test, copy_number=made.copy)
