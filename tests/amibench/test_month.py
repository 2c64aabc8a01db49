"""`amibench month`: three homes, their shop and their utility; field and books are compared at the end."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WORLD = """
[scenario]
name = "three_homes"
en = "three homes that are nearly out of credit"
es = "tres casas casi sin crédito"
days = 1.0
seed = 5

[plant]
pv_kwp = 4.0
battery_kwh = 20.0
inverter_kva = 5.0

[feeder]
phases = 1
branches = 1

[homes]
count = 3

[disturbances]
line_faults = 0.0

[meters]
profile = "ppkw-field"
totaliser = "totaliser"

[plc]
kind = "generic"
registration_s = 20.0

[[concentrators]]

[customers]
initial_wh_min = 100
initial_wh_max = 600
to_the_shop_s_max = 3600.0
wrong_digit = 0.1
typed_twice = 0.5
"""


def month(world: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "amibench", "month", str(world), "--days", "0.6", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("month") / "three_homes.toml"
    file.write_text(WORLD, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def lived(world: Path) -> dict[str, Any]:
    ended = month(world, "--json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.requirement("R3-02", "R4.1-06", "R4.1-12", "R5.3-05", "R5.3-06", "R5.3-08")
def test_every_promise_of_the_loop_is_kept(lived: dict[str, Any]):
    assert {finding["name"] for finding in lived["findings"]} >= {
        "accepted-once",
        "credit-conserved",
        "energy-conserved",
        "ledger",
        "reports",
        "deliveries",
        "gaps",
        "readings",
    }
    assert [finding["name"] for finding in lived["findings"] if not finding["kept"]] == []


def test_it_was_a_life_with_something_in_it(lived: dict[str, Any]):
    assert lived["books"]["sales"] >= 3
    assert lived["books"]["units"] * 100 == lived["field"]["tokens"]["bought_wh"]
    assert lived["books"]["amount_c"] > 0
    assert lived["books"]["orders"] >= 2
    assert lived["books"]["values"] > 500


def test_the_same_seed_brings_the_same_books(world: Path, lived: dict[str, Any]):
    again = json.loads(month(world, "--json").stdout)
    assert again["books"] == lived["books"]


def test_an_unknown_way_is_one_sentence(world: Path):
    ended = month(world, "--ways", "typed,pigeon", "--lang", "en")
    assert ended.returncode == 3
    assert ended.stderr.strip() == "amibench: pigeon is no way to the meter: typed, sent or both"


def test_a_folder_with_something_in_it_is_left_alone(world: Path, tmp_path: Path):
    ended = month(world, "--out", str(tmp_path), "--lang", "en")
    assert ended.returncode == 3
    assert len(ended.stderr.strip().splitlines()) == 1
