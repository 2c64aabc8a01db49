"""Routes of obligations and bills: status, register, end; issue, pay."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal, Self

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, model_validator

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Day,
    In,
    Instant,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    plain_text,
    row_or_404,
    whole,
)
from system.config.clock import business_day
from system.vending.errors import UnableToSell
from system.vending.models import Bill, ObligationRow
from system.vending.pricing import ObligationKind
from system.vending.pricing.money import PPM
from system.vending.rest.fields import Amount, Paid, ShownAmount, ShownEnergy, installation_of
from system.vending.selectors.obligations import ObligationStatus, obligation_status
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.bills import (
    CONSUMPTION_MAX_WH,
    bill_availability,
    bill_consumption,
    bill_measured,
    outstanding_c,
    pay_bill,
)
from system.vending.services.obligations import ObligationTerms, end_obligation, open_obligation

# ------------ obligations

obligations_router = Router(tags=["Obligaciones"])


class PeriodQuery(PageQuery):
    """Business days, both included; without them, the running month."""

    since: Day | None = None
    until: Day | None = None

    def days(self) -> tuple[date, date]:
        """From when to when."""
        until = self.until or business_day()
        return self.since or until.replace(day=1), until


class ObligationIn(In):
    """An obligation of an installation."""

    niu: Annotated[str, plain_text(30)]
    kind: ObligationKind
    name: Annotated[str, plain_text(40, description="como dirá el tiquete")]
    starts_on: Day
    ends_on: Day | None = None
    opening_c: Annotated[Amount, Field(description="saldo inicial de una deuda")] = 0
    quota_c: Amount | None = None
    quota_period: Literal["sale", "month"] = "month"
    share_ppm: Annotated[int, whole(0, PPM, description="parte de la recarga, 10⁻⁶")] | None = None
    cap_c: Amount | None = Field(None, description="tope por recarga, centavos")
    priority: Annotated[int, whole(0, 999, description="la menor se cobra primero")] = 10
    creditor: Annotated[str, free_text(60, description="para quién se recauda")] = ""

    def terms(self) -> ObligationTerms:
        """As the verb wants it."""
        return ObligationTerms(**self.model_dump(exclude={"niu"}))


class ObligationOut(Out):
    """An obligation, as it was registered."""

    id: int
    niu: str
    kind: str
    name: str
    creditor: str
    quota_c: ShownAmount | None
    quota_period: str
    share_ppm: int | None
    cap_c: ShownAmount | None
    priority: int
    starts_on: date
    ends_on: date | None


class ObligationStatusOut(ObligationOut):
    """Status over a period: ``closing = opening + charged - collected``."""

    opening_c: ShownAmount
    charged_c: ShownAmount
    collected_c: ShownAmount
    closing_c: ShownAmount


_COLUMNS = tuple(name for name in ObligationOut.model_fields if name != "niu")


def _obligation_fields(row: ObligationRow) -> dict[str, Any]:
    return {"niu": row.installation.niu, **{name: getattr(row, name) for name in _COLUMNS}}


def _status_out(one: ObligationStatus) -> ObligationStatusOut:
    return ObligationStatusOut(
        **_obligation_fields(one.row),
        opening_c=one.opening_c,
        charged_c=one.charged_c,
        collected_c=one.collected_c,
        closing_c=one.closing_c,
    )


@obligations_router.get("/obligations", **guarded(Operation.SEE_OBLIGATIONS, Page[ObligationStatusOut]))
def list_obligations(request: HttpRequest, asked: Query[PeriodQuery]) -> Any:
    """Estado de las obligaciones en un período."""
    rows = obligation_status(user_of(request), *asked.days())
    return page_of(Page[ObligationStatusOut], rows, asked, _status_out)


@obligations_router.post("/obligations", **guarded(Operation.EDIT_OBLIGATIONS, ObligationOut, status=201))
def register(request: HttpRequest, body: ObligationIn) -> ObligationOut:
    """Registrar una obligación; su saldo inicial entra al libro."""
    made = open_obligation(user_of(request), installation_of(request, body.niu), body.terms())
    return ObligationOut(**_obligation_fields(made))


@obligations_router.post(
    "/obligations/{key:obligation_id}/end", **guarded(Operation.EDIT_OBLIGATIONS, ObligationOut)
)
def end_one(request: HttpRequest, obligation_id: int) -> ObligationOut:
    """No cobrarla más desde mañana; lo que se debe queda en el libro."""
    found = row_or_404(ObligationRow.objects.of(user_of(request)), obligation_id)
    end_obligation(user_of(request), found)
    found.refresh_from_db()
    return ObligationOut(**_obligation_fields(found))


# ------------ bills

bills_router = Router(tags=["Facturas"])
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


def _bill_out(row: Bill) -> BillOut:
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


def _bills(request: HttpRequest) -> Any:
    return Bill.objects.of(user_of(request)).select_related("installation")


@bills_router.get("/bills", **guarded(Operation.SEE_SALES, Page[BillOut]))
def list_bills(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Las facturas, la última primero."""
    return page_of(Page[BillOut], _bills(request).order_by("-period_end", "-wall_at", "-pk"), page, _bill_out)


@bills_router.get(_ONE, **guarded(Operation.SEE_SALES, BillOut))
def one_bill(request: HttpRequest, bill_id: uuid.UUID) -> BillOut:
    """Una factura."""
    return _bill_out(row_or_404(_bills(request), bill_id))


@bills_router.put(_ONE, **guarded(Operation.EDIT_OBLIGATIONS, BillOut))
def issue(request: HttpRequest, bill_id: uuid.UUID, body: BillIn) -> BillOut:
    """Facturar un período con el identificador de quien llama; otra vez, la misma factura."""
    user, place = user_of(request), installation_of(request, body.niu)
    period = (body.period_begin, body.period_end)
    if body.mode == "availability":
        return _bill_out(bill_availability(user, bill_id, place, period, body.available_ppm or 0))
    if body.consumption_wh is None:
        return _bill_out(bill_measured(user, bill_id, place, period))
    return _bill_out(bill_consumption(user, bill_id, place, period, body.consumption_wh))


@bills_router.put(f"{_ONE}/payments/{{uuid:payment_id}}", **guarded(Operation.SELL, PaymentOut))
def pay(request: HttpRequest, bill_id: uuid.UUID, payment_id: uuid.UUID, body: PaymentIn) -> PaymentOut:
    """Recibir dinero de una factura en el turno abierto; el mismo identificador es el mismo pago."""
    bill, user = row_or_404(_bills(request), bill_id), user_of(request)
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
