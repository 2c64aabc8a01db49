"""Head-ends elsewhere that reach meters of ours."""

import uuid

from django.db import models

from system.accounts.scoping import Owned


class RemoteHeadEnd(Owned):
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
