"""Tariff versions, obligations and bills: what is charged, and what an installation bought in a month."""

import uuid
from datetime import date

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned
from system.vending.pricing import ObligationKind, Rule, Step, Tariff

# ------------ tariffs


class TariffVersion(Fact):
    """A version of a tariff, as it was published.

    Args:
        code: which tariff; agreements name it.
        version: counts up from 1.
        name: as people call it.
        valid_from: the first business day on which it prices.
        steps: list of ``{name, price_e4, upto_units}``.
        unit_cost_e4: full cost of a kWh, 10⁻⁴ COP.
        components_e4: list of ``[name, price_e4]``, for the ticket.
        published_by, published_at: who made it, on the wall.
    """

    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    code = models.CharField("código", max_length=30)
    version = models.PositiveIntegerField("versión")
    name = models.CharField("nombre", max_length=80)
    valid_from = models.DateField("vigente desde")
    steps = models.JSONField("bloques")
    unit_cost_e4 = models.BigIntegerField("costo unitario")
    components_e4 = models.JSONField(default=list)
    published_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        """A version number is used once."""

        db_table = "vending_tariff_version"
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "code", "version"], name="vending_tariff_version_unique"
            )
        ]

    def priced(self) -> Tariff:
        """Tariff of the pricing engine.

        Raises:
            PricingError: its steps make no sense.
        """
        return Tariff(
            self.code,
            self.version,
            date.fromisoformat(str(self.valid_from)),
            tuple(Step(**step) for step in self.steps),
            self.unit_cost_e4,
            tuple((name, price_e4) for name, price_e4 in self.components_e4),
        )


# ------------ obligations


class ObligationRow(ProviderOwned):
    """Obligation of an installation, and how sales collect it.

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
        """Collection rule, after `taken_c` of this month."""
        monthly = self.quota_c is not None and self.quota_period == "month"
        return Rule(self.quota_c, taken_c if monthly else 0, self.share_ppm, self.cap_c)


class InstallationMonth(models.Model):
    """Energy that an installation bought, and deductions of its sales, in a calendar month of Bogota.

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
    """Residue of purchases, in thousandths of a centavo; the ledger holds its whole centavos."""

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


# ------------ bills


class Bill(Fact):
    """Bill of an installation for a period: a postpaid consumption, or a month of availability.

    What is still to be paid is the balance of its ledger account (``bill:<id>``).

    Args:
        id: made by the caller.
        mode: of the agreement (`system.registry.models.AgreementMode`).
        period_begin, period_end: business days, both belong to it.
        consumption_wh: measured; 0 where availability is billed.
        available_ppm: share of the hours owed that were served; 1 000 000 where consumption is billed.
        inputs: canonical JSON of what it was priced from.
        lines: list of ``{name, amount_c, energy_wh, price_e4}``.
        total_c, cost_c: what the customer pays, and what the service cost.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="bill")
    installation = models.ForeignKey("registry.Installation", on_delete=models.PROTECT, related_name="bills")
    agreement = models.ForeignKey("registry.Agreement", on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=20)
    period_begin = models.DateField()
    period_end = models.DateField()
    consumption_wh = models.BigIntegerField(default=0)
    available_ppm = models.IntegerField(default=1_000_000)
    inputs = models.TextField()
    lines = models.JSONField()
    total_c = models.BigIntegerField()
    cost_c = models.BigIntegerField()
    issued_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    wall_at = models.DateTimeField()

    class Meta:
        """One for each period of an installation."""

        db_table = "vending_bill"
        ordering = ["period_end"]
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "mode", "period_begin"], name="vending_bill_period"
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_begin"))
                & models.Q(consumption_wh__gte=0)
                & models.Q(total_c__gte=0),
                name="vending_bill_range",
            ),
        ]

    @property
    def subsidy_c(self) -> int:
        """Subsidy of the Nation; below 0 a contribution of the customer."""
        return self.cost_c - self.total_c

    @property
    def units(self) -> int:
        """The consumption, units of 0.1 kWh."""
        return self.consumption_wh // 100


class BillPayment(Fact):
    """Money received on a bill at a counter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments")
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="bill_payment")
    shift = models.ForeignKey("vending.Shift", on_delete=models.PROTECT, related_name="bill_payments")
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    amount_c = models.BigIntegerField()
    wall_at = models.DateTimeField()

    class Meta:
        """Above 0."""

        db_table = "vending_bill_payment"
        ordering = ["wall_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_c__gt=0), name="vending_bill_payment_amount")
        ]
