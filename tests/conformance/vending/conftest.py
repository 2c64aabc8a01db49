"""The vendor suite run on vendors in this process: every test of this folder uses the same evidence."""

from collections.abc import Callable
from functools import cache

import pytest

from conformance.evidence.model import Evidence
from conformance.runner import run_suites
from conformance.targets import load

Run = Callable[[str], Evidence]


@cache
def run_vendor(url: str) -> Evidence:
    return run_suites(load(url, seed=1), profile="vending")


@pytest.fixture(scope="session")
def tried() -> Run:
    """The evidence of the vendor suite on the vendor behind a URL; each is tried once."""
    return run_vendor
