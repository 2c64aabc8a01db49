"""App of the bench's route, and the guard that keeps it out of production and off other machines."""

from django.apps import AppConfig, apps
from django.conf import settings

from system.config.environment import SettingsError

APP = "system.vending.bench"
SECRET_LETTERS_MIN = 32
#: Names under which only this machine reaches the portal.
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: From where a request may come.
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})


def require_test_installation() -> None:
    """Let the process start, or not.

    Raises:
        SettingsError: production settings, no app of this name, no good secret, or hosts of other machines.
    """
    if getattr(settings, "PRODUCTION", False):
        raise SettingsError(f"{APP} is no part of production: take it out of the settings")
    if not apps.is_installed(APP):
        raise SettingsError(f"{APP} is not installed: its route is only in system.config.settings.bench")
    if len(secret()) < SECRET_LETTERS_MIN:
        raise SettingsError(
            f"AMIBENCH_BENCH_SECRET is too short: {SECRET_LETTERS_MIN} random characters or more"
        )
    if settings.DEBUG or not set(settings.ALLOWED_HOSTS) <= LOOPBACK_HOSTS:
        raise SettingsError(f"{APP} is for this machine alone: ALLOWED_HOSTS names others")


def secret() -> str:
    """Secret that the bench shows; only the bench settings have one."""
    return str(getattr(settings, "BENCH_SECRET", ""))


class BenchConfig(AppConfig):
    """The bench's route."""

    name = "system.vending.bench"
    label = "vending_bench"

    def ready(self) -> None:
        """See that it may be here."""
        require_test_installation()
