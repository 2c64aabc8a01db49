"""Which way tokens go: of a provider, or of one of its points of sale."""

from django.db import models

from system.accounts.scoping import Owned


class DeliveryMode(models.TextChoices):
    """How a token reaches its meter (R5.3-05)."""

    TICKET = "ticket", "Sólo tiquete"
    BOTH = "both", "Telegestión y tiquete"
    AMI = "ami", "Telegestión en vez de tiquete"


class DeliveryChoice(Owned):
    """What was chosen.

    Args:
        point_of_sale: None: the whole provider, where a point has no choice of its own.
        mode: how tokens go.
        messages: whether customers who agreed to it get a message.
    """

    point_of_sale = models.OneToOneField(
        "vending.PointOfSale", on_delete=models.PROTECT, null=True, blank=True, related_name="delivery_choice"
    )
    mode = models.CharField("entrega", max_length=10, choices=DeliveryMode.choices)
    messages = models.BooleanField("avisar por mensaje a quien lo autorizó", default=False)

    class Meta:
        """One for the provider, one for each point."""

        db_table = "delivery_choice"
        constraints = [
            models.UniqueConstraint(
                fields=["provider"],
                condition=models.Q(point_of_sale__isnull=True),
                name="delivery_choice_of_provider",
            )
        ]
