"""Trial price, sale, last answer, balance."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from system.config.clock import business_day, business_now
from system.networks.api_keys import KeyHolder, Scope
from system.networks.models import NetworkSale, NetworkSaleState
from system.networks.rest.auth import RequiresScope, holder_of, idempotency_key
from system.networks.rest.schemas import BalanceOut, LineOut, PriceIn, PriceOut, SaleIn, SaleOut, TokenOut
from system.networks.services import sandbox
from system.networks.services.networks import commission_of
from system.networks.services.sales import NetworkSaleRequest, sell_for_network, sold_c
from system.vending.api import AccountKind, Sale, SaleRequest, account_of, offer

router = Router(tags=["Ventas"])


@router.post("/price", auth=RequiresScope(Scope.PRICE), response=PriceOut)
def price(request: HttpRequest, body: PriceIn) -> PriceOut:
    """Qué energía compra un valor; nada se reserva."""
    holder = holder_of(request)
    offered = offer(holder.agent, SaleRequest(uuid.uuid4(), body.meter, body.amount_c))
    return PriceOut(
        meter=offered.supply.drn,
        customer_name=_name(holder, offered.supply.agreement.customer.name),
        amount_c=body.amount_c,
        energy_wh=offered.quote.units * 100,
        commission_c=commission_of(holder.network).of(body.amount_c),
        lines=[
            LineOut(name=line.name, energy_wh=line.units * 100, amount_c=line.amount_c)
            for line in offered.quote.lines
        ],
    )


@router.post("/sales", auth=RequiresScope(Scope.SELL), response=SaleOut)
def make_sale(request: HttpRequest, body: SaleIn) -> Any:
    """Vender. La misma Idempotency-Key con el mismo cuerpo da la misma venta; con otro, 409."""
    holder = holder_of(request)
    asked = NetworkSaleRequest(idempotency_key(request), body.meter, body.amount_c)
    if holder.sandbox:
        return sandbox.sell_in_sandbox(holder, asked)
    row, sale = sell_for_network(holder, asked)
    return sale_out(row, sale)


@router.get("/sales/last", auth=RequiresScope(Scope.SELL), response=SaleOut)
def last_sale(request: HttpRequest, meter: str) -> Any:
    """La última venta de esta red a un medidor: para reimprimir o cuando se perdió la respuesta."""
    rows = _sold(holder_of(request)).filter(pk__in=Sale.objects.filter(drn=meter[:40]).values("pk"))
    return _out(rows.order_by("-asked_at").first())


@router.get("/sales/{uuid:sale_id}", auth=RequiresScope(Scope.SELL), response=SaleOut)
def one_sale(request: HttpRequest, sale_id: uuid.UUID) -> Any:
    """Una venta de esta red, con sus tokens."""
    holder = holder_of(request)
    if holder.sandbox:
        known = sandbox.sandbox_answer(holder, "sale", sale_id)
        if known is None:
            raise Http404
        return known
    return _out(_sold(holder).filter(pk=sale_id).first())


@router.get("/balance", auth=RequiresScope(Scope.SELL), response=BalanceOut)
def balance(request: HttpRequest) -> BalanceOut:
    """Lo que debe esta red, su cupo y lo que aún puede vender hoy."""
    network = holder_of(request).network
    merchant = network.shift.point_of_sale.merchant
    kept = account_of(network.provider_id, AccountKind.MERCHANT, merchant).balance
    taken_c = kept.posted_c + max(0, kept.pending_c)
    return BalanceOut(
        owed_c=kept.posted_c,
        pending_c=kept.pending_c,
        credit_c=kept.limit_c,
        available_c=None if kept.limit_c is None else max(0, kept.limit_c - taken_c),
        sold_today_c=sold_c(network, business_day(business_now())),
        day_max_c=network.day_max_c,
        sale_max_c=network.sale_max_c,
    )


def sale_out(row: NetworkSale, sale: Sale) -> SaleOut:
    """A sale as it travels."""
    return SaleOut(
        sale_id=sale.pk,
        number=sale.number,
        meter=sale.drn,
        amount_c=sale.amount_c,
        energy_wh=sale.units * 100,
        commission_c=row.commission_c,
        tokens=[
            TokenOut(position=token.position, role=token.role, digits=token.digits)
            for token in sale.tokens.order_by("position")
        ],
        state="reversed" if hasattr(sale, "reversal") else "sold",
        test=sale.outcome.test_keys,
        sandbox=False,
    )


def _sold(holder: KeyHolder) -> Any:
    return NetworkSale.objects.filter(network=holder.network, state=NetworkSaleState.SOLD)


def _out(row: NetworkSale | None) -> SaleOut:
    if row is None:
        raise Http404
    return sale_out(row, Sale.objects.select_related("outcome").get(pk=row.pk))


def _name(holder: KeyHolder, name: str) -> str | None:
    if not holder.may(Scope.READ_NAME):
        return None
    return sandbox.TRIAL_CUSTOMER if holder.sandbox else name
