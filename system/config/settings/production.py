"""Settings of production. Secrets come from the environment; a missing one stops the start."""

from system.config.environment import SettingsError
from system.config.settings.base import *  # noqa: F403
from system.config.settings.base import ENVIRONMENT, INSTALLED_APPS

DEBUG = False
#: What only a bench may have asks for this, and does not start.
PRODUCTION = True
if any(app.startswith("system.vending.bench") for app in INSTALLED_APPS):
    raise SettingsError("INSTALLED_APPS holds the bench's route: it is no part of production, take it out")
SECRET_KEY = ENVIRONMENT.text("AMIBENCH_SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise SettingsError("AMIBENCH_SECRET_KEY is too short: 50 random characters or more")
ALLOWED_HOSTS = ENVIRONMENT.texts("AMIBENCH_HOSTS")
if not ALLOWED_HOSTS:
    raise SettingsError("AMIBENCH_HOSTS is empty: write the names under which the portal is reached")

#: False only where TLS ends elsewhere and the way from there is safe.
_TLS = ENVIRONMENT.flag("AMIBENCH_TLS", default=True)
SECURE_SSL_REDIRECT = _TLS
SESSION_COOKIE_SECURE = _TLS
CSRF_COOKIE_SECURE = _TLS
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if _TLS else 0
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.flag("AMIBENCH_BEHIND_PROXY") else None
)
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.texts("AMIBENCH_ORIGINS")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
