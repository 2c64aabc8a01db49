"""Keys that no row can have: each address of API and pages refuses them, before any database is asked."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

from system.accounts.models import User
from system.accounts.permissions import Role
from system.config.url_converters import KeyConverter
from system.networks.rest.api import api as network_api
from system.portal.api import api

BACKEND = "django.contrib.auth.backends.ModelBackend"
KEYS = (2**63, 2**64, 10**40)
#: Values of the other parts of an address.
PARTS = {"uuid": "00000000-0000-4000-8000-000000000000", "str": "x", "slug": "x", "path": "x", "key": "1"}


def patterns(resolver: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address)
        elif isinstance(entry, URLPattern):
            yield address, entry.pattern.converters


def test_a_number_in_an_address_is_a_key_of_bounded_size() -> None:
    unbounded = [address for address, known in patterns() if IntConverter in map(type, known.values())]
    assert unbounded == []
    assert sum(KeyConverter in map(type, known.values()) for _, known in patterns()) > 50


@pytest.mark.parametrize("key", KEYS)
def test_routes_refuse_it_with_one_sentence(caller: Callable[[Role], Any], key: int) -> None:
    ask = caller(Role.ADMINISTRATOR)
    tried = 0
    for path, operations in api.get_openapi_schema()["paths"].items():
        names = {
            one["name"]
            for operation in operations.values()
            for one in operation.get("parameters", ())
            if one["in"] == "path" and one["schema"].get("type") == "integer"
        }
        for name in names:
            address = path.removeprefix("/api/v1/").replace(f"{{{name}}}", str(key))
            address = re.sub(r"\{[^}]+\}", PARTS["uuid"], address)
            for method in operations:
                answer = ask(method.upper(), address, None if method == "get" else {})
                assert answer.status_code == 404, (method, address)
                assert answer.json()["detail"] == "No hay nada con esa dirección o ese identificador."
                tried += 1
    assert tried > 20


@pytest.mark.parametrize("key", KEYS)
def test_pages_refuse_it(people: dict[Role, User], key: int) -> None:
    client = Client()
    client.force_login(people[Role.ADMINISTRATOR], backend=BACKEND)
    for address, known in patterns():
        if address.startswith("api/") or KeyConverter not in map(type, known.values()):
            continue
        made = re.sub(r"<key:[^>]+>", str(key), address, count=1)
        made = re.sub(r"<(\w+):[^>]+>", lambda found: PARTS[found[1]], made)
        assert client.get(f"/{made}").status_code == 404, made


def _unbounded(schema: dict[str, Any], known: dict[str, Any], where: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "integer" and not {"maximum", "enum", "const"} & set(schema):
        yield where
    for name, value in schema.get("properties", {}).items():
        yield from _unbounded(value, known, f"{where}.{name}")
    inner = [schema["items"]] if isinstance(schema.get("items"), dict) else []
    for value in (*inner, *schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _unbounded(value, known, f"{where}[]")


@pytest.mark.parametrize("described", [api, network_api], ids=["house", "networks"])
def test_every_integer_of_a_body_has_its_bound(described: Any) -> None:
    document = described.get_openapi_schema()
    found = [
        where
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for where in _unbounded(content["schema"], document["components"]["schemas"], f"{method} {path}")
    ]
    assert found == []
