"""Which calls the real sale takes, and who may make them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import path
from vending_world import NOW, drn, make_module, served_module

from system.config import clock
from system.vending import module_client
from system.vending.bench import counter, views
from system.vending.models import PlannedKeyChange, Sale
from system.vending.pricing.money import UNITS_MAX

SECRET = "y" * 40
METER = {"drn": drn(5), "sgc": "201457", "krn": 1, "ti": 1}
urlpatterns = [path("bench/module/<str:operation>", views.module_call)]
pytestmark = pytest.mark.urls(__name__)


def mint(**more: Any) -> dict[str, Any]:
    meter = {**METER, **more.pop("meter", {})}
    return {"message_id": "m-1", "meter": meter, "subclass": 0, "amount": 10, **more}


@pytest.fixture
def bench(db: Any, settings: Any, tmp_path: Any) -> Iterator[Client]:
    settings.BENCH_SECRET = SECRET
    settings.CASH_UNIT_C, settings.SALE_MIN_C, settings.SALE_MAX_C = 1, 1, 10**12
    moments = (NOW.replace(microsecond=number) for number in range(1, 1_000_000))
    ticking = type("Ticking", (), {"now": lambda self: next(moments)})()
    clock.use_clock(ticking)
    with served_module(make_module(tmp_path)) as url:
        settings.SECURITY_MODULE_URL = url
        yield Client(headers={"Authorization": f"Bearer {SECRET}"})
        module_client.close_client()
    clock.use_clock(None)


def ask(client: Client, operation: str, args: Any) -> Any:
    return client.post(f"/bench/module/{operation}", json.dumps(args), content_type="application/json")


@pytest.mark.parametrize(
    "more",
    [
        {"subclass": 1},
        {"subclass": 4},
        {"amount": 0},
        {"amount": -1},
        {"amount": UNITS_MAX + 1},
        {"free_issue": True},
        {"three_kct": True},
        {"time": NOW.isoformat()},
        {"meter": {"drn": "12345678901"}},
        {"meter": {"doe": "2612"}},
        {"meter": {"key_type": 1}},
        {"target": {"sgc": "201460", "krn": 7, "ti": 1}},
        {"target": {"krn": 1, "ti": 1}},
        {"amount": "10"},
        {"unknown": 1},
    ],
)
def test_what_no_counter_sells_is_the_modules(more: dict[str, Any]) -> None:
    assert counter.wanted_sale("mint", mint(**more)) is None


def test_what_a_counter_sells() -> None:
    plain = counter.wanted_sale("mint", mint())
    assert plain is not None
    assert (plain.drn, plain.units, plain.target) == (drn(5), 10, None)
    changing = counter.wanted_sale("mint", mint(target={"krn": 2}))
    assert changing is not None
    assert changing.target == (2, 1)
    assert counter.wanted_sale("management", mint()) is None


def test_a_sale_and_the_modules_own_answer(bench: Client) -> None:
    sold = ask(bench, "mint", mint()).json()
    assert (sold["ok"], sold["result"]["through"]) == (True, "sale")
    made = Sale.objects.get()
    assert [token["digits"] for token in sold["result"]["tokens"]] == [made.tokens.get().digits]
    assert (made.units, made.amount_c, made.kind) == (10, 100, "energy")
    again = ask(bench, "mint", mint()).json()
    assert again == sold
    water = ask(bench, "mint", mint(message_id="m-2", subclass=1)).json()
    assert water["result"]["through"] == "module"
    assert ask(bench, "status", {}).json()["result"]["test"] is True


def test_a_refused_sale_says_the_modules_reason(bench: Client) -> None:
    answer = ask(bench, "mint", mint(meter={"krn": 9}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "key-not-found")
    moved = ask(bench, "mint", mint(message_id="m-2", target={"krn": 9}))
    assert moved.json()["error"]["code"] == "key-not-found"
    assert not PlannedKeyChange.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.parametrize("secret", ["", "Bearer ", f"Bearer {SECRET}x", f"bearer {SECRET}", "Bearer ñ"])
def test_who_does_not_know_the_secret_finds_nothing(secret: str, settings: Any) -> None:
    settings.BENCH_SECRET = SECRET
    request = RequestFactory().post("/bench/module/status", headers={"Authorization": secret})
    with pytest.raises(views.Http404):
        views.module_call(request, "status")


def test_another_machine_finds_nothing(settings: Any) -> None:
    settings.BENCH_SECRET = SECRET
    headers = {"Authorization": f"Bearer {SECRET}"}
    request = RequestFactory(REMOTE_ADDR="10.1.2.3").post("/bench/module/status", headers=headers)
    with pytest.raises(views.Http404):
        views.module_call(request, "status")


@pytest.mark.parametrize("body", ["{", "[]", "1", '"' + "x" * 20_000 + '"'])
def test_a_body_that_is_no_object_is_refused(body: str, bench: Client) -> None:
    answer = bench.post("/bench/module/status", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad-request")
    assert bench.post("/bench/module/nothing", "{}", content_type="application/json").status_code == 404
    assert bench.get("/bench/module/status").status_code == 405
