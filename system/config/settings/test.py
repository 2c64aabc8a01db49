"""Settings under pytest: fast hashes, a database in memory unless ``DATABASE_URL`` names another."""

from system.config.environment import database
from system.config.settings.base import *  # noqa: F403
from system.config.settings.base import DATA_DIR, ENVIRONMENT

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": database(ENVIRONMENT.text("DATABASE_URL", "sqlite:///:memory:"), DATA_DIR)}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
AXES_ENABLED = False
#: Webhooks of this machine alone may be tried over http.
OUTGOING_NETWORKS = ["127.0.0.0/8", "::1/128"]
