"""The app."""

from django.apps import AppConfig


class ChoresConfig(AppConfig):
    """Work in the background."""

    name = "system.chores"
    label = "chores"
    verbose_name = "tareas"
