"""What Law 1581 asks for: who agreed to the treatment of his data; and files that hold it for a while."""

import uuid

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import Owned


class ConsentChannel(models.TextChoices):
    """How somebody agreed, or took it back."""

    SIGNED = "signed", "Formato firmado"
    SPOKEN = "spoken", "De palabra, ante el funcionario"
    WRITTEN = "written", "Carta o correo"


class DataConsent(Fact):
    """That a person agreed to the treatment of his data, or took it back: the proof the law asks for.

    Args:
        given: True: agreed; False: taken back.
        channel: how.
        reference: where the paper lies.
        recorded_by, recorded_at: who wrote it down, on the wall.
    """

    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("registry.Customer", on_delete=models.PROTECT, related_name="consents")
    given = models.BooleanField()
    channel = models.CharField("medio", max_length=10, choices=ConsentChannel.choices)
    reference = models.CharField("referencia", max_length=60, blank=True, default="")
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        """Newest last."""

        db_table = "registry_data_consent"
        ordering = ["id"]


class ImportDraft(Owned):
    """A file that was looked at and waits for a yes; deleted with the import, and when it is too old.

    Args:
        sha256: of the content, for the audit trail.
        made_by, made_at: who brought it, on the wall.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        db_table = "registry_import_draft"
        ordering = ["made_at"]
