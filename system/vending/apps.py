"""The Django app."""

from django.apps import AppConfig


class VendingConfig(AppConfig):
    """Tariffs, obligations, ledger, sale and points of sale."""

    name = "system.vending"
    label = "vending"
    verbose_name = "Venta"

    def ready(self) -> None:
        """Connect the registry's hooks and the signals of meters whose payment mode changes."""
        from system.vending import registry_hooks
        from system.vending.services import payment_mode

        registry_hooks.connect()
        payment_mode.connect()
