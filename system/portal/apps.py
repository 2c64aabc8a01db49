"""The Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Layout, login, home page."""

    name = "system.portal"
    label = "portal"
    verbose_name = "Portal"
