"""Settings of the demo: this machine alone, test keys, a database that goes away, the world's time."""

from system.config.environment import SettingsError
from system.config.settings.base import *  # noqa: F403
from system.config.settings.base import DATA_DIR, ENVIRONMENT, SECURITY_MODULE_URL

for _name in ("DATABASE_URL", "AMIBENCH_HOSTS", "AMIBENCH_ORIGINS"):
    if ENVIRONMENT.text(_name, ""):
        raise SettingsError(f"{_name} is set: the demo takes no settings of a real system, unset it")
if SECURITY_MODULE_URL and not SECURITY_MODULE_URL.startswith("unix://"):
    raise SettingsError("AMIBENCH_SECURITY_MODULE must be unix://… in the demo: it starts one of its own")

DEBUG = False
SECRET_KEY = ENVIRONMENT.text("AMIBENCH_SECRET_KEY")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
DATABASES["default"]["NAME"] = str(DATA_DIR / "demo.db")
BUSINESS_CLOCK = "system.demo.world_clock.WorldBusinessClock"
MODULE_FOLLOWS_BUSINESS_TIME = True
#: File that ``amibench sim serve --control-file`` wrote: the source of the world's time.
WORLD_CONTROL_FILE = ENVIRONMENT.text("AMIBENCH_WORLD_CONTROL", str(DATA_DIR / "control.toml"))
#: A first recharge is typed; the button of a sale's page sends the token to the meter.
DELIVERY_MODE = "ticket"
#: Webhooks of this machine alone may be tried over http.
OUTGOING_NETWORKS = ["127.0.0.0/8", "::1/128"]
#: Supervisor and administrator sign on this machine, with keys that go away with the demo.
REQUEST_SIGNER = "system.demo.operator_signatures.signatures"
OPERATOR_KEYS_DIR = DATA_DIR / "operators"
