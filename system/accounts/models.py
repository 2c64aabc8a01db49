"""Users, the audit trail, and approvals by a second person."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

from system.accounts.audit_labels import action_label, detail_lines
from system.accounts.facts import Fact
from system.accounts.permissions import ROLE_LABELS, Operation, Role, may


class Approval(Fact):
    """Request of an operation that a second person must decide.

    Args:
        id: made by the caller.
        operation: which (`system.accounts.permissions.FOUR_EYES`).
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

    @property
    def title(self) -> str:
        """Spanish name of the operation."""
        return action_label(self.operation)


class ApprovalDecision(Fact):
    """Decision of a request; once, and never by its author (the service refuses it)."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="decision")
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    granted = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """One for each request."""

        db_table = "accounts_approval_decision"


class AuditRecord(Fact):
    """An operation that was done, failed or was refused. Each row bears the hash of the one before.

    Args:
        provider: whose rows were touched; None without a login.
        user: who was logged in; None without a login.
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

    @property
    def action_label(self) -> str:
        """Spanish name of the action."""
        return action_label(self.action)

    @property
    def detail_lines(self) -> list[tuple[str, str]]:
        """Names and values of the detail in Spanish."""
        return detail_lines(self.detail)


class User(AbstractUser):
    """A user who logs in with a name and a password.

    A user has one role at one provider; a subscriber is bound to his customer. Without a provider a user can
    do nothing: there is no user above all providers.
    """

    provider = models.ForeignKey(
        "registry.Provider", on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    role = models.CharField(
        max_length=20, choices=[(role.value, ROLE_LABELS[role]) for role in Role], blank=True, default=""
    )
    customer = models.ForeignKey(
        "registry.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    must_change_password = models.BooleanField(default=False)

    class Meta:
        """A subscriber has a customer, others have none."""

        db_table = "accounts_user"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role=Role.SUBSCRIBER.value, customer__isnull=False)
                | (~models.Q(role=Role.SUBSCRIBER.value) & models.Q(customer__isnull=True)),
                name="accounts_user_subscriber_has_customer",
            )
        ]

    @property
    def provider_pk(self) -> int:
        """Key of the provider, which every user has who may do anything.

        Raises:
            ValueError: there is none.
        """
        if self.provider_id is None:
            raise ValueError(f"user {self.pk} belongs to no provider")
        return self.provider_id

    def may(self, operation: Operation) -> bool:
        """True where this user may do an operation."""
        return self.is_active and self.provider_id is not None and may(self.role, operation)
