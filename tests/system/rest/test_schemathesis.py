"""The OpenAPI document and what the API really does, held against each other by schemathesis.

Short by default; ``AMIBENCH_SLOW=1`` plays many more examples. Every request stands in a savepoint of its own.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks
from vending_world import NOW, Village, drn

from system.accounts.models import User
from system.accounts.operations import Role
from system.portal.api import api

SLOW = bool(os.environ.get("AMIBENCH_SLOW"))
EXAMPLES = {GenerationMode.POSITIVE: 40 if SLOW else 3, GenerationMode.NEGATIVE: 40 if SLOW else 3}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
WHO = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.CASHIER, None)


@pytest.fixture
def schema(village: Village, minting: str) -> Any:
    config = SchemathesisConfig.from_dict({"generation": {"deterministic": True, "database": "none"}})
    made = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()), config=config)
    made.app = get_wsgi_application()
    return made


@pytest.fixture
def rows(village: Village, people: dict[Role, User]) -> dict[str, Any]:
    """Values that mean something here: put into half of the examples, so that they come further than 404."""
    place = village.provider.installation_set if hasattr(village.provider, "installation_set") else None
    assert place is None  # rows are asked for by their models
    from system.registry.models import Customer, Device, Installation

    first = {"provider": village.provider}
    return {
        "customer_id": Customer.objects.filter(**first).first().pk,
        "installation_id": Installation.objects.filter(**first).first().pk,
        "device_id": Device.objects.filter(**first).first().pk,
        "user_id": people[Role.AUDITOR].pk,
        "merchant_id": village.merchant.pk,
        "point_id": village.point_of_sale.pk,
        "point_of_sale_id": village.point_of_sale.pk,
        "shift_id": str(village.shift.pk),
        "site_id": village.site.pk,
        "community_id": village.site.community_id,
        "number": drn(1),
        "niu": "NIU-0001",
        "tariff_code": "ZNI-E1",
        "valid_from": NOW.date().isoformat(),
    }


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("who", WHO, ids=str)
def test_the_api_keeps_to_its_document(
    who: Role | None,
    mode: GenerationMode,
    schema: Any,
    rows: dict[str, Any],
    people: dict[Role, User],
    caller: Callable[..., Any],
) -> None:
    said = _headers(None if who is None else caller(who))
    wanted = [*CHECKS, checks.negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS
    astray = [
        line
        for operation in _operations(schema)
        for line in _tried(operation, mode, said, wanted, rows, 1 if who is None else EXAMPLES[mode])
    ]
    assert not astray, "\n\n".join(astray)


def _operations(schema: Any) -> Iterator[Any]:
    for result in schema.get_all_operations():
        yield result.ok()


def _headers(talks: Any) -> dict[str, str]:
    if talks is None:
        return {}
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in talks.client.cookies.items())
    return {"Cookie": cookies, **talks.headers}


def _tried(
    operation: Any,
    mode: GenerationMode,
    said: dict[str, str],
    wanted: list[Any],
    rows: dict[str, Any],
    examples: int,
) -> Iterator[str]:
    """What is wrong with one operation."""
    try:
        strategy = operation.as_strategy(generation_mode=mode)
    except schemathesis.errors.InvalidSchema as error:
        yield f"{operation.label}: {error}"
        return

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, real=st.booleans())
    def play(case: Any, real: bool) -> None:
        if real and mode is GenerationMode.POSITIVE:
            _put(case, rows)
        with transaction.atomic():
            answer = case.call(headers=said)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=wanted, headers=said)

    try:
        play()
    except FailureGroup as group:
        yield f"{operation.label}: " + "; ".join(f"{one.title}: {one.message}" for one in group.exceptions)
    except schemathesis.errors.SchemathesisError as error:
        yield f"{operation.label}: {error}"


def _put(case: Any, rows: dict[str, Any]) -> None:
    for part in (case.path_parameters, case.body):
        if isinstance(part, dict):
            _replace(part, rows)


def _replace(part: dict[str, Any], rows: dict[str, Any]) -> None:
    for name, value in part.items():
        if isinstance(value, dict):
            _replace(value, rows)
        elif name in rows and value is not None:
            part[name] = rows[name]
