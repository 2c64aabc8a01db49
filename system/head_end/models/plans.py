"""What is wanted of meters, and how far it came."""

from django.db import models

from system.accounts.scoping import Owned


class CollectionPlan(Owned):
    """That a profile is read, how often and from when on.

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
    """For which times a profile of a meter was got. Spans are pairs ``[after, to]``, s since 1970, UTC.

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
