"""Who is connected, and on which terms."""

from django.db import models

from system.accounts.scoping import Owned


class NetworkKind(models.TextChoices):
    """What it is."""

    SALES = "sales", "Red de recaudo (loterías, recargas)"
    PLATFORM = "platform", "Plataforma de vending externa"
    APP = "app", "Aplicación"
    HEAD_END = "head-end", "Sistema vecino que entrega por nosotros"


class CommissionKind(models.TextChoices):
    """How its commission is counted."""

    NONE = "none", "Sin comisión"
    PERCENT = "percent", "Porcentaje de la venta"
    FIXED = "fixed", "Valor fijo por venta"


class Network(Owned):
    """Another seller or system.

    Args:
        agent: in whose name it sells; has no password.
        shift: its counter's, never closed; through it come merchant, credit limit and balance.
        sale_max_c, day_max_c: the most of one sale, and of a business day, centavos.
        rate_per_minute: requests of one key.
        commission_bp: of a percentage, hundredths of a percent, 0 to 10 000.
        commission_c: of a fixed one, centavos a sale.
        commission_cap_c: the most of one sale; None: no cap.
    """

    name = models.CharField("nombre", max_length=60)
    kind = models.CharField("clase", max_length=10, choices=NetworkKind.choices)
    active = models.BooleanField("activa", default=True)
    agent = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="network")
    shift = models.OneToOneField("vending.Shift", on_delete=models.PROTECT, related_name="network")
    sale_max_c = models.BigIntegerField("máximo por venta")
    day_max_c = models.BigIntegerField("máximo por día")
    rate_per_minute = models.PositiveIntegerField("solicitudes por minuto", default=120)
    commission_kind = models.CharField("comisión", max_length=10, choices=CommissionKind.choices)
    commission_bp = models.PositiveIntegerField(default=0)
    commission_c = models.BigIntegerField(default=0)
    commission_cap_c = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """A name is used once; no commission is more than the sale."""

        db_table = "networks_network"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="networks_network_name"),
            models.CheckConstraint(
                condition=models.Q(commission_bp__lte=10_000)
                & models.Q(commission_c__gte=0)
                & (models.Q(commission_cap_c__isnull=True) | models.Q(commission_cap_c__gte=0)),
                name="networks_network_commission",
            ),
            models.CheckConstraint(
                condition=models.Q(sale_max_c__gt=0) & models.Q(day_max_c__gte=models.F("sale_max_c")),
                name="networks_network_limits",
            ),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name
