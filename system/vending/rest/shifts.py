"""Open and close a counter; receive what a merchant hands over."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, Instant, Key, Out, Page, PageQuery, free_text, page_of, row_or_404
from system.vending.models import Deposit, Merchant, PointOfSale, Shift
from system.vending.rest.fields import Amount, Paid, ShownAmount, ShownEnergy, own_row, wh_of
from system.vending.selectors.shifts import open_shift_of, shift_sums
from system.vending.services.shifts import close_shift, open_shift, receive_deposit

router = Router(tags=["Turnos y consignaciones"])


class ShiftIn(In):
    """Counter, and the cash in its drawer."""

    point_of_sale_id: Key
    opening_cash_c: Amount


class ClosureIn(In):
    """Cash that was counted."""

    counted_cash_c: Amount
    note: Annotated[str, free_text(200)] = ""


class ClosureOut(Out):
    """Closure of a shift."""

    closed_at: Instant
    counted_cash_c: ShownAmount
    expected_cash_c: ShownAmount
    note: str


class ShiftOut(Out):
    """A shift and what it came to."""

    id: uuid.UUID
    point_of_sale_id: int
    point_of_sale: str
    merchant: str
    cashier: str
    opened_at: Instant
    opening_cash_c: ShownAmount
    count: int = Field(description="recargas, sin las reversadas")
    energy_wh: ShownEnergy
    energy_c: ShownAmount
    deducted_c: ShownAmount
    collected_c: ShownAmount
    expected_c: ShownAmount = Field(description="lo que debe haber en la caja")
    closure: ClosureOut | None


class DepositIn(In):
    """Money that a merchant hands over."""

    merchant_id: Key
    amount_c: Paid
    reference: Annotated[str, free_text(60, description="comprobante")] = ""


class DepositOut(Out):
    """A deposit."""

    id: uuid.UUID
    merchant_id: int
    merchant: str
    amount_c: ShownAmount
    reference: str
    received_by: str
    received_at: Instant


def _out(shift: Shift) -> ShiftOut:
    sums = asdict(shift_sums(shift))
    closure = getattr(shift, "closure", None)
    return ShiftOut(
        id=shift.pk,
        point_of_sale_id=shift.point_of_sale_id,
        point_of_sale=shift.point_of_sale.name,
        merchant=shift.point_of_sale.merchant.name,
        cashier=shift.cashier.username,
        opened_at=shift.opened_at,
        opening_cash_c=shift.opening_cash_c,
        energy_wh=wh_of(sums.pop("units")),
        closure=closure
        and ClosureOut(
            closed_at=closure.closed_at,
            counted_cash_c=closure.counted_cash_c,
            expected_cash_c=closure.expected_cash_c,
            note=closure.note,
        ),
        **sums,
    )


def _rows(request: HttpRequest) -> Any:
    rows = Shift.objects.of(user_of(request))
    return rows.select_related("closure", "point_of_sale__merchant", "cashier")


@router.get("/shifts/current", **guarded(Operation.OPERATE_SHIFT, ShiftOut, 404))
def current_shift(request: HttpRequest) -> ShiftOut:
    """El turno abierto de quien pregunta; 404 si no hay."""
    found = open_shift_of(user_of(request))
    if found is None:
        raise Http404
    return _out(found)


@router.get("/shifts/{uuid:shift_id}", **guarded(Operation.OPERATE_SHIFT, ShiftOut))
def one_shift(request: HttpRequest, shift_id: uuid.UUID) -> ShiftOut:
    """Un turno y a cuánto llegó."""
    return _out(row_or_404(_rows(request), shift_id))


@router.put("/shifts/{uuid:shift_id}", **guarded(Operation.OPERATE_SHIFT, ShiftOut))
def begin(request: HttpRequest, shift_id: uuid.UUID, body: ShiftIn) -> ShiftOut:
    """Abrir turno con el identificador de quien llama; otra vez, el mismo turno."""
    point = own_row(request, PointOfSale, body.point_of_sale_id)
    return _out(open_shift(user_of(request), point, body.opening_cash_c, shift_id))


@router.post("/shifts/{uuid:shift_id}/closure", **guarded(Operation.OPERATE_SHIFT, ShiftOut))
def end(request: HttpRequest, shift_id: uuid.UUID, body: ClosureIn) -> ShiftOut:
    """Cerrar el turno con el efectivo contado."""
    found = row_or_404(_rows(request), shift_id)
    close_shift(user_of(request), found, body.counted_cash_c, body.note)
    return _out(row_or_404(_rows(request), shift_id))


def _deposit(row: Deposit) -> DepositOut:
    return DepositOut(
        id=row.pk,
        merchant_id=row.merchant_id,
        merchant=row.merchant.name,
        amount_c=row.amount_c,
        reference=row.reference,
        received_by=row.received_by.username,
        received_at=row.received_at,
    )


@router.get("/deposits", **guarded(Operation.RECEIVE_DEPOSIT, Page[DepositOut]))
def list_deposits(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Las consignaciones, la última primero."""
    rows = Deposit.objects.of(user_of(request)).select_related("merchant", "received_by")
    return page_of(Page[DepositOut], rows.order_by("-received_at", "-pk"), page, _deposit)


@router.put("/deposits/{uuid:deposit_id}", **guarded(Operation.RECEIVE_DEPOSIT, DepositOut))
def receive(request: HttpRequest, deposit_id: uuid.UUID, body: DepositIn) -> DepositOut:
    """Recibir dinero de un comercio; el mismo identificador es la misma consignación."""
    merchant = own_row(request, Merchant, body.merchant_id)
    return _deposit(receive_deposit(user_of(request), merchant, body.amount_c, body.reference, deposit_id))
