"""What installations owe beside energy: status, register, end."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Day, In, Out, free_text, plain_text, row_or_404, whole
from system.accounts.rest.paging import Page, PageQuery, page_of
from system.config.clock import business_day
from system.vending.models import ObligationRow
from system.vending.pricing import ObligationKind
from system.vending.pricing.money import PPM
from system.vending.rest.fields import Amount, ShownAmount, place_of
from system.vending.selectors.obligations import ObligationStatus, obligation_status
from system.vending.services.open_obligation import ObligationTerms, end_obligation, open_obligation

router = Router(tags=["Obligaciones"])


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
    """It over a period: ``closing = opening + charged - collected``."""

    opening_c: ShownAmount
    charged_c: ShownAmount
    collected_c: ShownAmount
    closing_c: ShownAmount


_COLUMNS = tuple(name for name in ObligationOut.model_fields if name != "niu")


def _said(row: ObligationRow) -> dict[str, Any]:
    return {"niu": row.installation.niu, **{name: getattr(row, name) for name in _COLUMNS}}


def _status(one: ObligationStatus) -> ObligationStatusOut:
    return ObligationStatusOut(
        **_said(one.row),
        opening_c=one.opening_c,
        charged_c=one.charged_c,
        collected_c=one.collected_c,
        closing_c=one.closing_c,
    )


@router.get("/obligations", **does(Operation.SEE_OBLIGATIONS, Page[ObligationStatusOut]))
def list_obligations(request: HttpRequest, asked: Query[PeriodQuery]) -> Any:
    """Estado de las obligaciones en un período."""
    rows = obligation_status(user_of(request), *asked.days())
    return page_of(Page[ObligationStatusOut], rows, asked, _status)


@router.post("/obligations", **does(Operation.EDIT_OBLIGATIONS, ObligationOut, status=201))
def register(request: HttpRequest, body: ObligationIn) -> ObligationOut:
    """Registrar una obligación; su saldo inicial entra al libro."""
    made = open_obligation(user_of(request), place_of(request, body.niu), body.terms())
    return ObligationOut(**_said(made))


@router.post("/obligations/{int:obligation_id}/end", **does(Operation.EDIT_OBLIGATIONS, ObligationOut))
def end(request: HttpRequest, obligation_id: int) -> ObligationOut:
    """No cobrarla más desde mañana; lo que se debe queda en el libro."""
    found = row_or_404(ObligationRow.objects.of(user_of(request)), obligation_id)
    end_obligation(user_of(request), found)
    found.refresh_from_db()
    return ObligationOut(**_said(found))
