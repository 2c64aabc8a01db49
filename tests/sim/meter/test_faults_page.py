"""The page of faults and protections names each of them, and no other."""

import re
from pathlib import Path

import pytest

from sim.meter.events.tamper_protections import PROTECTION_EVENTS, RelayPolicy


@pytest.fixture(scope="module")
def page():
    path = Path(__file__).parents[3] / "docs" / "reference" / "meter-faults.md"
    return path.read_text(encoding="utf-8")


def test_every_fault_is_there(bench, page):
    faults = page.partition("## Protections")[0]
    rows = [line.split("|")[1] for line in faults.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([a-z-]+)`", row)]
    assert named == list(bench.meter.faults.names())


def test_every_protection_is_there_with_its_events_and_log(page):
    for kind, (begins, ends) in PROTECTION_EVENTS.items():
        assert f"| `{kind.value}` | {int(begins)} | {int(ends)} | {begins.log.value} |" in page


def test_every_policy_is_there(page):
    assert all(f"`{policy.value}`" in page for policy in RelayPolicy)
