"""What installations owe, what they bought in a month, and what was left over."""

from django.db import models

from system.accounts.scoping import Owned
from system.vending.pricing import ObligationKind, Rule


class ObligationRow(Owned):
    """Something that an installation owes, and how sales collect it.

    What is still owed is the balance of its ledger account (``obligation:<id>``); a levy has none.

    Args:
        kind: levy, instalment or arrears (`ObligationKind`).
        creditor: for whom a levy is collected.
        quota_c, quota_period: centavos a ``sale`` or a ``month``; None: no quota.
        share_ppm: share of the amount; None: none.
        cap_c: most that one sale takes; None: no cap.
        priority: the smaller is served first.
        starts_on, ends_on: business days on which it is collected; None: no end.
    """

    installation = models.ForeignKey(
        "registry.Installation", on_delete=models.PROTECT, related_name="obligations"
    )
    kind = models.CharField(
        "clase", max_length=20, choices=[(kind.value, kind.value) for kind in ObligationKind]
    )
    name = models.CharField("concepto", max_length=40)
    creditor = models.CharField("para", max_length=60, blank=True, default="")
    quota_c = models.BigIntegerField(null=True, blank=True)
    quota_period = models.CharField(
        max_length=5, choices=[("sale", "por recarga"), ("month", "por mes")], default="month"
    )
    share_ppm = models.IntegerField(null=True, blank=True)
    cap_c = models.BigIntegerField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField("orden", default=10)
    starts_on = models.DateField("desde")
    ends_on = models.DateField("hasta", null=True, blank=True)

    class Meta:
        """A quota or a share, in range."""

        db_table = "vending_obligation"
        ordering = ["priority", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quota_c__isnull=False) | models.Q(share_ppm__isnull=False),
                name="vending_obligation_rule",
            ),
            models.CheckConstraint(
                condition=(models.Q(quota_c__isnull=True) | models.Q(quota_c__gte=0))
                & (models.Q(share_ppm__isnull=True) | models.Q(share_ppm__range=(0, 1_000_000)))
                & (models.Q(cap_c__isnull=True) | models.Q(cap_c__gte=0)),
                name="vending_obligation_range",
            ),
        ]

    def rule(self, taken_c: int) -> Rule:
        """How much a sale takes, after `taken_c` of this month."""
        monthly = self.quota_c is not None and self.quota_period == "month"
        return Rule(self.quota_c, taken_c if monthly else 0, self.share_ppm, self.cap_c)


class InstallationMonth(models.Model):
    """What an installation bought, and what was taken off, in a calendar month of Bogota.

    Args:
        month: its first day.
        units: bought, of 0.1 kWh.
        taken_c: obligation id (as text) -> centavos that its sales took.
    """

    installation = models.ForeignKey("registry.Installation", on_delete=models.PROTECT, related_name="months")
    month = models.DateField()
    units = models.BigIntegerField(default=0)
    taken_c = models.JSONField(default=dict)

    class Meta:
        """One row for each month."""

        db_table = "vending_installation_month"
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "month"], name="vending_installation_month_unique"
            ),
            models.CheckConstraint(condition=models.Q(units__gte=0), name="vending_installation_month_units"),
        ]


class InstallationResidue(models.Model):
    """What purchases left over, in thousandths of a centavo; the ledger holds its whole centavos."""

    installation = models.OneToOneField(
        "registry.Installation", on_delete=models.PROTECT, primary_key=True, related_name="residue"
    )
    residue_mc = models.BigIntegerField(default=0)

    class Meta:
        """Never below 0."""

        db_table = "vending_installation_residue"
        constraints = [
            models.CheckConstraint(condition=models.Q(residue_mc__gte=0), name="vending_residue_not_negative")
        ]
