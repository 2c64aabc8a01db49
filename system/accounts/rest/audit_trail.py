"""The audit trail: read it, check its chain."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts import audit
from system.accounts.access import user_of
from system.accounts.models import AuditRecord
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Day, Instant, Out, Page, PageQuery, free_text, page_of

router = Router(tags=["Auditoría"])


class TrailQuery(PageQuery):
    """Filter of the trail; a field that is left out does not narrow."""

    username: Annotated[str, free_text(150)] = ""
    action: Annotated[str, free_text(60, description="cómo empieza")] = ""
    outcome: Literal["done", "refused", "failed"] | None = None
    since: Day | None = Field(None, description="día de Bogotá")
    until: Day | None = Field(None, description="día de Bogotá, inclusive")

    def filters(self) -> dict[str, Any]:
        """Django's filters."""
        wanted = {
            "user__username": self.username,
            "action__startswith": self.action,
            "outcome": self.outcome,
            "wall_at__date__gte": self.since,
            "wall_at__date__lte": self.until,
        }
        return {name: value for name, value in wanted.items() if value}


class AuditOut(Out):
    """A record."""

    id: int
    action: str
    outcome: str
    username: str | None
    subject: str
    detail: dict[str, Any]
    wall_at: Instant
    business_at: Instant
    address: str
    row_hash: str = Field(description="SHA-256 de este registro y del anterior")


class ChainOut(Out):
    """Result of a check of the chain."""

    complete: bool
    broken_at: int | None = Field(description="el primer registro que no corresponde al anterior")


def _out(row: AuditRecord) -> AuditOut:
    return AuditOut.of(row, username=row.user and row.user.username)


@router.get("/audit", **guarded(Operation.SEE_AUDIT, Page[AuditOut]))
def trail(request: HttpRequest, asked: Query[TrailQuery]) -> Any:
    """Lo que se hizo, se intentó y se negó; lo último primero."""
    rows = AuditRecord.objects.of(user_of(request)).select_related("user").filter(**asked.filters())
    return page_of(Page[AuditOut], rows.order_by("-id"), asked, _out)


@router.post("/audit/check", **guarded(Operation.SEE_AUDIT, ChainOut))
def check_chain(request: HttpRequest) -> ChainOut:
    """Calcular la cadena de nuevo desde el primer registro."""
    broken = audit.first_broken_id()
    outcome = audit.DONE if broken is None else audit.FAILED
    audit.record("audit.check", outcome=outcome, user=user_of(request))
    return ChainOut(complete=broken is None, broken_at=broken)
