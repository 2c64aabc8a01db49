"""The app."""

from django.apps import AppConfig


class NetworksConfig(AppConfig):
    """Other sellers and systems."""

    name = "system.networks"
    label = "networks"
    verbose_name = "redes externas"

    def ready(self) -> None:
        """Hear of sales, reversals and orders."""
        from system.networks import follow_up

        follow_up.connect_receivers()
