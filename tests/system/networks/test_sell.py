"""R5-09: a network sells under its own ids, limits and commission; nothing is charged twice."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from network_world import ALL, Caller, FakeHeadEnd, caller, make_network
from vending_world import Village, drn, make_village

from system.networks.follow_up import follow_up
from system.networks.models import Network, NetworkSale
from system.networks.services.networks import switch_network
from system.vending import ledger
from system.vending.models import AccountBalance, Sale, Token

pytestmark = pytest.mark.requirement("R5-09", "R4-04")
ID = uuid.UUID(int=7)


def ask(amount_c: int = 1_000_000, number: int = 1) -> dict[str, Any]:
    return {"meter": drn(number), "amount_c": amount_c}


@pytest.fixture
def home(village: Village, minting: str, head_end: FakeHeadEnd) -> Any:
    return village.customer(1)


def test_a_sale_with_its_token_and_commission(home: Any, seller: Caller, network: Network) -> None:
    answer = seller.post("/sales", ask(), ID)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert said["sale_id"] == str(ID)
    assert said["commission_c"] == 100_000
    assert said["sandbox"] is False
    assert said["test"] is True
    assert [len(token["digits"]) for token in said["tokens"]] == [20]
    sale = Sale.objects.get(pk=ID)
    assert sale.seller_id == network.agent_id
    assert said["energy_wh"] == sale.units * 100
    assert NetworkSale.objects.get(pk=ID).state == "sold"
    assert ledger.ledger_faults() == []


def test_the_same_key_and_body_give_the_same_answer(home: Any, seller: Caller) -> None:
    first, second = (seller.post("/sales", ask(), ID) for _ in range(2))
    assert first.json() == second.json()
    assert Token.objects.count() == 1
    assert Sale.objects.count() == 1


@pytest.mark.parametrize("other", [ask(amount_c=2_000_000), ask(number=2)])
def test_the_same_key_with_another_body_is_a_conflict(
    home: Any, seller: Caller, village: Village, other: dict[str, Any]
) -> None:
    village.customer(2)
    seller.post("/sales", ask(), ID)
    answer = seller.post("/sales", other, ID)
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert Sale.objects.count() == 1


def test_the_key_of_another_network_is_a_conflict(home: Any, seller: Caller, village: Village) -> None:
    seller.post("/sales", ask(), ID)
    other = caller(village, make_network(village, "Otra red"))
    assert other.post("/sales", ask(), ID).status_code == 409
    assert other.get(f"/sales/{ID}").status_code == 404


def test_the_id_of_a_counter_sale_is_a_conflict(home: Any, seller: Caller, village: Village) -> None:
    from system.vending.services.sell_energy import SaleRequest, sell_energy

    sell_energy(village.cashier, village.shift, SaleRequest(ID, drn(1), 1_000_000))
    assert seller.post("/sales", ask(), ID).status_code == 409
    assert not NetworkSale.objects.exists()


def test_limits_of_a_sale_and_of_a_day(home: Any, seller: Caller, business_time: Any) -> None:
    assert seller.post("/sales", ask(5_000_100), uuid.uuid4()).status_code == 422
    for _ in range(4):
        assert seller.post("/sales", ask(5_000_000), uuid.uuid4()).status_code == 200
    answer = seller.post("/sales", ask(10_000), uuid.uuid4())
    assert answer.status_code == 422
    assert "máximo diario" in answer.json()["detail"]
    assert answer.json()["type"].endswith("over-limit")
    business_time.instant += timedelta(days=1)
    assert seller.post("/sales", ask(5_000_000), uuid.uuid4()).status_code == 200


def test_the_credit_limit_is_the_ledgers(home: Any, village: Village) -> None:
    poor = caller(village, make_network(village, "Red corta", credit_c=1_500_000))
    assert poor.post("/sales", ask(), uuid.uuid4()).status_code == 200
    answer = poor.post("/sales", ask(), ID)
    assert answer.status_code == 422
    assert "cupo" in answer.json()["detail"]
    assert NetworkSale.objects.get(pk=ID).state == "refused"
    assert poor.get("/balance").json()["available_c"] == 500_000


def test_a_refused_sale_counts_for_nothing_and_may_be_asked_again(
    home: Any, seller: Caller, village: Village
) -> None:
    wish = ask(number=9)
    assert seller.post("/sales", wish, ID).status_code == 422
    assert seller.get("/balance").json()["sold_today_c"] == 0
    village.customer(9)
    assert seller.post("/sales", wish, ID).status_code == 200
    assert NetworkSale.objects.get(pk=ID).state == "sold"


def test_a_module_that_is_away_is_asked_again_under_the_same_key(
    home: Any, seller: Caller, settings: Any, minting: str
) -> None:
    settings.SECURITY_MODULE_URL = "unix:///nowhere/socket"
    answer = seller.post("/sales", ask(), ID)
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("sale-pending")
    assert NetworkSale.objects.get(pk=ID).state == "open"
    settings.SECURITY_MODULE_URL = minting
    assert seller.post("/sales", ask(), ID).status_code in (200, 422)
    assert Sale.objects.count() == 1
    assert ledger.ledger_faults() == []


def test_what_a_crash_left_open_is_ended_by_the_worker(
    home: Any, seller: Caller, settings: Any, minting: str
) -> None:
    from system.vending.services.vend_transaction import recover_sales

    settings.SECURITY_MODULE_URL = "unix:///nowhere/socket"
    seller.post("/sales", ask(), ID)
    settings.SECURITY_MODULE_URL = minting
    recover_sales()
    follow_up()
    assert NetworkSale.objects.get(pk=ID).state == "refused"


def test_last_answer_and_balance(home: Any, seller: Caller) -> None:
    assert seller.get("/sales/last", meter=drn(1)).status_code == 404
    seller.post("/sales", ask(), uuid.uuid4())
    done = seller.post("/sales", ask(20_000), ID).json()
    assert seller.get("/sales/last", meter=drn(1)).json()["sale_id"] == done["sale_id"]
    assert seller.get(f"/sales/{ID}").json() == done
    said = seller.get("/balance").json()
    owed_c = AccountBalance.objects.filter(account__kind="d.merchant", posted_c__gt=0).aggregate(
        s=Sum("posted_c")
    )["s"]
    assert said["owed_c"] == owed_c == said["sold_today_c"] == 1_020_000


def test_price_reserves_nothing_and_hides_the_name(home: Any, village: Village, network: Network) -> None:
    nameless = caller(village, network, scopes=("price",))
    said = nameless.post("/price", ask()).json()
    assert said["customer_name"] is None
    assert said["energy_wh"] > 0
    named = caller(village, network, scopes=("price", "read-customer-name"))
    assert named.post("/price", ask()).json()["customer_name"] == "Persona 1"
    assert not Sale.objects.exists()


def test_meters_of_another_provider_are_not_there(home: Any, seller: Caller) -> None:
    make_village("Otra empresa").customer(5)
    answer = seller.post("/price", ask(number=5))
    assert answer.status_code == 422
    assert "Persona" not in answer.content.decode()


def test_a_suspended_network_opens_nothing(
    home: Any, seller: Caller, village: Village, network: Network
) -> None:
    switch_network(village.supervisor, network, active=False)
    assert seller.post("/sales", ask(), ID).status_code == 401
    assert not NetworkSale.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "7", "{" + str(ID) + "}", str(ID).replace("-", "")])
def test_the_idempotency_key_is_a_uuid(home: Any, seller: Caller, key: str) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    assert seller.post("/sales", ask(), **headers).status_code == 422
    assert not NetworkSale.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"meter": "1"},
        {"meter": "1", "amount_c": "1000"},
        {"meter": "1", "amount_c": 0},
        {"meter": "1", "amount_c": -5},
        {"meter": "1", "amount_c": 1.5},
        {"meter": "1", "amount_c": True},
        {"meter": "1\u0000", "amount_c": 1000},
        {"meter": "1" * 41, "amount_c": 1000},
        {"meter": "1", "amount_c": 1000, "more": 1},
        [],
        None,
    ],
)
def test_bodies_that_are_none(home: Any, seller: Caller, body: Any) -> None:
    assert seller.post("/sales", body, ID).status_code in (400, 422)
    assert not NetworkSale.objects.exists()


def test_the_document_needs_a_key_and_names_the_header(home: Any, seller: Caller) -> None:
    said = seller.get("/openapi.json").json()
    names = [one["name"] for one in said["paths"]["/api/v1/network/sales"]["post"]["parameters"]]
    assert "Idempotency-Key" in names
    assert Caller("amb_live_x").get("/openapi.json").status_code == 401
    assert len(ALL) == 7
