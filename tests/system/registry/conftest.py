"""A village at a fixed instant, and people who work in its office."""

from collections.abc import Callable

import pytest
from django.test import Client
from vending_world import Village

from system.accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


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
