"""Key changes that the office has planned: the next sale brings their tokens along."""

from django.db import models

from system.accounts.scoping import Owned


class PlannedKeyChange(Owned):
    """That a meter shall get another key or tariff index. It is open until it was minted or taken back.

    Args:
        device: the meter.
        sgc, krn, ti: what it shall have afterwards.
        sale: that brought it along; None while it is open, and where it was taken back.
        ended_at: when it was minted or taken back, on the wall; None while it is open.
    """

    device = models.ForeignKey(
        "registry.Device", on_delete=models.PROTECT, related_name="planned_key_changes"
    )
    sgc = models.CharField("SGC", max_length=6)
    krn = models.PositiveSmallIntegerField("KRN")
    ti = models.PositiveSmallIntegerField("TI")
    planned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    sale = models.OneToOneField(
        "vending.Sale", on_delete=models.PROTECT, null=True, related_name="planned_key_change"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One open plan for a meter."""

        db_table = "vending_planned_key_change"
        ordering = ["-planned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=models.Q(ended_at__isnull=True),
                name="vending_planned_key_change_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(krn__range=(1, 9)) & models.Q(ti__lte=99),
                name="vending_planned_key_change_range",
            ),
        ]

    def target(self) -> dict[str, object]:
        """It, as the security module wants it."""
        return {"sgc": self.sgc, "krn": self.krn, "ti": self.ti}
