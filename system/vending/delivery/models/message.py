"""Messages to customers, from the moment they are owed until they are sent."""

import uuid

from django.db import models

from system.accounts.scoping import Owned


class MessageState(models.TextChoices):
    """How it stands."""

    WAITING = "waiting", "por enviar"
    SENT = "sent", "enviado"
    DROPPED = "dropped", "no se envió"


class Message(Owned):
    """A message. Number and text are deleted when it has been sent: the channel keeps its own records.

    Args:
        id: made from what it is about, so that it is queued once.
        customer: whom it is for.
        template: of `system.vending.delivery.texts`.
        number, text: what the channel is given; empty after the end.
        tries: that failed.
        next_at: when it is tried again, on the wall.
        reason: why it was dropped, or failed last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey("registry.Customer", on_delete=models.PROTECT, related_name="+")
    sale = models.ForeignKey("vending.Sale", on_delete=models.PROTECT, null=True, related_name="messages")
    template = models.CharField(max_length=30)
    number = models.CharField(max_length=20, blank=True, default="")
    text = models.CharField(max_length=160, blank=True, default="")
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    reason = models.CharField(max_length=100, blank=True, default="")
    queued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what waits."""

        db_table = "delivery_message"
        ordering = ["queued_at"]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_message_waiting")]
