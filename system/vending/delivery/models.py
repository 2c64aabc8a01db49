"""Delivery preferences, hand-overs, messages to customers, head-ends elsewhere and their tokens."""

import uuid

from django.db import models

from system.accounts.scoping import ProviderOwned

# ------------ preference


class DeliveryMode(models.TextChoices):
    """Way of a token to its meter (R5.3-05)."""

    TICKET = "ticket", "Sólo tiquete"
    BOTH = "both", "Telegestión y tiquete"
    AMI = "ami", "Telegestión en vez de tiquete"


class DeliveryChoice(ProviderOwned):
    """Delivery preference of a provider, or of one of its points of sale.

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


# ------------ hand-over


class HandOverState(models.TextChoices):
    """State of a hand-over."""

    OWED = "owed", "por entregar a la telegestión"
    HANDED = "handed", "en manos de la telegestión"
    TICKET = "ticket", "sólo por tiquete"
    WITHDRAWN = "withdrawn", "retirada"


class HandOver(models.Model):
    """Hand-over of a sale's tokens to a head-end.

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


# ------------ messages


class MessageState(models.TextChoices):
    """State of a message."""

    WAITING = "waiting", "por enviar"
    SENT = "sent", "enviado"
    DROPPED = "dropped", "no se envió"


class Message(ProviderOwned):
    """A message. Number and text are deleted when it has been sent: the channel keeps its own records.

    Args:
        id: made from what it is about, so that it is queued once.
        customer: whom it is for.
        template: of `system.vending.delivery.messages`.
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


# ------------ head-ends elsewhere


class RemoteHeadEnd(ProviderOwned):
    """A head-end that takes our tokens by the network API.

    Args:
        name: for people.
        url: of its API, up to and with ``/api/v1/network``.
        key_name: which key of the file ``REMOTE_KEYS_FILE`` opens it; empty: the sealed one does.
        sealed_key: sealed for this address with a key that is not in the database; empty: the file has it.
        site: whose meters it reaches; None: all of the provider that nobody else reaches.
    """

    name = models.CharField("nombre", max_length=60)
    url = models.CharField("dirección", max_length=300)
    key_name = models.CharField("nombre de la llave", max_length=40, blank=True, default="")
    sealed_key = models.BinaryField(default=bytes)
    site = models.ForeignKey(
        "registry.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    active = models.BooleanField("activo", default=True)

    class Meta:
        """One for each site."""

        db_table = "delivery_remote_head_end"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "site"], condition=models.Q(active=True), name="delivery_remote_one_each"
            ),
            models.UniqueConstraint(
                fields=["provider"],
                condition=models.Q(active=True, site__isnull=True),
                name="delivery_remote_one_for_all",
            ),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


class RemoteToken(models.Model):
    """A token that went out to such a head-end, and what it last said about it.

    Args:
        id: under which it was handed in: made from sale and position.
        state: of an order, in the words of `system.head_end.vocabulary.OrderState`.
        answer: the meter's own word, as the standard names it; empty: none yet.
        reason: of a failure, as `Reason` names it.
        sent: whether the other side has it.
        next_at: when it is asked again, on the wall; None: it ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    head_end = models.ForeignKey(RemoteHeadEnd, on_delete=models.PROTECT, related_name="tokens")
    sale = models.ForeignKey("vending.Sale", on_delete=models.PROTECT, related_name="remote_tokens")
    position = models.PositiveSmallIntegerField()
    sent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="waiting")
    answer = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """In the order of the sale; found by what is due."""

        db_table = "delivery_remote_token"
        ordering = ["sale", "position"]
        indexes = [models.Index(fields=["next_at"], name="delivery_remote_token_due")]
        constraints = [
            models.UniqueConstraint(fields=["sale", "position"], name="delivery_remote_token_position")
        ]
