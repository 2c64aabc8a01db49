"""The app."""

from django.apps import AppConfig


class ChoresConfig(AppConfig):
    """Work in the background."""

    name = "system.background_jobs"
    label = "chores"
    verbose_name = "tareas"
