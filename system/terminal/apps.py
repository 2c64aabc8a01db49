"""The app: templates and static files; it has no tables."""

from django.apps import AppConfig


class TerminalConfig(AppConfig):
    """Selling without a link."""

    name = "system.terminal"
    label = "terminal"
    verbose_name = "Terminal sin red"
