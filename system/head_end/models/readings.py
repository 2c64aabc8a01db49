"""Readings: series and values, batches and quarantine, collection plans and coverage."""

from typing import Any, ClassVar

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned


class Series(models.Model):
    """One quantity of one meter, as long as it counts in the same way.

    A meter that changes its scaler, or whose register starts anew, gets another series once somebody agreed.

    Args:
        profile: whose column it is; ``on-demand`` for values that were read by themselves.
        obis, attribute, class_id: COSEM.
        scaler: power of ten of the unit.
        unit: DLMS unit number.
        retired_at: no further values come after.
    """

    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="series")
    profile = models.CharField(max_length=30)
    class_id = models.PositiveIntegerField()
    obis = models.CharField(max_length=30)
    attribute = models.SmallIntegerField()
    scaler = models.SmallIntegerField(default=0)
    unit = models.PositiveSmallIntegerField(null=True)
    period_s = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        """One at a time."""

        db_table = "head_end_series"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "profile", "obis", "attribute"],
                condition=models.Q(retired_at__isnull=True),
                name="head_end_series_one_open",
            )
        ]


class ReadingValue(models.Model):
    """A value. Written once, by `system.head_end.value_storage`, and never changed (there are triggers).

    Args:
        ends_at_s: end of the interval, or the instant: s since 1970, UTC.
        value: raw; times ten to the scaler of its series.
        quality: status word of the row, 0 where all is well.
    """

    pk = models.CompositePrimaryKey("series_id", "ends_at_s")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, db_constraint=False, related_name="values")
    ends_at_s = models.BigIntegerField()
    value = models.BigIntegerField()
    quality = models.IntegerField(default=0)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        """One value at an instant."""

        db_table = "head_end_reading_value"


class ReadingBatch(Fact):
    """Rows that came together, as they came.

    Args:
        id: made by the collector.
        source: how (`system.head_end.vocabulary.Source`).
        covered_after_s, covered_to_s: what the meter answered for; None where nobody asked for a range.
        new, known, contradicted, quarantined: values, not rows.
        raw: what was received, compressed (zlib); may be empty.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="+")
    profile = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    covered_after_s = models.BigIntegerField(null=True)
    covered_to_s = models.BigIntegerField(null=True)
    clock_off_s = models.FloatField(null=True)
    rows = models.PositiveIntegerField()
    new = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    contradicted = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=30, blank=True, default="")
    raw = models.BinaryField(default=b"")

    class Meta:
        """By time."""

        db_table = "head_end_reading_batch"
        ordering = ["received_at"]
        indexes = [models.Index(fields=["device", "received_at"], name="head_end_batch_device")]


class QuarantinedValue(Fact):
    """A value that came and is not believed: kept, shown, and in no sum.

    Args:
        reason: a `system.head_end.vocabulary.Reason`, or ``contradicted``: another value was there already.
        batch_id: with which it came first.
    """

    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="+")
    profile = models.CharField(max_length=30)
    class_id = models.PositiveIntegerField()
    obis = models.CharField(max_length=30)
    attribute = models.SmallIntegerField()
    scaler = models.SmallIntegerField(default=0)
    unit = models.PositiveSmallIntegerField(null=True)
    ends_at_s = models.BigIntegerField()
    value = models.BigIntegerField()
    quality = models.IntegerField(default=0)
    reason = models.CharField(max_length=30)
    batch_id = models.UUIDField()
    kept_at = models.DateTimeField()

    class Meta:
        """The same doubtful value is kept once."""

        db_table = "head_end_quarantined_value"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "profile", "obis", "attribute", "ends_at_s", "value", "reason"],
                name="head_end_quarantined_once",
            )
        ]
        indexes = [models.Index(fields=["device", "obis", "ends_at_s"], name="head_end_quarantined_find")]


class CollectionPlan(ProviderOwned):
    """Collection plan: a profile that is read, its times and its meters.

    Args:
        profile: OBIS code of the profile.
        period_s: of its rows.
        at_s: first time of the business day (America/Bogota), s after midnight.
        every_s: then again and again; 86 400: once a night.
        group: only installations of this group; None: all meters.
    """

    name = models.CharField("nombre", max_length=60)
    profile = models.CharField("perfil", max_length=30)
    period_s = models.PositiveIntegerField("periodo (s)")
    at_s = models.PositiveIntegerField("hora (s)", default=1800)
    every_s = models.PositiveIntegerField("cada (s)", default=86_400)
    group = models.ForeignKey(
        "registry.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    enabled = models.BooleanField("activo", default=True)

    class Meta:
        """A name is used once."""

        db_table = "head_end_collection_plan"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="head_end_plan_name"),
            models.CheckConstraint(
                condition=models.Q(period_s__gte=60, every_s__gte=60, at_s__lt=86_400),
                name="head_end_plan_range",
            ),
        ]


class Coverage(models.Model):
    """Coverage of a profile of a meter. Spans are pairs ``[after, to]``, s since 1970, UTC.

    Args:
        had: asked and answered.
        none_there: the part of it where the meter has no rows.
        doubted: the part of it whose rows are in quarantine.
    """

    device = models.ForeignKey("registry.Device", on_delete=models.PROTECT, related_name="+")
    profile = models.CharField(max_length=30)
    period_s = models.PositiveIntegerField()
    had = models.JSONField(default=list)
    none_there = models.JSONField(default=list)
    doubted = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        """One for each profile of a meter."""

        db_table = "head_end_coverage"
        constraints = [models.UniqueConstraint(fields=["device", "profile"], name="head_end_coverage_once")]
