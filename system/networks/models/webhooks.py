"""Where networks are told what happened, and what they are still to be told."""

import uuid

from django.db import models

from system.accounts.scoping import Owned


class WebhookEndpoint(Owned):
    """An address of a network. Its secret is not here: `system.networks.webhooks.signing` derives it.

    Args:
        events: which it wants, of `system.networks.webhooks.events.EVENTS`.
        sandbox: it is told of trials alone; otherwise of what counts alone.
        secret_version: counts up with every new secret.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="endpoints")
    url = models.CharField("dirección", max_length=500)
    events = models.JSONField(default=list)
    sandbox = models.BooleanField("de prueba", default=False)
    active = models.BooleanField("activo", default=True)
    secret_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        db_table = "networks_webhook_endpoint"
        ordering = ["created_at"]


class MessageState(models.TextChoices):
    """How a message stands."""

    WAITING = "waiting", "por enviar"
    SENT = "sent", "recibido"
    DEAD = "dead", "no recibido"


class WebhookMessage(Owned):
    """Something an address is to be told: written with what it tells, sent by the worker.

    Args:
        id: ``webhook-id``: the same however often it is sent.
        body: the bytes that are signed and sent, as text.
        attempts: that were made; set back when somebody sends it again.
        next_at: when it is due, on the wall.
        status: of the last answer; None: there was none.
        reason: why the last attempt failed; Spanish.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="messages")
    event = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    queued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what is due."""

        db_table = "networks_webhook_message"
        ordering = ["queued_at"]
        indexes = [models.Index(fields=["state", "next_at"], name="networks_webhook_due")]
