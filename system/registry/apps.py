"""The Django app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Devices in the field, installations and customers."""

    name = "system.registry"
    label = "registry"
    verbose_name = "Registro"
