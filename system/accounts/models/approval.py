"""Four eyes: a request, and the decision of somebody else."""

import uuid

from django.db import models

from system.accounts.facts import Fact


class Approval(Fact):
    """Something that one person asked for and another must decide.

    Args:
        id: made by the caller.
        operation: which (`system.accounts.operations.FOUR_EYES`).
        arguments: what will be done, as JSON; shown to who decides.
        reason: why, in the words of who asks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=60)
    arguments = models.JSONField()
    reason = models.CharField(max_length=200)
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        """Newest last."""

        db_table = "accounts_approval"
        ordering = ["requested_at"]


class ApprovalDecision(Fact):
    """What was decided; once, and never by who asked (the service refuses it)."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="decision")
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    granted = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """One for each request."""

        db_table = "accounts_approval_decision"
