"""Requests that one person makes and another approves: free tokens, reversals, key changes and so on."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.audit_labels import OPERATION_LABELS
from system.accounts.models import Approval, ApprovalDecision, User
from system.accounts.permissions import FOUR_EYES, Operation
from system.config.clock import security_now

#: Time within which a request can be decided.
VALID_FOR = timedelta(hours=24)


class UnableToApprove(ValueError):
    """The request cannot be made, decided or used; the message is a Spanish sentence without its stop."""


def request_approval(
    user: User,
    operation: Operation,
    arguments: Mapping[str, Any],
    reason: str,
    approval_id: uuid.UUID | None = None,
) -> Approval:
    """Request an operation that needs four eyes; the same id again gives the same request.

    Raises:
        UnableToApprove: the operation needs none, the user may not ask, no reason is given, or the id was
            used for something else.
    """
    if operation not in FOUR_EYES:
        raise UnableToApprove(f"{OPERATION_LABELS[operation].lower()} no necesita una segunda persona")
    if not user.may(operation):
        raise UnableToApprove(f"su rol no permite pedir: {OPERATION_LABELS[operation].lower()}")
    if not reason.strip():
        raise UnableToApprove("hace falta escribir el motivo")
    wanted_id = approval_id or uuid.uuid4()
    with transaction.atomic():
        known: Approval | None = Approval.objects.filter(pk=wanted_id).first()
        if known is not None:
            same = (known.operation, known.arguments, known.requested_by_id)
            if same != (operation.value, dict(arguments), user.pk):
                raise UnableToApprove(f"la solicitud {wanted_id} se hizo para otra cosa")
            return known
        now = security_now()
        approval = Approval(
            id=wanted_id,
            provider_id=user.provider_pk,
            operation=operation.value,
            arguments=dict(arguments),
            reason=reason.strip()[:200],
            requested_by=user,
            requested_at=now,
            expires_at=now + VALID_FOR,
        )
        approval.save()
        audit.record(f"{operation.value}.ask", user=user, subject=f"approval:{approval.pk}")
    return approval


def decide(user: User, approval: Approval, *, granted: bool, note: str = "") -> ApprovalDecision:
    """Approve or reject, as a second person.

    Raises:
        UnableToApprove: it was decided already or is too old, or the user asked for it himself, is of
            another provider, or may not approve.
    """
    if user.pk == approval.requested_by_id:
        raise UnableToApprove("quien pide no puede aprobar")
    if user.provider_id != approval.provider_id or not user.may(Operation.APPROVE):
        raise UnableToApprove("su rol no permite aprobarla")
    if security_now() > approval.expires_at:
        raise UnableToApprove("la solicitud venció: pídala de nuevo")
    try:
        with transaction.atomic():
            decision = ApprovalDecision(
                approval=approval,
                provider_id=approval.provider_id,
                decided_by=user,
                decided_at=security_now(),
                granted=granted,
                note=note[:200],
            )
            decision.save()
            word = "approve" if granted else "reject"
            audit.record(f"{approval.operation}.{word}", user=user, subject=f"approval:{approval.pk}")
    except IntegrityError:
        raise UnableToApprove("ya fue decidida") from None
    return decision


def require_granted(approval: Approval, operation: Operation, arguments: Mapping[str, Any]) -> None:
    """Refuse an operation that was not approved with exactly these arguments.

    Raises:
        UnableToApprove: it is not.
    """
    decision = ApprovalDecision.objects.filter(approval=approval).first()
    if decision is None or not decision.granted:
        raise UnableToApprove("no fue aprobada")
    if approval.operation != operation.value or approval.arguments != dict(arguments):
        raise UnableToApprove("lo que se aprobó es otra cosa")
