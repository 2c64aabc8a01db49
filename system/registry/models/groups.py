"""Groups of installations on the axes that the operator needs (R4.1-07)."""

from django.db import models

from system.accounts.scoping import ProviderOwned
from system.registry.models.base import Dated, dated_constraints


class GroupAxis(models.TextChoices):
    """Axis of a group; the first three are mandatory in the specification."""

    INSTALLATION_TYPE = "installation_type", "Tipo de instalación"
    ZONE = "zone", "Zona"
    TARIFF_CATEGORY = "tariff_category", "Categoría de tarifa"
    FREE = "free", "Libre"


class GroupRule(models.TextChoices):
    """Property that the installations of a group share, where a rule fills it."""

    SITE_KIND = "site_kind", "Tipo de sitio"
    SECTOR = "sector", "Sector"
    COMMUNITY = "community", "Comunidad, por su nombre"
    SITE = "site", "Sitio, por su nombre"
    STRATUM = "stratum", "Estrato (1 a 6)"
    TARIFF = "tariff", "Tarifa, por su código"
    MODE = "mode", "Modalidad"


class Group(ProviderOwned):
    """A group of one axis.

    Args:
        rule_by, rule_value: of a group that a rule fills; empty: installations join and leave by hand.
    """

    axis = models.CharField("eje", max_length=20, choices=GroupAxis.choices)
    name = models.CharField("nombre", max_length=60)
    rule_by = models.CharField("regla", max_length=20, choices=GroupRule.choices, blank=True, default="")
    rule_value = models.CharField("valor de la regla", max_length=100, blank=True, default="")

    class Meta:
        """A name is used once on an axis."""

        db_table = "registry_group"
        ordering = ["axis", "name"]
        verbose_name = "grupo"
        constraints = [
            models.UniqueConstraint(fields=["provider", "axis", "name"], name="registry_group_unique")
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class GroupMembership(Dated):
    """Membership of an installation in a group, for a time."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    installation = models.ForeignKey(
        "registry.Installation", on_delete=models.PROTECT, related_name="memberships"
    )

    class Meta:
        """Once at a time."""

        db_table = "registry_group_membership"
        constraints = dated_constraints("registry_group_membership", "group", "installation")
