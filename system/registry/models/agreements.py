"""Customers, and what was agreed with them."""

from django.db import models

from system.accounts.scoping import Owned
from system.registry.models.dated import Dated, dated_constraints
from system.registry.models.folded import FoldedField


class AgreementMode(models.TextChoices):
    """How the service is paid (R3-04)."""

    PREPAID = "prepaid", "Prepago"
    POSTPAID = "postpaid", "Pospago"
    AVAILABILITY = "availability", "Pago por disponibilidad"


class Customer(Owned):
    """A person or a body. Everything here is personal data (Law 1581; `system.registry.personal`).

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


class Agreement(Dated):
    """What was agreed for an installation, for a time.

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
