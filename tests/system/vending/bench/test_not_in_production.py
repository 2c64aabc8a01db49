"""The bench's route does not exist in production settings, and production does not start with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
GOOD = {
    "AMIBENCH_SECRET_KEY": "x" * 60,
    "AMIBENCH_HOSTS": "portal.test",
    "AMIBENCH_TLS": "false",
    "AMIBENCH_BENCH_SECRET": "y" * 40,
    "DATABASE_URL": "sqlite:///:memory:",
}
ASK = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", interactive=False, verbosity=0)
answer = Client(SERVER_NAME="portal.test").post(
    "/bench/module/status",
    "{}",
    content_type="application/json",
    headers={"Authorization": "Bearer " + "y" * 40},
)
print("STATUS", answer.status_code)
"""
#: Settings of somebody who takes production and adds to it: before or behind its own check.
ADDED = """
import sys, types
from system.config.settings import production
made = types.ModuleType("added")
made.__dict__.update({name: getattr(production, name) for name in dir(production) if name.isupper()})
made.BENCH_SECRET = "y" * 40
CHANGE
sys.modules["added"] = made
"""
START = """
import django
django.setup()
from django.core.management import call_command
call_command("check")
"""


def python(code: str, settings: str, tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run some Python in a process with settings of its own."""
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("AMIBENCH_", "DATABASE"))
    }
    env |= {**GOOD, "DJANGO_SETTINGS_MODULE": settings, "AMIBENCH_DATA_DIR": str(tmp_path), **more}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)


def test_the_address_is_not_there(tmp_path: Path) -> None:
    ran = python(ASK, "system.config.settings.production", tmp_path)
    assert "STATUS 404" in ran.stdout, ran.stderr


def test_the_bench_settings_have_it(tmp_path: Path) -> None:
    """The same request where the route is: what the other tests miss is the settings, not the address."""
    ran = python(ASK.replace("portal.test", "localhost"), "system.config.settings.bench", tmp_path)
    assert "STATUS 503" in ran.stdout, ran.stderr  # nobody serves a module here


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "made.INSTALLED_APPS = [*production.INSTALLED_APPS, 'system.vending.bench']",
            "is no part of production",
        ),
        (
            "made.INSTALLED_APPS = [*production.INSTALLED_APPS, 'system.vending.bench']; del made.PRODUCTION",
            "ALLOWED_HOSTS names others",
        ),
        ("made.ROOT_URLCONF = 'system.vending.bench.root'", "is no part of production"),
    ],
)
def test_production_with_it_does_not_start(change: str, sentence: str, tmp_path: Path) -> None:
    ran = python(ADDED.replace("CHANGE", change) + START, "added", tmp_path)
    assert ran.returncode != 0
    assert "SettingsError" in ran.stderr
    assert sentence in ran.stderr


def test_the_production_settings_themselves_refuse_an_app_of_that_name(tmp_path: Path) -> None:
    code = (
        "from system.config.settings import base\n"
        "base.INSTALLED_APPS.append('system.vending.bench.apps.BenchConfig')\n"
        "from system.config.settings import production"
    )
    ran = python(code, "system.config.settings.production", tmp_path)
    assert "SettingsError: INSTALLED_APPS holds the bench's route" in ran.stderr


def test_the_bench_settings_want_a_good_secret(tmp_path: Path) -> None:
    code = "import django\ndjango.setup()"
    ran = python(code, "system.config.settings.bench", tmp_path, AMIBENCH_BENCH_SECRET="y" * 31)
    assert ran.returncode != 0
    assert "AMIBENCH_BENCH_SECRET is too short: 32" in ran.stderr
