"""Approvals: requests that wait for a second person, and decisions."""

import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts import four_eyes
from system.accounts.access import user_of
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Flag,
    In,
    Instant,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    row_or_404,
)
from system.config.clock import security_now

router = Router(tags=["Aprobaciones"])
State = Literal["waiting", "mine", "decided"]


class ApprovalsQuery(PageQuery):
    """Filter of requests."""

    state: State = Field("waiting", description="por decidir; pedidas por mí; decididas")


class DecisionIn(In):
    """A decision."""

    granted: Flag
    note: Annotated[str, free_text(200)] = ""


class DecisionOut(Out):
    """A decision that was made."""

    granted: bool
    by: str
    at: Instant
    note: str


class ApprovalOut(Out):
    """A request."""

    id: uuid.UUID
    operation: str
    arguments: dict[str, Any] = Field(description="lo que se hará, exactamente")
    reason: str
    requested_by: str
    requested_at: Instant
    expires_at: Instant
    decision: DecisionOut | None


def approval_out(row: Approval) -> ApprovalOut:
    """A request as it travels."""
    decision = getattr(row, "decision", None)
    return ApprovalOut(
        id=row.pk,
        operation=row.operation,
        arguments=row.arguments,
        reason=row.reason,
        requested_by=row.requested_by.username,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decision=decision
        and DecisionOut(
            granted=decision.granted,
            by=decision.decided_by.username,
            at=decision.decided_at,
            note=decision.note,
        ),
    )


def _rows(request: HttpRequest) -> Any:
    return Approval.objects.of(user_of(request)).select_related("requested_by", "decision__decided_by")


@router.get("/approvals", **guarded(Operation.APPROVE, Page[ApprovalOut]))
def list_approvals(request: HttpRequest, asked: Query[ApprovalsQuery]) -> Any:
    """Las solicitudes que esperan a una segunda persona, o las decididas."""
    user = user_of(request)
    open_ones = {"decision__isnull": True, "expires_at__gte": security_now()}
    rows = {
        "waiting": _rows(request).filter(**open_ones).exclude(requested_by=user).order_by("requested_at"),
        "mine": _rows(request).filter(**open_ones, requested_by=user).order_by("requested_at"),
        "decided": _rows(request).filter(decision__isnull=False).order_by("-decision__decided_at"),
    }
    return page_of(Page[ApprovalOut], rows[asked.state], asked, approval_out)


@router.get("/approvals/{uuid:approval_id}", **guarded(Operation.APPROVE, ApprovalOut))
def one_approval(request: HttpRequest, approval_id: uuid.UUID) -> ApprovalOut:
    """Una solicitud."""
    return approval_out(row_or_404(_rows(request), approval_id))


@router.post("/approvals/{uuid:approval_id}/decision", **guarded(Operation.APPROVE, ApprovalOut))
def decide(request: HttpRequest, approval_id: uuid.UUID, body: DecisionIn) -> ApprovalOut:
    """Aprobar o rechazar, como segunda persona."""
    found = row_or_404(_rows(request), approval_id)
    four_eyes.decide(user_of(request), found, granted=body.granted, note=body.note)
    return approval_out(row_or_404(_rows(request), approval_id))
