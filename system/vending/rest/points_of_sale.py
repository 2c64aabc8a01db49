"""Merchants and their counters: list, make, limit, suspend."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Flag,
    In,
    Key,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    plain_text,
    row_or_404,
)
from system.vending.models import Merchant, PointOfSale
from system.vending.rest.fields import Amount, ShownAmount, own_row
from system.vending.selectors.shifts import position_of
from system.vending.services.points_of_sale import (
    create_merchant,
    create_point_of_sale,
    set_active,
    set_limit,
)

router = Router(tags=["Puntos de venta"])
_MANAGE = Operation.MANAGE_POINTS_OF_SALE
_MERCHANT, _POINT = "/merchants/{key:merchant_id}", "/points-of-sale/{key:point_id}"


class MerchantIn(In):
    """A new merchant."""

    name: Annotated[str, plain_text(80)]
    document: Annotated[str, free_text(20)] = ""
    limit_c: Amount | None = None


class PointIn(In):
    """A further counter."""

    merchant_id: Key
    name: Annotated[str, plain_text(40)]


class LimitIn(In):
    """A credit limit."""

    limit_c: Amount | None


class ActiveIn(In):
    """True: it may sell."""

    active: Flag


class PointOut(Out):
    """A counter."""

    id: int
    name: str
    active: bool


class OfferedPointOut(PointOut):
    """A counter at which a shift can be opened."""

    merchant: str


class MerchantOut(Out):
    """A merchant, what he owes, and his counters."""

    id: int
    name: str
    document: str
    active: bool
    owed_c: ShownAmount
    limit_c: ShownAmount | None
    room_c: ShownAmount | None
    points_of_sale: list[PointOut]


def _point(row: PointOfSale) -> PointOut:
    return PointOut(id=row.pk, name=row.name, active=row.active)


def _out(row: Merchant) -> MerchantOut:
    position = position_of(row)
    return MerchantOut(
        id=row.pk,
        name=row.name,
        document=row.document,
        active=row.active,
        owed_c=position.owed_c,
        limit_c=position.limit_c,
        room_c=position.room_c,
        points_of_sale=[_point(point) for point in row.points_of_sale.all()],
    )


def _merchant(request: HttpRequest, merchant_id: int) -> Merchant:
    found: Merchant = row_or_404(Merchant.objects.of(user_of(request)), merchant_id)
    return found


@router.get("/points-of-sale", **guarded(Operation.OPERATE_SHIFT, Page[OfferedPointOut]))
def list_points(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los puntos de venta en los que se puede abrir turno."""
    rows = PointOfSale.objects.of(user_of(request)).filter(active=True, merchant__active=True)
    return page_of(
        Page[OfferedPointOut],
        rows.select_related("merchant").order_by("merchant__name", "name"),
        page,
        lambda row: OfferedPointOut(id=row.pk, name=row.name, active=row.active, merchant=row.merchant.name),
    )


@router.get("/merchants", **guarded(_MANAGE, Page[MerchantOut]))
def list_merchants(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los comercios, lo que deben y sus puntos de venta."""
    rows = Merchant.objects.of(user_of(request)).prefetch_related("points_of_sale").order_by("name")
    return page_of(Page[MerchantOut], rows, page, _out)


@router.post("/merchants", **guarded(_MANAGE, MerchantOut, status=201))
def new_merchant(request: HttpRequest, body: MerchantIn) -> MerchantOut:
    """Registrar un comercio."""
    return _out(create_merchant(user_of(request), body.name, body.document, body.limit_c))


@router.put(f"{_MERCHANT}/limit", **guarded(_MANAGE, MerchantOut))
def keep_limit(request: HttpRequest, merchant_id: int, body: LimitIn) -> MerchantOut:
    """Otro cupo; nulo: sin límite."""
    found = _merchant(request, merchant_id)
    set_limit(user_of(request), found, body.limit_c)
    return _out(found)


@router.put(f"{_MERCHANT}/active", **guarded(_MANAGE, MerchantOut))
def switch_merchant(request: HttpRequest, merchant_id: int, body: ActiveIn) -> MerchantOut:
    """Suspender un comercio, o que venda de nuevo."""
    found = _merchant(request, merchant_id)
    set_active(user_of(request), found, active=body.active)
    return _out(found)


@router.post("/points-of-sale", **guarded(_MANAGE, PointOut, status=201))
def new_point(request: HttpRequest, body: PointIn) -> PointOut:
    """Un punto de venta más de un comercio."""
    merchant = own_row(request, Merchant, body.merchant_id)
    return _point(create_point_of_sale(user_of(request), merchant, body.name))


@router.put(f"{_POINT}/active", **guarded(_MANAGE, PointOut))
def switch_point(request: HttpRequest, point_id: int, body: ActiveIn) -> PointOut:
    """Suspender un punto de venta, o que venda de nuevo."""
    found = row_or_404(PointOfSale.objects.of(user_of(request)), point_id)
    set_active(user_of(request), found, active=body.active)
    return _point(found)
