"""The app."""

from django.apps import AppConfig


class OfflineConfig(AppConfig):
    """The office behind terminals that sell without a link."""

    name = "system.vending.offline"
    label = "offline"
    verbose_name = "terminales sin red"
