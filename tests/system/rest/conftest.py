"""A village that sells, its people, and how they talk to the API."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from vending_world import Village, make_module, make_village, served_module

from system.accounts.models import User
from system.accounts.permissions import Role
from system.config import clock
from system.vending import module_client

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Caller:
    """A program that talks to the API: with a session, and with the CSRF token unless it forgets it."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is not None:
            self.client.force_login(user, backend=BACKEND)
            self.client.get("/api/v1/me")
            self.headers["X-CSRFToken"] = self.client.cookies["csrftoken"].value

    def __call__(self, method: str, address: str, body: Any = None, **more: Any) -> Any:
        """Ask; the answer has ``status_code`` and ``json()``."""
        if body is not None:
            more |= {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.generic(method, f"/api/v1/{address}", headers=self.headers, **more)


@pytest.fixture
def village(db: Any, business_time: clock.FixedBusinessClock) -> Village:
    made = make_village()
    for number in (1, 2):
        made.customer(number)
    return made


@pytest.fixture
def people(village: Village) -> dict[Role, User]:
    """One of each role."""
    customer = village.customer(9).agreements.get().customer
    known = {Role.CASHIER: village.cashier, Role.SUPERVISOR: village.supervisor}
    return {
        role: known.get(role)
        or User.objects.create_user(
            f"one-{role}",
            provider=village.provider,
            role=role,
            customer=customer if role is Role.SUBSCRIBER else None,
        )
        for role in Role
    }


@pytest.fixture
def caller(people: dict[Role, User]) -> Callable[[Role], Caller]:
    return lambda role: Caller(people[role])


@pytest.fixture
def minting(tmp_path: Path, settings: Any) -> Iterator[str]:
    with served_module(make_module(tmp_path)) as url:
        settings.SECURITY_MODULE_URL = url
        yield url
        module_client.close_client()


@pytest.fixture
def new_id() -> Callable[[], str]:
    return lambda: str(uuid.uuid4())
