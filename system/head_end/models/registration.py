"""What was found in the field, and what became of it."""

from django.db import models

from system.accounts.scoping import Owned
from system.head_end.vocabulary import Registration


class FoundDevice(Owned):
    """A meter that a concentrator lists, or that answered at an address.

    Args:
        serial, ldn, drn, eui48: as it says itself.
        sap: where, behind the channel.
        state: FOUND waits for somebody; CONFIRMED is spoken with; QUARANTINED and REJECTED are not.
        reason: why it is not confirmed: a key of `system.head_end.registration.WHY`.
        device: of the registry, where it is known there.
        seen_at: when it was last listed.
    """

    channel = models.ForeignKey("head_end.Channel", on_delete=models.PROTECT, related_name="found")
    serial = models.CharField(max_length=40)
    ldn = models.CharField(max_length=40, blank=True, default="")
    drn = models.CharField(max_length=20, blank=True, default="")
    eui48 = models.CharField(max_length=20, blank=True, default="")
    sap = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default=Registration.FOUND.value)
    reason = models.CharField(max_length=30, blank=True, default="")
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, null=True, related_name="+")
    reachable = models.BooleanField(default=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """The same thing at the same place is one row."""

        db_table = "head_end_found_device"
        ordering = ["serial", "id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "serial", "eui48"], name="head_end_found_device_once")
        ]
        indexes = [models.Index(fields=["provider", "serial"], name="head_end_found_serial")]
