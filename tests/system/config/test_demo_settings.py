"""The demo's settings take nothing of a real system, and production never follows a world."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SHOW = (
    "import importlib, sys; found = importlib.import_module(sys.argv[1]);"
    "print(found.BUSINESS_CLOCK, found.MODULE_FOLLOWS_BUSINESS_TIME, found.ALLOWED_HOSTS, found.DEBUG)"
)


def load(module: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW, f"system.config.settings.{module}"],
        cwd=ROOT,
        env={"AMIBENCH_SECRET_KEY": "x" * 60, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_follows_the_world_on_this_machine() -> None:
    said = load("demo", AMIBENCH_SECURITY_MODULE="unix:///run/demo.sock").stdout
    assert said.split() == [
        "system.demo.world_clock.WorldBusinessClock",
        "True",
        "['localhost',",
        "'127.0.0.1']",
        "False",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://u:p@host/books"),
        ("AMIBENCH_HOSTS", "venta.example"),
        ("AMIBENCH_ORIGINS", "https://venta.example"),
        ("AMIBENCH_SECURITY_MODULE", "tls://localhost:9000"),
    ],
)
def test_it_refuses_what_belongs_to_a_real_system(name: str, value: str) -> None:
    done = load("demo", **{name: value})
    assert "SettingsError" in done.stderr
    assert done.stdout == ""


def test_production_stays_with_the_wall() -> None:
    said = load("production", AMIBENCH_HOSTS="venta.example").stdout
    assert said.startswith("system.config.clock.WallBusinessClock False")
