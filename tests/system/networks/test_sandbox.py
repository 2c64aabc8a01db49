"""A sandbox key moves no money, mints nothing, touches no meter, and says so."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_world import Caller, FakeHeadEnd, caller
from vending_world import Village, drn

from system.networks.models import Network, NetworkSale, SandboxRecord, WebhookMessage
from system.networks.services.sandbox import trial_token
from system.networks.webhooks.endpoints import add_endpoint
from system.vending.models import Movement, Sale, Token

pytestmark = pytest.mark.requirement("R5-09")
ID = uuid.UUID(int=7)


@pytest.fixture
def trial(village: Village, network: Network) -> Caller:
    village.customer(1)
    return caller(village, network, "sandbox")


def ask(amount_c: int = 1_000_000) -> dict[str, Any]:
    return {"meter": drn(1), "amount_c": amount_c}


@given(st.uuids())
def test_no_meter_can_take_its_tokens(sale_id: uuid.UUID) -> None:
    token = trial_token(sale_id)
    assert len(token) == 20
    assert int(token) >= 2**66
    assert token == trial_token(sale_id)


def test_a_sale_that_is_none(trial: Caller, head_end: FakeHeadEnd, settings: Any) -> None:
    settings.SECURITY_MODULE_URL = ""
    said = trial.post("/sales", ask(), ID).json()
    assert said["sandbox"] is said["test"] is True
    assert said["commission_c"] == 100_000
    assert said["energy_wh"] == trial.post("/price", ask()).json()["energy_wh"] > 0
    assert trial.post("/sales", ask(), ID).json() == said == trial.get(f"/sales/{ID}").json()
    assert not Sale.objects.exists()
    assert not Token.objects.exists()
    assert not Movement.objects.exists()
    assert not NetworkSale.objects.exists()
    assert head_end.handed == {}
    assert trial.get("/balance").json()["owed_c"] == 0


def test_conflicts_and_limits_as_in_earnest(trial: Caller, seller: Caller, minting: str) -> None:
    trial.post("/sales", ask(), ID)
    assert trial.post("/sales", ask(2_000_000), ID).status_code == 409
    assert trial.post("/sales", ask(6_000_000), uuid.uuid4()).status_code == 422
    sold = uuid.uuid4()
    assert seller.post("/sales", ask(), sold).status_code == 200
    assert trial.post("/sales", ask(), sold).status_code == 409
    assert trial.get(f"/sales/{sold}").status_code == 404


def test_a_live_key_does_not_see_trials(trial: Caller, seller: Caller) -> None:
    trial.post("/sales", ask(), ID)
    assert seller.get(f"/sales/{ID}").status_code == 404


def test_no_name_of_a_person(trial: Caller) -> None:
    assert trial.post("/price", ask()).json()["customer_name"] == "Persona de prueba"


def test_a_delivery_that_is_none(trial: Caller) -> None:
    body = {"meter": drn(1), "token": "1" * 20}
    said = trial.post("/deliveries", body, ID).json()
    assert (said["answer"], said["ended"], said["sandbox"]) == ("Accept", True, True)
    assert trial.get(f"/deliveries/{ID}").json() == said
    assert trial.post("/deliveries", {**body, "token": "2" * 20}, ID).status_code == 409
    assert trial.get(f"/deliveries/{uuid.uuid4()}").status_code == 404
    assert SandboxRecord.objects.get().what == "delivery"


def test_trials_are_told_to_addresses_for_trials_alone(
    trial: Caller, village: Village, network: Network
) -> None:
    add_endpoint(village.supervisor, network, "https://real.example.co/", ["sale.done"])
    tried = add_endpoint(
        village.supervisor, network, "https://prueba.example.co/", ["sale.done"], sandbox=True
    )
    trial.post("/sales", ask(), ID)
    row = WebhookMessage.objects.get()
    assert row.endpoint_id == tried.pk
    assert '"sandbox":true' in row.body
