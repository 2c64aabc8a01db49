"""What networks sold; and what they tried."""

import uuid

from django.db import models

from system.accounts.scoping import Owned


class NetworkSaleState(models.TextChoices):
    """How it stands."""

    OPEN = "open", "en curso"
    SOLD = "sold", "vendida"
    REFUSED = "refused", "negada"


class NetworkSale(Owned):
    """A sale that a network asked for; the sale itself is `vending.Sale` of the same id.

    Args:
        id: the caller's idempotency key.
        fingerprint: SHA-256 of what was asked.
        commission_c: what the network keeps, by the terms of that moment.
        business_day: on which it counts against the limit.
        told_reversed: whether the webhook of its reversal was written; that of the sale comes with `state`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="sales")
    key = models.ForeignKey("networks.ApiKey", on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    meter = models.CharField(max_length=40)
    amount_c = models.BigIntegerField()
    commission_c = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=NetworkSaleState.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    business_day = models.DateField()
    asked_at = models.DateTimeField()
    told_reversed = models.BooleanField(default=False)

    class Meta:
        """Found by day, and by what is open; a commission is no more than its sale."""

        db_table = "networks_sale"
        ordering = ["asked_at"]
        indexes = [
            models.Index(fields=["network", "business_day"], name="networks_sale_day"),
            models.Index(fields=["state", "asked_at"], name="networks_sale_open"),
            models.Index(fields=["network", "meter", "asked_at"], name="networks_sale_meter"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(commission_c__gte=0)
                & models.Q(commission_c__lte=models.F("amount_c"))
                & models.Q(amount_c__gt=0),
                name="networks_sale_commission",
            )
        ]


class SandboxRecord(Owned):
    """Something that was tried with a sandbox key: no money, no token, no meter.

    Args:
        id: the caller's idempotency key.
        what: ``sale`` or ``delivery``.
        fingerprint: SHA-256 of what was asked.
        answer: what was answered, and is again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField()
    asked_at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        db_table = "networks_sandbox_record"
        ordering = ["asked_at"]
