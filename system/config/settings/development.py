"""Settings for development."""

from system.config.settings.base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "only-for-development-never-in-the-field"  # noqa: S105 - production refuses to start without its own
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
