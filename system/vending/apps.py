"""The Django app."""

from django.apps import AppConfig


class VendingConfig(AppConfig):
    """Tariffs, obligations, ledger, sale and points of sale."""

    name = "system.vending"
    label = "vending"
    verbose_name = "Venta"

    def ready(self) -> None:
        """Hear of meters that count otherwise."""
        from system.vending.services import payment_mode

        payment_mode.connect()
