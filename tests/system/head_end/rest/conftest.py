"""People who talk to the API of the field."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from field_store import Field
from vending_world import make_village

BACKEND = "django.contrib.auth.backends.ModelBackend"
Asks = Callable[..., Any]


@pytest.fixture
def asks(field: Field) -> Callable[..., Asks]:
    """Of a role: who asks as it; ``ask(method, address, body)`` gives the answer."""

    def of(role: str = "operator", name: str = "") -> Asks:
        client = Client(raise_request_exception=False)
        client.force_login(field.operator(role, name), backend=BACKEND)

        def ask(method: str, address: str, body: Any = None, **query: Any) -> Any:
            more: dict[str, Any] = {"query_params": query} if query else {}
            if body is not None:
                more |= {"data": json.dumps(body, default=str), "content_type": "application/json"}
            return client.generic(method, f"/api/v1/field/{address}", **more)

        return ask

    return of


@pytest.fixture
def operator(asks: Callable[..., Asks]) -> Asks:
    return asks()


@pytest.fixture
def supervisor(asks: Callable[..., Asks]) -> Asks:
    return asks("supervisor", "jefa")


@pytest.fixture
def stranger(field: Field) -> Any:
    """A meter of another provider, in the field."""
    other = Field(make_village("Otra empresa"), field.store)
    return other.meter(9, other.channel("ajeno", concentrator=True))
