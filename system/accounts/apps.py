"""The Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and the audit trail."""

    name = "system.accounts"
    label = "accounts"
    verbose_name = "Cuentas"

    def ready(self) -> None:
        """Listen to logins; register the URL converter of keys before any app's addresses are built."""
        from system.accounts import audit_signals
        from system.config import url_converters

        audit_signals.connect_receivers()
        url_converters.register()
