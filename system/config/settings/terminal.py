"""Settings of a point of sale without a link: this machine alone, no database, no user of the office.

The process that opened the terminal (`system.terminal.serving`) gives it to the pages; a session is a signed
cookie that ends with the process, or after some minutes without a touch.
"""

import secrets

from system.config.environment import Environment
from system.config.languages import LOCALE, SOURCE, languages

ENVIRONMENT = Environment()

DEBUG = False
#: Made anew at every start: nothing secret lies on the disk, and who was there types his PIN again.
SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
INSTALLED_APPS = ["django.contrib.staticfiles", "system.terminal"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "system.terminal.pages.access.loopback_only",
]
ROOT_URLCONF = "system.terminal.pages.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "system.terminal.pages.access.context",
            ]
        },
    }
]
DATABASES: dict[str, object] = {}

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "terminal"
SESSION_COOKIE_AGE = ENVIRONMENT.number("AMIBENCH_POS_IDLE_S", 900, low=60, high=36_000)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
#: A pack of 5 000 customers.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 17_000_000

LANGUAGE_CODE = SOURCE
LANGUAGES = languages()
LOCALE_PATHS = [LOCALE]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Bogota"
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
BUSINESS_CLOCK = "system.config.clock.WallBusinessClock"

#: Where the office answers, for example ``https://oficina.example.co``; empty: there is no link.
OFFICE_URL = ENVIRONMENT.text("AMIBENCH_POS_OFFICE", "")
OUTGOING_NETWORKS = ENVIRONMENT.texts("AMIBENCH_OUTGOING_NETWORKS")
#: The 58 mm printer as a device or file that takes its bytes; empty: the browser prints.
PRINTER = ENVIRONMENT.text("AMIBENCH_POS_PRINTER", "")
