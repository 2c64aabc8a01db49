"""Report schedules, the files that they made, and their deliveries; reports themselves keep nothing."""

import uuid

from django.db import models

from system.accounts.scoping import ProviderOwned


class Frequency(models.TextChoices):
    """Frequency of a schedule."""

    DAY = "day", "Cada día"
    WEEK = "week", "Cada lunes"
    MONTH = "month", "El primer día de cada mes"


class ReportSchedule(ProviderOwned):
    """A report that is made again and again, until it is stopped.

    Args:
        report: name in the catalogue.
        period: name in `system.reports.parameters`: its days are those of the day on which it is made.
        parameters: the others, as texts.
        format: key of the formats.
        every, hour: when it is due, Bogota.
        recipients: addresses of mail, one a line; may be empty.
        to_folder: whether it is laid into the outgoing folder, too.
        next_due_at: UTC; None: it was stopped.
        made_by: whose rights it has; who has lost them makes nothing more.
    """

    name = models.CharField("nombre", max_length=80)
    report = models.CharField("informe", max_length=60)
    period = models.CharField("período", max_length=20)
    parameters = models.JSONField(default=dict)
    format = models.CharField("formato", max_length=5)
    every = models.CharField("cuándo", max_length=5, choices=Frequency.choices)
    hour = models.PositiveSmallIntegerField("hora")
    recipients = models.TextField("destinatarios", blank=True, default="", max_length=2000)
    to_folder = models.BooleanField("dejar en la carpeta de salida", default=False)
    next_due_at = models.DateTimeField(null=True, db_index=True)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """By name."""

        db_table = "reports_schedule"
        ordering = ["name", "pk"]
        constraints = [models.CheckConstraint(condition=models.Q(hour__lte=23), name="reports_schedule_hour")]


class MadeFile(ProviderOwned):
    """A file that a schedule made, once for each time it was due.

    Args:
        due_at: when it was due: together with the schedule its name.
        said: parameters in words, pairs.
        path: below the folder of reports; empty where it could not be made, and after it was cleared away.
        sha256, size_bytes, rows, findings: of the file.
        failure: one sentence; empty: it was made.
        cleared_at: when it was deleted because it was old.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="files")
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    name = models.CharField(max_length=120)
    said = models.JSONField(default=list)
    path = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size_bytes = models.BigIntegerField(default=0)
    rows = models.IntegerField(default=0)
    findings = models.IntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True, default="")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        """Once for each time."""

        db_table = "reports_made_file"
        ordering = ["-due_at", "-made_at"]
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="reports_made_file_once")]


class DeliveryState(models.TextChoices):
    """State of a delivery."""

    WAITING = "waiting", "por entregar"
    DONE = "done", "entregado"
    FAILED = "failed", "no se pudo"


class Delivery(models.Model):
    """Delivery of a file to a recipient by a channel.

    Args:
        channel: key of `system.reports.delivery.CHANNELS`.
        recipient: of the channel; empty for the folder.
        tries: so far; after the last one it has failed.
        next_at: not before.
        reason: of the last failure, one sentence.
    """

    file = models.ForeignKey(MadeFile, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10)
    recipient = models.CharField(max_length=254, blank=True, default="")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """Once to each recipient."""

        db_table = "reports_delivery"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["file", "channel", "recipient"], name="reports_delivery_once")
        ]
