"""The Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and the audit trail."""

    name = "system.accounts"
    label = "accounts"
    verbose_name = "Cuentas"

    def ready(self) -> None:
        """Listen to logins."""
        from system.accounts import audit_signals

        audit_signals.connect_receivers()
