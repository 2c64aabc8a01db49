"""R4-03: a foreign token reaches a meter of ours, once, and its network hears what the meter said."""

import uuid
from typing import Any

import pytest
from field_store import MIDNIGHT, Field
from network_world import Caller, caller, make_network
from vending_world import NOW, Village, drn, make_village

from system.head_end.django_store import DjangoStore
from system.head_end.models import Order
from system.head_end.vocabulary import OrderState
from system.networks.follow_up import follow_up
from system.networks.models import Network, NetworkDelivery, WebhookMessage
from system.networks.webhooks.endpoints import add_endpoint
from system.networks.webhooks.events import Event

pytestmark = pytest.mark.requirement("R4-03")
ID = uuid.UUID(int=11)
TOKEN = "1234567890" * 2


@pytest.fixture
def field(village: Village) -> Field:
    made = Field(village, DjangoStore())
    made.meter(1)
    return made


@pytest.fixture
def platform(village: Village, network: Network) -> Caller:
    add_endpoint(village.supervisor, network, "https://red.example.co/", [event.value for event in Event])
    return caller(village, network)


def body(token: str = TOKEN, number: int = 1) -> dict[str, Any]:
    return {"meter": drn(number), "token": token}


def told() -> list[str]:
    return sorted(WebhookMessage.objects.values_list("event", flat=True))


def meter_says(field: Field, word: str, state: OrderState = OrderState.DONE) -> None:
    visit = field.lease(NOW)
    (work,) = visit.orders
    assert work.parameters["digits"] == TOKEN
    assert field.begin(visit, work.id, NOW)
    field.report(visit, work.id, state, result={"result": word, "already": False}, at=NOW)


def test_handed_in_delivered_and_told(
    field: Field, platform: Caller, django_capture_on_commit_callbacks: Any
) -> None:
    said = platform.post("/deliveries", body(), ID).json()
    assert (said["state"], said["answer"], said["ended"]) == ("waiting", "", False)
    assert platform.post("/deliveries", body(), ID).json() == said
    assert Order.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        meter_says(field, "Accept")
    after = platform.get(f"/deliveries/{ID}").json()
    assert (after["state"], after["answer"], after["ended"]) == ("done", "Accept", True)
    assert told() == ["order.ended", "token.delivered", "token.executed"]
    follow_up()
    assert len(told()) == 3
    assert TOKEN not in " ".join(WebhookMessage.objects.values_list("body", flat=True))


def test_what_nobody_heard_the_worker_finds(field: Field, platform: Caller) -> None:
    platform.post("/deliveries", body(), ID)
    meter_says(field, "OldError", OrderState.REFUSED)
    follow_up()
    assert told() == ["order.ended", "token.delivered"]
    assert "rechazado" in platform.get(f"/deliveries/{ID}").json()["sentence"]


@pytest.mark.requirement("R5.3-05", "R5.3-06")
def test_a_token_that_was_typed_before_counts_once(field: Field, platform: Caller) -> None:
    platform.post("/deliveries", body(), ID)
    meter_says(field, "UsedError")
    follow_up()
    said = platform.get(f"/deliveries/{ID}").json()
    assert (said["answer"], said["sentence"]) == ("UsedError", "Entregado al medidor: ya usado.")
    assert "token.executed" in told()


def test_conflicts(field: Field, platform: Caller, village: Village) -> None:
    platform.post("/deliveries", body(), ID)
    assert platform.post("/deliveries", body("9" * 20), ID).status_code == 409
    stranger = caller(village, make_network(village, "Otra red"))
    assert stranger.post("/deliveries", body(), ID).status_code == 409
    assert stranger.get(f"/deliveries/{ID}").status_code == 404
    assert Order.objects.count() == 1


@pytest.mark.parametrize("token", ["1" * 19, "x" * 20, "١" * 20, "1" * 19 + " "])
def test_what_is_no_token(field: Field, platform: Caller, token: str) -> None:
    assert platform.post("/deliveries", body(token), ID).status_code == 422
    assert not NetworkDelivery.objects.exists()


def test_meters_that_are_not_ours_or_not_in_the_field(
    field: Field, platform: Caller, village: Village
) -> None:
    make_village("Otra empresa").customer(5)
    village.customer(6)
    for number in (5, 6, 7):
        assert platform.post("/deliveries", body(number=number), uuid.uuid4()).status_code == 422
    assert not NetworkDelivery.objects.exists()
    assert not Order.objects.exists()
    assert MIDNIGHT < NOW
