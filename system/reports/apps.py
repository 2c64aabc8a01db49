"""The Django app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports."""

    name = "system.reports"
    label = "reports"
    verbose_name = "Informes"
