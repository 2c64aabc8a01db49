"""Tokens of other platforms that went to meters of ours (R4-03)."""

import uuid

from django.db import models

from system.accounts.scoping import Owned


class NetworkDelivery(Owned):
    """A token that a network handed in; its orders are the head-end's, under the same id.

    Args:
        id: the caller's idempotency key.
        fingerprint: SHA-256 of meter and token: the digits themselves are only with the order.
        ended_at: when it was seen to have ended, and its webhooks were written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="deliveries")
    key = models.ForeignKey("networks.ApiKey", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="+")
    meter = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is open."""

        db_table = "networks_delivery"
        ordering = ["asked_at"]
        indexes = [models.Index(fields=["ended_at", "asked_at"], name="networks_delivery_open")]
