"""The Django app."""

from django.apps import AppConfig


class VendingConfig(AppConfig):
    """Tariffs, obligations, ledger, sale and points of sale."""

    name = "system.vending"
    label = "vending"
    verbose_name = "Venta"
