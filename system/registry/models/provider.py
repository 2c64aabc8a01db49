"""The utility (prestador)."""

from django.db import models


class Provider(models.Model):
    """A utility that serves communities; every other row belongs to one.

    Args:
        name: as the ticket says it.
        nit: tax number.
        id_empresa: its number at the regulator (SUI), where it has one.
        support_phone: printed on tickets.
    """

    name = models.CharField("nombre", max_length=100, unique=True)
    nit = models.CharField("NIT", max_length=20, unique=True)
    id_empresa = models.CharField("código SUI", max_length=20, blank=True, default="")
    support_phone = models.CharField("línea de atención", max_length=30, blank=True, default="")

    class Meta:
        """By name."""

        db_table = "registry_provider"
        ordering = ["name"]
        verbose_name = "prestador"

    def __str__(self) -> str:
        """Its name."""
        return self.name
