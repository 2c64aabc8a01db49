"""What a network owes for its sales, day by day: facts."""

import uuid

from django.db import models

from system.accounts.facts import Fact


class LineKind(models.TextChoices):
    """What a line is."""

    SALE = "sale", "Venta"
    REVERSAL = "reversal", "Reversión"
    DEPOSIT = "deposit", "Consignación"
    COMMISSION = "commission", "Comisión"
    OTHER = "other", "Otro movimiento"


class Settlement(Fact):
    """Every posted movement of the network's account up to a business day that no settlement had before.

    Args:
        number: counts up for each network, from 1.
        day: the last business day.
        opening_c, closing_c: the balance before and after: what the network owes, centavos.
        sold_c, reversed_c, deposited_c, commission_c, other_c: the parts; closing = opening + sold − reversed
            − deposited − commission + other.
        content: the file, as it was handed out.
        sha256: of the file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveIntegerField()
    day = models.DateField()
    opening_c = models.BigIntegerField()
    sold_c = models.BigIntegerField()
    reversed_c = models.BigIntegerField()
    deposited_c = models.BigIntegerField()
    commission_c = models.BigIntegerField()
    other_c = models.BigIntegerField()
    closing_c = models.BigIntegerField()
    lines_count = models.PositiveIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        """One for each day; its sums add up."""

        db_table = "networks_settlement"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="networks_settlement_number"),
            models.UniqueConstraint(fields=["network", "day"], name="networks_settlement_day"),
            models.CheckConstraint(
                condition=models.Q(
                    closing_c=models.F("opening_c")
                    + models.F("sold_c")
                    - models.F("reversed_c")
                    - models.F("deposited_c")
                    - models.F("commission_c")
                    + models.F("other_c")
                ),
                name="networks_settlement_sums",
            ),
        ]


class SettlementLine(Fact):
    """One movement, settled once.

    Args:
        amount_c: by which it changed what is owed; a payment is below 0.
        commission_c: that the network keeps of it; of a reversal below 0.
    """

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    movement = models.OneToOneField("vending.Movement", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    sale = models.ForeignKey("vending.Sale", on_delete=models.PROTECT, null=True, related_name="+")
    amount_c = models.BigIntegerField()
    commission_c = models.BigIntegerField(default=0)

    class Meta:
        """In the order of writing."""

        db_table = "networks_settlement_line"
        ordering = ["id"]
