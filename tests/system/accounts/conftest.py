"""A provider with people of several roles."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from vending_world import Village, make_village

from system.accounts.models import User
from system.accounts.services import create_staff

PASSWORD = "una clave larga 1"


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    """Nobody was too quick before: allauth counts logins in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def village(db: Any) -> Village:
    return make_village()


@pytest.fixture
def person(village: Village) -> Callable[..., User]:
    """Makes a user of a role."""

    def make(username: str, role: str, **more: Any) -> User:
        return create_staff(username, PASSWORD, role=role, provider=village.provider, **more)

    return make


@pytest.fixture
def administrator(person: Callable[..., User]) -> User:
    return person("ana", "administrator")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office(administrator: User) -> Client:
    return logged_in(administrator)
