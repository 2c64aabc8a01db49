"""What most tests of the system stand on: a business instant that stays, and a provider that can sell."""

from collections.abc import Iterator
from typing import Any

import pytest
from vending_world import NOW, Village, make_village

from system.config import clock


@pytest.fixture
def business_time() -> Iterator[clock.FixedBusinessClock]:
    fixed = clock.FixedBusinessClock(NOW)
    clock.use_clock(fixed)
    yield fixed
    clock.use_clock(None)


@pytest.fixture
def village(db: Any, business_time: clock.FixedBusinessClock) -> Village:
    return make_village()
