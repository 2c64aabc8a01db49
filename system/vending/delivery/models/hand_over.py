"""That a sale's tokens were given to a head-end, or why not."""

from django.db import models

from system.vending.delivery.models.choice import DeliveryMode


class HandOverState(models.TextChoices):
    """What became of it."""

    OWED = "owed", "por entregar a la telegestión"
    HANDED = "handed", "en manos de la telegestión"
    TICKET = "ticket", "sólo por tiquete"
    WITHDRAWN = "withdrawn", "retirada"


class HandOver(models.Model):
    """Of one sale.

    Args:
        sale: minted.
        mode: that was chosen when it was made.
        state: what became of it.
        carrier: ``local``, or ``remote:<id>``.
        tries: that failed.
        next_at: when it is tried again, on the wall; None: not any more.
        reason: why it only goes by ticket; Spanish, one sentence.
        asked_by: who gave it, where somebody pressed a button.
        ended_at: when it was seen that the delivery has ended, and what follows from it was written.
    """

    sale = models.OneToOneField(
        "vending.Sale", on_delete=models.PROTECT, primary_key=True, related_name="hand_over"
    )
    mode = models.CharField(max_length=10, choices=DeliveryMode.choices)
    state = models.CharField(max_length=10, choices=HandOverState.choices)
    carrier = models.CharField(max_length=30, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is still owed."""

        db_table = "delivery_hand_over"
        indexes = [
            models.Index(fields=["state", "next_at"], name="delivery_hand_over_owed"),
            models.Index(fields=["state", "ended_at"], name="delivery_hand_over_open"),
        ]
