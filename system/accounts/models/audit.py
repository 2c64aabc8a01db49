"""The audit trail."""

from django.db import models

from system.accounts.facts import Fact


class AuditRecord(Fact):
    """One thing that somebody did, tried, or was refused. Each row bears the hash of the one before.

    Args:
        provider: whose rows were touched; None where nobody was logged in.
        user: who; None where nobody was.
        action: the operation, or ``login.…``.
        outcome: ``done``, ``refused`` or ``failed``.
        subject: what it was done to, as ``model:id``.
        detail: more, as JSON; no personal data, no tokens, no secrets.
        wall_at: security time.
        business_at: business time.
        address: from where.
        previous_hash, row_hash: the chain, hexadecimal SHA-256.
    """

    provider = models.ForeignKey(
        "registry.Provider", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    action = models.CharField(max_length=60, db_index=True)
    outcome = models.CharField(max_length=10)
    subject = models.CharField(max_length=100, blank=True, default="")
    detail = models.JSONField(default=dict)
    wall_at = models.DateTimeField(db_index=True)
    business_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True, default="")
    previous_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        """In the order of writing; a chain has no forks."""

        db_table = "accounts_audit_record"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["previous_hash"], name="accounts_audit_record_no_fork")
        ]
