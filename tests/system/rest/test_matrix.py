"""R4.1-02 over the API: role × operation for every route; who may not, is refused before anything is read."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from system.accounts.access import OPERATION_ATTRIBUTE
from system.accounts.models import AuditRecord
from system.accounts.permissions import PERMISSIONS, Operation, Role
from system.portal.api import APP_APIS, api

_VALUES = {"uuidstr": str(uuid.UUID(int=1)), "key": "999999"}


def routes() -> Iterator[tuple[str, str, Any]]:
    """Method, address and guard of every route of the API."""
    for bound in api._get_bound_routers():
        for address, view in bound.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, concrete(bound.prefix + address).lstrip("/"), operation.auth_callbacks


def concrete(address: str) -> str:
    """An address of a row that is not there."""
    return re.sub(r"\{(?:(\w+):)?\w+\}", lambda match: _VALUES.get(match[1] or "str", "x"), address)


ROUTES = list(routes())
NAMES = [f"{method} {address}" for method, address, _ in ROUTES]


@pytest.mark.requirement("R4.1-02")
def test_every_route_says_what_it_does() -> None:
    for (_, _, guards), name in zip(ROUTES, NAMES, strict=True):
        assert len(guards) == 1, f"{name} has no guard of its own"
        assert isinstance(getattr(guards[0], OPERATION_ATTRIBUTE, None), Operation), (
            f"{name} has no operation"
        )
    assert len(set(NAMES)) == len(NAMES) > 80


@pytest.mark.requirement("R4.1-02")
@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_is_refused_and_written_down(role: Role, caller: Callable[[Role], Any]) -> None:
    ask = caller(role)
    for method, address, guards in ROUTES:
        operation = getattr(guards[0], OPERATION_ATTRIBUTE)
        before = AuditRecord.objects.filter(outcome="refused").count()
        # a body that nobody could take: who may not, is not told what is wrong with it
        answer = ask(method, address, None if method == "GET" else [])
        refused = AuditRecord.objects.filter(outcome="refused").count() - before
        if role in PERMISSIONS[operation].roles:
            assert answer.status_code not in (401, 403), (role, method, address)
        else:
            assert (answer.status_code, refused) == (403, 1), (role, method, address)
            assert answer["Content-Type"] == "application/problem+json"


def test_nobody_comes_in_without_a_login(db: Any) -> None:
    client = Client()
    for method, address, _ in ROUTES:
        answer = client.generic(method, f"/api/v1/{address}")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json"), address
        assert answer["WWW-Authenticate"]


def test_every_address_of_the_tree_is_a_guarded_route() -> None:
    """Nothing else stands below the API but its document, its page, and *no such address*."""
    tree = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    page, routes_below = tree.url_patterns
    assert isinstance(getattr(page.callback, OPERATION_ATTRIBUTE), Operation)
    known = {address for bound in api._get_bound_routers() for address in bound.path_operations}
    found = [re.sub(r"<", "{", str(one.pattern)).replace(">", "}") for one in routes_below.url_patterns]
    assert {f"/{one}" for one in found} - known == {"/openapi.json", "/"}


def test_rooms_bring_their_routes() -> None:
    assert all(room.routers for room in APP_APIS)
    assert len({id(router) for room in APP_APIS for router in room.routers}) == sum(
        len(room.routers) for room in APP_APIS
    )
