"""A village at a fixed instant, and people who work in its office."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from vending_world import NOW, Village, make_village

from system.accounts.models import User
from system.config import clock

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def business_time() -> Iterator[clock.FixedBusinessClock]:
    fixed = clock.FixedBusinessClock(NOW)
    clock.use(fixed)
    yield fixed
    clock.use(None)


@pytest.fixture
def village(db: Any, business_time: clock.FixedBusinessClock) -> Village:
    return make_village()


@pytest.fixture
def worker(village: Village) -> Callable[[str], User]:
    """A user of a role."""

    def make(role: str) -> User:
        return User.objects.create_user(f"one-{role}", provider=village.provider, role=role)

    return make


@pytest.fixture
def operator(worker: Callable[[str], User]) -> User:
    return worker("operator")


@pytest.fixture
def office(operator: User) -> Client:
    client = Client()
    client.force_login(operator, backend=BACKEND)
    return client


@pytest.fixture
def chief(village: Village) -> Client:
    client = Client()
    client.force_login(village.supervisor, backend=BACKEND)
    return client
