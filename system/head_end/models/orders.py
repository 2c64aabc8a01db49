"""Orders: what was asked (facts), how it stands (one row), and each step on the way (facts)."""

import uuid

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned
from system.head_end.vocabulary import OrderKind, OrderState

KINDS = [(kind.value, kind.value) for kind in OrderKind]


class OrderGroup(Fact):
    """The same order for many meters.

    Args:
        id: made by the caller.
        approval: of a mass disconnection.
        fingerprint: of what was asked, so that an id is not used for two things.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=KINDS)
    parameters = models.JSONField(default=dict)
    deadline = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, null=True, related_name="+"
    )
    fingerprint = models.CharField(max_length=64)

    class Meta:
        """Newest last."""

        db_table = "head_end_order_group"
        ordering = ["asked_at"]


class OrderGroupAbort(Fact):
    """Abort of a group: its orders that were not sent yet are cancelled."""

    group = models.OneToOneField(OrderGroup, on_delete=models.PROTECT, related_name="abort")
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    aborted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    aborted_at = models.DateTimeField()
    cancelled = models.PositiveIntegerField()

    class Meta:
        """Once for each group."""

        db_table = "head_end_order_group_abort"


class Order(Fact):
    """Order to a meter.

    Args:
        id: made by the caller.
        parameters: of its kind.
        deadline: later it is not begun.
        after: an order that must be DONE first.
        sale_id, position: of a token: whose, and the how manieth.
        fingerprint: of what was asked, so that an id is not used for two things.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=20, choices=KINDS)
    parameters = models.JSONField(default=dict)
    deadline = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    group = models.ForeignKey(OrderGroup, on_delete=models.PROTECT, null=True, related_name="orders")
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
    sale_id = models.UUIDField(null=True, db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        """Newest last."""

        db_table = "head_end_order"
        ordering = ["asked_at", "position"]
        indexes = [models.Index(fields=["provider", "asked_at"], name="head_end_order_time")]


class OrderProgress(ProviderOwned):
    """State of an order: the row that is locked, changed and looked at.

    Args:
        device: of the order, so that what is due is found by one index.
        unsure: it was sent once, and its answer lost: never again certain that nothing happened.
        next_try_at: not before.
        lease_channel, lease_number: under which lease it is RUNNING.
        attempts: how often it was begun or tried in vain.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="progress")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=OrderState.WAITING.value)
    unsure = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=30, blank=True, default="")
    result = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    deadline = models.DateTimeField()
    next_try_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    lease_channel = models.ForeignKey(
        "head_end.Channel", on_delete=models.PROTECT, null=True, related_name="+"
    )
    lease_number = models.BigIntegerField(null=True)

    class Meta:
        """Open orders are found quickly."""

        db_table = "head_end_order_progress"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in OrderState]),
                name="head_end_order_state",
            )
        ]
        indexes = [
            models.Index(
                fields=["device", "next_try_at"],
                condition=models.Q(state__in=["waiting", "running", "unsure"]),
                name="head_end_order_open",
            ),
            models.Index(
                fields=["deadline"],
                condition=models.Q(state__in=["waiting", "unsure"]),
                name="head_end_order_deadline",
            ),
            models.Index(fields=["provider", "state"], name="head_end_order_by_state"),
        ]


class OrderStep(Fact):
    """A transition that an order made."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=20)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField()
    wall_at = models.DateTimeField()
    reason = models.CharField(max_length=30, blank=True, default="")
    result = models.JSONField(default=dict)
    collector = models.CharField(max_length=100, blank=True, default="")
    lease_number = models.BigIntegerField(null=True)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """In the order of happening."""

        db_table = "head_end_order_step"
        ordering = ["order", "number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="head_end_order_step_once")]
