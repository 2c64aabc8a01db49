"""App configuration of the background jobs."""

from django.apps import AppConfig


class BackgroundJobsConfig(AppConfig):
    """Background jobs; the label keeps its first name, as tables and migrations bear it."""

    name = "system.background_jobs"
    label = "chores"
    verbose_name = "tareas"
