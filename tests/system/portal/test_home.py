"""The home page counts what its reader may see, and nothing else."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from vending_world import Village, drn, make_village

from system.accounts import four_eyes
from system.accounts.models import User
from system.accounts.permissions import Operation, Role
from system.portal.home import FIGURES, figures_of
from system.registry.models import Device
from system.vending.errors import SalePending
from system.vending.models import OpenSale
from system.vending.services.sell_energy import SaleRequest, sell_energy


@pytest.fixture
def village(db: Any) -> Village:
    return make_village()


def user_of(village: Village, role: Role) -> User:
    return User.objects.create_user(f"{role}-home", provider=village.provider, role=role)


def labels(user: User) -> dict[str, str]:
    return {figure["label"]: figure["value"] for figure in figures_of(user)}


def test_each_role_sees_its_own(village: Village) -> None:
    four_eyes.request_approval(village.supervisor, Operation.FREE_ISSUE, {}, "x")
    Device.objects.create(provider=village.provider, kind="meter", maker="AMB", serial="X")
    seen = {role: set(labels(user_of(village, role))) for role in Role if role is not Role.SUBSCRIBER}
    assert "recaudado hoy" in seen[Role.AUDITOR]
    assert "recaudado hoy" not in seen[Role.CASHIER]
    assert "recaudado hoy por usted" in seen[Role.CASHIER]
    assert "solicitudes esperan su decisión" in seen[Role.ADMINISTRATOR]
    assert not any("solicitudes" in label for label in seen[Role.OPERATOR] | seen[Role.AUDITOR])
    assert any("sin datos STS" in label for label in seen[Role.OPERATOR])
    assert not any("sin datos STS" in label for label in seen[Role.CASHIER])


def test_figures_of_another_provider_are_not_counted(village: Village) -> None:
    auditor = user_of(village, Role.AUDITOR)
    before = labels(auditor)
    other = make_village("Otra empresa")
    Device.objects.create(provider=other.provider, kind="meter", maker="AMB", serial="Y")
    four_eyes.request_approval(other.supervisor, Operation.FREE_ISSUE, {}, "x")
    assert labels(auditor) == before
    assert before["turnos abiertos"] == "1"


def test_who_asked_does_not_see_his_own_request_waiting(village: Village) -> None:
    four_eyes.request_approval(village.supervisor, Operation.FREE_ISSUE, {}, "x", uuid.uuid4())
    assert "solicitudes esperan su decisión" not in labels(village.supervisor)
    assert labels(user_of(village, Role.SUPERVISOR))["solicitudes esperan su decisión"] == "1"


def test_a_cashier_sees_where_he_stands(village: Village) -> None:
    client = Client()
    client.force_login(village.cashier, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()
    assert "Caja 1" in page
    assert "termina a las" in page
    assert not OpenSale.objects.exists()
    assert "sin resultado" not in page


def test_a_subscriber_has_a_page_too(village: Village) -> None:
    customer = village.customer(1).agreements.get().customer
    user = User.objects.create_user("sub", provider=village.provider, role=Role.SUBSCRIBER, customer=customer)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()
    assert "0 kWh" in page
    assert "/mi-servicio/" in page


def test_every_figure_names_an_operation_and_a_page() -> None:
    for figure in FIGURES:
        assert isinstance(figure.operation, Operation)
        assert ":" in figure.view


def test_open_sales_are_counted_without_a_walk_through_the_book(village: Village) -> None:
    """A book of a million sales: what is counted are the open places, never the sales."""
    auditor, other = user_of(village, Role.AUDITOR), make_village("Otra empresa")
    figure = next(figure for figure in FIGURES if figure.label == "ventas sin resultado")
    asked = SaleRequest(uuid.uuid4(), drn(1), 200_000)
    village.customer(1)
    with pytest.raises(SalePending):  # no module answers
        sell_energy(village.cashier, village.shift, asked)
    with CaptureQueriesContext(connection) as said:
        assert figure.count(auditor) == "1"
        assert figure.count(other.supervisor) is None
    assert not any('"vending_sale"' in query["sql"] for query in said.captured_queries)
