"""The app."""

from django.apps import AppConfig


class HeadEndConfig(AppConfig):
    """The head-end."""

    name = "system.head_end"
    label = "head_end"
    verbose_name = "Campo"
