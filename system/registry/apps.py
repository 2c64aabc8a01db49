"""The Django app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """What exists in the field and who lives there."""

    name = "system.registry"
    label = "registry"
    verbose_name = "Registro"
