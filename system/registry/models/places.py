"""The utility and its places: communities, sites, feeders, installations."""

from django.db import models

from system.accounts.scoping import ProviderOwned


class SiteKind(models.TextChoices):
    """Solutions of the specification (R1-02, R3-05)."""

    NANO = "nano", "Nanored"
    MICRO = "micro", "Microrred"
    SSFVI = "ssfvi", "Solución solar individual"


#: Lowest and highest altitude of a community, m.
ALTITUDE_M_RANGE = (-100, 6000)
#: Socioeconomic strata of homes (Law 142 of 1994).
ESTRATOS = range(1, 7)


class Sector(models.TextChoices):
    """Sector of an installation; only homes have an estrato."""

    RESIDENTIAL = "residential", "Residencial"
    COMMERCIAL = "commercial", "Comercial"
    OFFICIAL = "official", "Oficial"
    INDUSTRIAL = "industrial", "Industrial"


class Community(ProviderOwned):
    """A village (localidad). Its altitude decides the subsistence consumption.

    Args:
        dane: 13-digit code of the locality, where known.
        altitude_m: above sea level.
    """

    name = models.CharField("nombre", max_length=100)
    municipality = models.CharField("municipio", max_length=100)
    dane = models.CharField("código DANE", max_length=13, blank=True, default="")
    altitude_m = models.IntegerField("altitud (m)")

    class Meta:
        """A name is used once for each provider and municipality."""

        db_table = "registry_community"
        ordering = ["name"]
        verbose_name = "comunidad"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "municipality", "name"], name="registry_community_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(altitude_m__range=ALTITUDE_M_RANGE), name="registry_community_altitude"
            ),
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Site(ProviderOwned):
    """A microgrid, a nanogrid, or the individual systems of a community."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField("nombre", max_length=100)
    kind = models.CharField("tipo", max_length=10, choices=SiteKind.choices)

    class Meta:
        """A name is used once for each community."""

        db_table = "registry_site"
        ordering = ["name"]
        verbose_name = "sitio"
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="registry_site_unique"),
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Feeder(ProviderOwned):
    """A transformer and the line behind it (R6.2-10): where losses are balanced."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="feeders")
    name = models.CharField("nombre", max_length=100)

    class Meta:
        """A name is used once for each site."""

        db_table = "registry_feeder"
        ordering = ["name"]
        verbose_name = "circuito"
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="registry_feeder_unique")]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Installation(ProviderOwned):
    """A point of supply (CIM: UsagePoint): agreement, debts, tariff and purchases belong to it.

    Args:
        niu: the number by which provider and regulator know it.
        feeder: None for an individual system.
        estrato: 1 to 6; None where a sector counts instead.
        sector: of `Sector`, or another that a tariff knows.
    """

    niu = models.CharField("NIU", max_length=30)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="installations")
    feeder = models.ForeignKey(
        Feeder, on_delete=models.PROTECT, null=True, blank=True, related_name="installations"
    )
    address = models.CharField("dirección o vereda", max_length=200, blank=True, default="")
    estrato = models.PositiveSmallIntegerField("estrato", null=True, blank=True)
    sector = models.CharField("sector", max_length=20, default="residential")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        """A NIU is used once for each provider; a home has a stratum."""

        db_table = "registry_installation"
        ordering = ["niu"]
        verbose_name = "instalación"
        constraints = [
            models.UniqueConstraint(fields=["provider", "niu"], name="registry_installation_niu"),
            models.CheckConstraint(
                condition=models.Q(sector="residential", estrato__range=(ESTRATOS[0], ESTRATOS[-1]))
                | (~models.Q(sector="residential") & models.Q(estrato__isnull=True)),
                name="registry_installation_estrato",
            ),
        ]

    def __str__(self) -> str:
        """Its NIU."""
        return self.niu

    @property
    def sector_label(self) -> str:
        """Its sector, in Spanish."""
        return dict(Sector.choices).get(self.sector, self.sector)


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
