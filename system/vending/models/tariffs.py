"""Versions of tariffs. They are never edited."""

from datetime import date

from django.db import models

from system.accounts.facts import Fact
from system.vending.pricing import Step, Tariff


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
        """It, as pricing wants it.

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
