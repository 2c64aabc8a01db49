"""A village whose meters can be spoken with."""

from collections.abc import Iterator
from typing import Any

import pytest
from field_store import MIDNIGHT, QUARTER, Field
from vending_world import make_village

from system.config import clock
from system.head_end.django_store import DjangoStore


@pytest.fixture
def business_time() -> Iterator[clock.FixedBusinessClock]:
    fixed = clock.FixedBusinessClock(MIDNIGHT + QUARTER)
    clock.use_clock(fixed)
    yield fixed
    clock.use_clock(None)


@pytest.fixture
def field(db: Any, business_time: clock.FixedBusinessClock) -> Field:
    return Field(make_village(), DjangoStore())
