"""The OpenAPI document and what the API really does, held against each other by schemathesis.

Short by default; ``AMIBENCH_SLOW=1`` plays many more examples. Each request stands in its own savepoint.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from field_store import Field
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks
from vending_world import NOW, Village, drn

from system.accounts.models import User
from system.accounts.permissions import Role
from system.head_end.django_store import DjangoStore
from system.head_end.models import FoundDevice
from system.portal.api import api
from system.registry.models import Customer, Device, Installation

SLOW = bool(os.environ.get("AMIBENCH_SLOW"))
EXAMPLES = 25 if SLOW else 3
pytestmark = pytest.mark.timeout(3_000 if SLOW else 300)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
NEGATIVE_CHECKS = [*CHECKS, checks.negative_data_rejection]
WHO = (Role.ADMINISTRATOR, Role.CASHIER, *((Role.SUPERVISOR,) if SLOW else ()), None)


@cache
def strategies(mode: GenerationMode) -> list[tuple[str, Any]]:
    """What each operation is tried with; made once, as making is slower than trying."""
    generation = {"deterministic": True, "database": "none", "with-security-parameters": False}
    config = SchemathesisConfig.from_dict({"generation": generation})
    schema: Any = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()), config=config)
    schema.app = get_wsgi_application()
    operations = [result.ok() for result in schema.get_all_operations()]
    return [(one.label, one.as_strategy(generation_mode=mode)) for one in operations]


@pytest.fixture
def rows(village: Village, people: dict[Role, User]) -> dict[str, Any]:
    """Values that mean something here: put into half of the examples, so that they come further than 404."""
    first = {"provider": village.provider}
    field = Field(village, DjangoStore())
    access = field.meter(1, field.channel("C1", concentrator=True))
    found = {"serial": access.device.serial, "sap": 1, "found_at": NOW, "seen_at": NOW}
    return {
        "channel_id": access.channel_id,
        "found_id": FoundDevice.objects.create(**first, channel=access.channel, **found).pk,
        "plan_id": field.plan().pk,
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
    rows: dict[str, Any],
    minting: str,
    caller: Callable[..., Any],
) -> None:
    said = _said(None if who is None else caller(who))
    seen: Counter[int] = Counter()
    astray = [
        line
        for label, strategy in strategies(mode)
        for line in _tried(label, strategy, mode, said, rows, seen, 1 if who is None else EXAMPLES)
    ]
    assert not astray, "\n\n".join(astray)
    # nobody is told nothing; who may come in, comes further than the door with a part of what he may do
    assert set(seen) <= {401, 404} if who is None else seen[401] == 0
    allowed = (seen.total() - seen[403]) // EXAMPLES
    assert who is None or mode is GenerationMode.NEGATIVE or seen[200] + seen[201] > allowed // 4


def _said(talks: Any) -> dict[str, dict[str, str]]:
    """The headers and cookies of a caller."""
    if talks is None:
        return {"headers": {}, "cookies": {}}
    cookies = {name: morsel.value for name, morsel in talks.client.cookies.items()}
    return {"headers": talks.headers, "cookies": cookies}


def _tried(
    label: str,
    strategy: Any,
    mode: GenerationMode,
    said: dict[str, dict[str, str]],
    rows: dict[str, Any],
    seen: Counter[int],
    examples: int,
) -> Iterator[str]:
    """What is wrong with one operation; `seen` counts the answers."""
    positive = mode is GenerationMode.POSITIVE

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
        if real and positive:
            _put(case, rows)
        with transaction.atomic():
            answer = case.call(**said)
            transaction.set_rollback(True)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS if positive else NEGATIVE_CHECKS)

    try:
        play()
    except Unsatisfiable:
        assert not positive, f"{label}: there is no example"  # without values nothing can be wrong about them
    except FailureGroup as group:
        yield f"{label}: " + "; ".join(f"{one.title}: {one.message}" for one in group.exceptions)


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
