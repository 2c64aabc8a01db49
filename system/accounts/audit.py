"""Audit trail: written, and its chain of hashes checked."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from system.accounts.models import AuditRecord
from system.config.clock import business_now, security_now

#: Hash that the first row follows.
GENESIS = "0" * 64
DONE, REFUSED, FAILED = "done", "refused", "failed"
_TRIES = 20


def record(
    action: str,
    *,
    outcome: str = DONE,
    user: Any = None,
    provider_id: int | None = None,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    address: str = "",
) -> AuditRecord:
    """Record an operation that was done, failed or was refused.

    Inside a transaction the row stands or falls with it; a refusal is therefore written outside.
    """
    known = user if getattr(user, "pk", None) else None
    row = AuditRecord(
        user=known,
        provider_id=provider_id if provider_id is not None else getattr(known, "provider_id", None),
        action=action,
        outcome=outcome,
        subject=subject,
        detail=dict(detail or {}),
        wall_at=security_now(),
        business_at=business_now(),
        address=address,
    )
    for _ in range(_TRIES):
        last = AuditRecord.objects.order_by("-id").values_list("row_hash", flat=True).first()
        row.previous_hash = last or GENESIS
        row.row_hash = _hash(row)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # another writer followed the same row: follow him
            row.pk = None
            row._state.adding = True  # noqa: SLF001 - how Django says that a row is new
        else:
            return row
    raise RuntimeError("the audit trail could not be written: too many writers at once")


def first_broken_id() -> int | None:
    """The id of the first row that does not fit to the one before, or None."""
    previous = GENESIS
    for row in AuditRecord.objects.order_by("id").iterator():
        if row.previous_hash != previous or row.row_hash != _hash(row):
            return int(row.pk)
        previous = row.row_hash
    return None


def _hash(row: AuditRecord) -> str:
    said = [
        row.previous_hash,
        row.provider_id,
        row.user_id,
        row.action,
        row.outcome,
        row.subject,
        row.detail,
        row.wall_at.isoformat(),
        row.business_at.isoformat(),
        row.address,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
