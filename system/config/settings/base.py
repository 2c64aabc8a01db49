"""Settings that are the same everywhere. Nothing secret stands here."""

from pathlib import Path

from system.config.environment import Environment, database
from system.config.languages import LOCALE, SOURCE, languages

ENVIRONMENT = Environment()

#: Where database, uploads and logs lie unless the environment says otherwise.
DATA_DIR = Path(ENVIRONMENT.text("AMIBENCH_DATA_DIR", "."))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "system.portal",  # before allauth, whose pages it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "system.accounts",
    "system.registry",
    "system.head_end",
    "system.vending",
    "system.vending.delivery",
    "system.vending.offline",
    "system.background_jobs",
    "system.networks",
    "system.reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "system.portal.middleware.slide_session",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "system.portal.middleware.content_security_policy",
    "allauth.account.middleware.AccountMiddleware",
    "system.portal.middleware.password_change_first",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

ROOT_URLCONF = "system.config.urls"
WSGI_APPLICATION = "system.config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "system.portal.menus.menu_context",
            ]
        },
    }
]

DATABASES = {"default": database(ENVIRONMENT.text("DATABASE_URL", "sqlite:///amibench.db"), DATA_DIR)}

# ------------------------------------------------------------ who may come in

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "system.accounts.allauth_overrides.ClosedAccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "system.accounts.allauth_overrides.OwnChangePasswordForm",
    "reauthenticate": "system.accounts.allauth_overrides.OwnReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "system.accounts.allauth_overrides.LimitedCodeForm",
    "reauthenticate": "system.accounts.allauth_overrides.LimitedCodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
#: A name is one name in whatever letters it is written.
AXES_USERNAME_CALLABLE = "system.accounts.access.folded_username"
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_RESET_ON_SUCCESS = True
#: Locking out is axes' work: it counts in the database, allauth only in one process.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
MFA_TOTP_ISSUER = "amibench"
LOGIN_URL = "/cuentas/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
SESSION_COOKIE_AGE = ENVIRONMENT.number("AMIBENCH_SESSION_AGE_S", 8 * 3600, low=60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# ------------------------------------------------------------ words, time, files

LANGUAGE_CODE = SOURCE
LANGUAGES = languages()
LOCALE_PATHS = [LOCALE]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Bogota"
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"

# ------------------------------------------------------------ ours

#: Source of business time (`system.config.clock`).
BUSINESS_CLOCK = "system.config.clock.WallBusinessClock"
#: Where the security module answers; empty: nothing can be sold.
SECURITY_MODULE_URL = ENVIRONMENT.text("AMIBENCH_SECURITY_MODULE", "")
#: The smallest coin in use, centavos of COP: what is asked for a quantity of energy is a multiple of it.
CASH_UNIT_C = ENVIRONMENT.number("AMIBENCH_CASH_UNIT_C", 5_000, low=1)
#: The largest single sale, centavos of COP.
SALE_MAX_C = ENVIRONMENT.number("AMIBENCH_SALE_MAX_C", 100_000_000, low=1, high=10**12)
#: The smallest single sale, centavos of COP (R5.1-01: very low).
SALE_MIN_C = ENVIRONMENT.number("AMIBENCH_SALE_MIN_C", 10_000, low=1, high=10**12)
#: Send business time to the security module, which takes it only with test keys (demo, virtual time).
MODULE_FOLLOWS_BUSINESS_TIME = False

# ------------------------------------------------------------ the field

#: How long a collector has a channel before it must say that it lives, s of business time. A collector that
#: was killed is replaced after so long; where business time runs faster than the wall, it must be longer.
COLLECTOR_LEASE_S = ENVIRONMENT.number("AMIBENCH_LEASE_S", 90, low=60, high=10**6)

# ------------------------------------------------------------ what goes out

#: Way of tokens to meters unless chosen otherwise: ticket, both or ami (`system.vending.delivery`).
DELIVERY_MODE = ENVIRONMENT.text("AMIBENCH_DELIVERY", "both")
#: The channel for messages to customers, and its argument: the file of the one that ships; empty: none.
MESSENGER = ENVIRONMENT.text("AMIBENCH_MESSENGER", "system.vending.delivery.messenger.FileMessenger")
MESSENGER_ARGUMENT = ENVIRONMENT.text("AMIBENCH_MESSAGES", "")
#: Keys of head-ends elsewhere: a TOML file for its owner alone.
REMOTE_KEYS_FILE = ENVIRONMENT.text("AMIBENCH_REMOTE_KEYS", "")
#: Private networks that webhooks and other head-ends may lie in, such as ``10.8.0.0/16``; else none.
OUTGOING_NETWORKS = ENVIRONMENT.texts("AMIBENCH_OUTGOING_NETWORKS")

# ------------------------------------------------------------ reports that are made by themselves

#: Days after which a made file is deleted; its row stays.
REPORTS_KEPT_DAYS = ENVIRONMENT.number("AMIBENCH_REPORTS_KEPT_DAYS", 400, low=1, high=36_500)
#: Where copies are laid, for example for an SFTP server; empty: nowhere.
REPORTS_FOLDER = ENVIRONMENT.text("AMIBENCH_REPORTS_FOLDER", "")
#: Mail: a server, or the console or a folder where the environment names another backend.
EMAIL_HOST = ENVIRONMENT.text("AMIBENCH_MAIL_HOST", "")
EMAIL_BACKEND = ENVIRONMENT.text("AMIBENCH_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = ENVIRONMENT.text("AMIBENCH_MAIL_FOLDER", "")
EMAIL_PORT = ENVIRONMENT.number("AMIBENCH_MAIL_PORT", 587, low=1, high=65_535)
EMAIL_HOST_USER = ENVIRONMENT.text("AMIBENCH_MAIL_USER", "")
EMAIL_HOST_PASSWORD = ENVIRONMENT.text("AMIBENCH_MAIL_PASSWORD", "")
EMAIL_USE_TLS = ENVIRONMENT.flag("AMIBENCH_MAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENVIRONMENT.text("AMIBENCH_MAIL_FROM", "")
#: What fills in operators' signatures of an approved request; empty: they sign on their own computers.
REQUEST_SIGNER = ""
