"""What devices told."""

from django.db import models

from system.accounts.facts import Fact


class DeviceEvent(Fact):
    """Something that a device told, kept once.

    Args:
        device: whose; None: the concentrator's own, or of a meter that nobody knows.
        subject: who tells it, as one word: ``device:7``, or ``channel:3:SERIAL`` where nobody is known.
        log: OBIS of its log, or ``uplink``.
        code: number in that log.
        at: by the device's clock.
        sequence: where the device numbers them.
        received_at: when it got here, by the collector's clock.
    """

    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey("head_end.Channel", on_delete=models.PROTECT, related_name="events")
    device = models.ForeignKey(
        "registry.Device", on_delete=models.PROTECT, null=True, related_name="field_events"
    )
    subject = models.CharField(max_length=70)
    serial = models.CharField(max_length=40, blank=True, default="")
    log = models.CharField(max_length=30)
    code = models.IntegerField()
    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    sequence = models.BigIntegerField(default=0)
    alarm = models.BooleanField(default=False)
    detail = models.CharField(max_length=200, blank=True, default="")
    received_at = models.DateTimeField()

    class Meta:
        """Newest last."""

        db_table = "head_end_device_event"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "log", "code", "at", "sequence"], name="head_end_event_once"
            )
        ]
        indexes = [
            models.Index(fields=["provider", "at"], name="head_end_event_time"),
            models.Index(fields=["device", "log", "at"], name="head_end_event_device"),
        ]
