"""Keys of the API."""

from django.db import models

from system.accounts.scoping import Owned


class KeyKind(models.TextChoices):
    """Whether it moves money."""

    LIVE = "live", "Real"
    SANDBOX = "sandbox", "De prueba"


class ApiKey(Owned):
    """A key. What opens was shown once; here is its digest.

    Args:
        prefix: the part by which it is found; no secret.
        digest: hexadecimal SHA-256 of the whole key: 256 random bits need no salt and no slow hash.
        scopes: of `system.networks.scopes.Scope`.
        addresses: networks from which it may be used (``10.1.0.0/16``); empty: any.
        last_used_at: to the minute.
    """

    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="keys")
    name = models.CharField("nombre", max_length=60)
    kind = models.CharField("clase", max_length=10, choices=KeyKind.choices)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    expires_at = models.DateTimeField("vence")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Newest first."""

        db_table = "networks_api_key"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        """Its name."""
        return self.name
