"""The app."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Tokens on their way."""

    name = "system.vending.delivery"
    label = "delivery"
    verbose_name = "entrega de tokens"

    def ready(self) -> None:
        """Hear of orders that ended."""
        from system.vending.delivery import completion

        completion.connect()
