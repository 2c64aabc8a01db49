"""Customers, agreements, consent to the treatment of data (Law 1581), files that wait for import."""

import uuid

from django.db import models

from system.accounts.facts import Fact
from system.accounts.scoping import ProviderOwned
from system.registry.models.base import Dated, FoldedField, dated_constraints


class AgreementMode(models.TextChoices):
    """Mode of payment for the service (R3-04)."""

    PREPAID = "prepaid", "Prepago"
    POSTPAID = "postpaid", "Pospago"
    AVAILABILITY = "availability", "Pago por disponibilidad"


class Customer(ProviderOwned):
    """A person or a body. Everything here is personal data (Law 1581; `system.registry.personal_data`).

    Args:
        document: identity or tax number.
        data_consent_at: when the person agreed to the treatment of the data; None: not yet, or taken back.
        folded: the name without accents and case, to search and to order by.
        pseudonymised_at: when name and document were replaced, on request; None: they are the person's.
    """

    name = models.CharField("nombre", max_length=150)
    folded = FoldedField(source="name", max_length=200)
    document = models.CharField("documento", max_length=20)
    phone = models.CharField("teléfono", max_length=30, blank=True, default="")
    email = models.EmailField("correo", blank=True, default="")
    data_consent_at = models.DateTimeField("autorización de datos", null=True, blank=True)
    pseudonymised_at = models.DateTimeField("suprimido", null=True, blank=True)

    class Meta:
        """A document is used once for each provider."""

        db_table = "registry_customer"
        ordering = ["name"]
        verbose_name = "cliente"
        indexes = [models.Index(fields=["provider", "folded"], name="registry_customer_folded")]
        constraints = [
            models.UniqueConstraint(fields=["provider", "document"], name="registry_customer_document")
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


#: Highest monthly fee of an agreement, centavos.
MONTHLY_FEE_C_MAX = 1_000_000_000


class Agreement(Dated):
    """Agreement for an installation, for a time.

    Args:
        tariff_code: which tariff prices it (`system.vending.models.TariffVersion.code`).
        monthly_fee_c: of an availability agreement, centavos of COP.
    """

    installation = models.ForeignKey(
        "registry.Installation", on_delete=models.PROTECT, related_name="agreements"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="agreements")
    mode = models.CharField("modalidad", max_length=20, choices=AgreementMode.choices)
    tariff_code = models.CharField("tarifa", max_length=30)
    monthly_fee_c = models.BigIntegerField("cuota mensual (centavos)", default=0)

    class Meta:
        """One agreement for each installation at a time."""

        db_table = "registry_agreement"
        verbose_name = "contrato"
        constraints = [
            *dated_constraints("registry_agreement", "installation"),
            models.CheckConstraint(condition=models.Q(monthly_fee_c__gte=0), name="registry_agreement_fee"),
        ]


class ConsentChannel(models.TextChoices):
    """Channel by which a consent was given or taken back."""

    SIGNED = "signed", "Formato firmado"
    SPOKEN = "spoken", "De palabra, ante el funcionario"
    WRITTEN = "written", "Carta o correo"


class DataConsent(Fact):
    """Consent to the treatment of personal data, given or taken back: the proof that the law asks for.

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


class ImportDraft(ProviderOwned):
    """A file that was reviewed and waits for its import; deleted with it, and when it is too old.

    Args:
        sha256: of the content, for the audit trail.
        made_by, made_at: who uploaded it, on the wall.
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
