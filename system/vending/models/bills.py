"""Bills of who pays afterwards or for availability, and what was paid on them."""

import uuid

from django.db import models

from system.accounts.facts import Fact


class Bill(Fact):
    """What an installation owes for a period: a postpaid consumption, or a month of availability.

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
        """What the Nation pays; below 0 what the customer contributes."""
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
