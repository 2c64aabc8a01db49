"""Bills of postpaid consumption and of availability: list, issue, pay."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal, Self

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, model_validator

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Day, In, Instant, Out, plain_text, row_or_404, whole
from system.accounts.rest.paging import Page, PageQuery, page_of
from system.vending.errors import UnableToSell
from system.vending.models import Bill
from system.vending.pricing.money import PPM
from system.vending.rest.fields import Paid, ShownAmount, ShownEnergy, place_of
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.bill import (
    CONSUMPTION_MAX_WH,
    bill_availability,
    bill_consumption,
    bill_measured,
    outstanding_c,
    pay_bill,
)

router = Router(tags=["Facturas"])
_ONE = "/bills/{uuid:bill_id}"


class BillIn(In):
    """A period of an installation, within one month: its consumption, or its availability.

    Without `consumption_wh`, a postpaid period is billed by its readings.
    """

    niu: Annotated[str, plain_text(30)]
    mode: Literal["postpaid", "availability"]
    period_begin: Day
    period_end: Day
    consumption_wh: Annotated[int, whole(0, CONSUMPTION_MAX_WH)] | None = None
    available_ppm: Annotated[int, whole(0, PPM, description="horas con servicio, 10⁻⁶")] | None = None

    @model_validator(mode="after")
    def _what_the_mode_wants(self) -> Self:
        """See that the mode has its measure, and no other.

        Raises:
            ValueError: it has not.
        """
        measures = (self.consumption_wh is not None, self.available_ppm is not None)
        wanted = {"postpaid": {(True, False), (False, False)}, "availability": {(False, True)}}
        if measures not in wanted[self.mode]:
            raise ValueError("«postpaid» puede llevar consumption_wh, «availability» lleva available_ppm.")
        return self


class PaymentIn(In):
    """Money on a bill."""

    amount_c: Paid


class BillLineOut(Out):
    """A line of a bill."""

    name: str
    amount_c: ShownAmount


class BillOut(Out):
    """A bill and what is still to be paid on it."""

    id: uuid.UUID
    niu: str
    mode: str
    period_begin: date
    period_end: date
    consumption_wh: ShownEnergy
    available_ppm: int
    total_c: ShownAmount
    subsidy_c: ShownAmount
    outstanding_c: ShownAmount = Field(description="lo que falta por pagar")
    lines: list[BillLineOut]


class PaymentOut(Out):
    """A payment."""

    id: uuid.UUID
    bill_id: uuid.UUID
    amount_c: ShownAmount
    outstanding_c: ShownAmount
    wall_at: Instant


def _out(row: Bill) -> BillOut:
    return BillOut(
        id=row.pk,
        niu=row.installation.niu,
        mode=row.mode,
        period_begin=row.period_begin,
        period_end=row.period_end,
        consumption_wh=row.consumption_wh,
        available_ppm=row.available_ppm,
        total_c=row.total_c,
        subsidy_c=row.subsidy_c,
        outstanding_c=outstanding_c(row),
        lines=[BillLineOut(name=line["name"], amount_c=line["amount_c"]) for line in row.lines],
    )


def _rows(request: HttpRequest) -> Any:
    return Bill.objects.of(user_of(request)).select_related("installation")


@router.get("/bills", **does(Operation.SEE_SALES, Page[BillOut]))
def list_bills(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Las facturas, la última primero."""
    return page_of(Page[BillOut], _rows(request).order_by("-period_end", "-wall_at", "-pk"), page, _out)


@router.get(_ONE, **does(Operation.SEE_SALES, BillOut))
def one_bill(request: HttpRequest, bill_id: uuid.UUID) -> BillOut:
    """Una factura."""
    return _out(row_or_404(_rows(request), bill_id))


@router.put(_ONE, **does(Operation.EDIT_OBLIGATIONS, BillOut))
def issue(request: HttpRequest, bill_id: uuid.UUID, body: BillIn) -> BillOut:
    """Facturar un período con el identificador de quien llama; otra vez, la misma factura."""
    user, place = user_of(request), place_of(request, body.niu)
    period = (body.period_begin, body.period_end)
    if body.mode == "availability":
        return _out(bill_availability(user, bill_id, place, period, body.available_ppm or 0))
    if body.consumption_wh is None:
        return _out(bill_measured(user, bill_id, place, period))
    return _out(bill_consumption(user, bill_id, place, period, body.consumption_wh))


@router.put(f"{_ONE}/payments/{{uuid:payment_id}}", **does(Operation.SELL, PaymentOut))
def pay(request: HttpRequest, bill_id: uuid.UUID, payment_id: uuid.UUID, body: PaymentIn) -> PaymentOut:
    """Recibir dinero de una factura en el turno abierto; el mismo identificador es el mismo pago."""
    bill, user = row_or_404(_rows(request), bill_id), user_of(request)
    shift = open_shift_of(user)
    if shift is None:
        raise UnableToSell("No hay un turno abierto a su nombre: ábralo primero.")
    made = pay_bill(user, shift, bill, body.amount_c, payment_id)
    return PaymentOut(
        id=made.pk,
        bill_id=bill.pk,
        amount_c=made.amount_c,
        outstanding_c=outstanding_c(bill),
        wall_at=made.wall_at,
    )
