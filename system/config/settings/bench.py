"""Settings for the conformance bench of the vending service: test keys, this machine alone, one more route.

``amibench certify http://127.0.0.1:8000`` reaches it. These settings are for a database that may go away.
"""

from system.config.settings.base import *  # noqa: F403
from system.config.settings.base import ENVIRONMENT, INSTALLED_APPS

DEBUG = False
SECRET_KEY = ENVIRONMENT.text("AMIBENCH_SECRET_KEY")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "system.vending.bench.root"
INSTALLED_APPS = [*INSTALLED_APPS, "system.vending.bench"]
#: What the bench shows at every call; 32 random characters or more.
BENCH_SECRET = ENVIRONMENT.text("AMIBENCH_BENCH_SECRET")
#: Every quantity of the test plan must sell exactly, from 0.1 kWh to the largest that a token carries.
CASH_UNIT_C, SALE_MIN_C, SALE_MAX_C = 1, 1, 10**12
