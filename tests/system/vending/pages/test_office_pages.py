"""The office's pages: each shows what there is, and what to do where there is nothing."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from vending_world import NOW, Village, drn, make_village

from system.accounts import four_eyes
from system.accounts.models import Approval
from system.registry.models import Agreement
from system.vending.models import (
    Bill,
    BillPayment,
    Merchant,
    ObligationRow,
    PlannedKeyChange,
    PointOfSale,
    Reversal,
    Sale,
    TariffVersion,
)
from system.vending.services.sell_energy import SaleRequest, sell_energy

TODAY = NOW.date()
PAGES = (
    "/gestion/",
    "/gestion/entrega/",
    "/gestion/cambio/",
    "/gestion/llaves/",
    "/gestion/solicitudes/",
    "/puntos/",
    "/tarifas/",
    "/tarifas/publicar/",
    "/tarifas/zni/",
    "/obligaciones/",
    "/obligaciones/nueva/",
    "/facturas/",
    "/facturas/nueva/",
)


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office(village: Village) -> Client:
    return client_of(village.supervisor)


def sell(village: Village, number: int = 1) -> Sale:
    return sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(number), 1_000_000))


def hidden(client: Client, address: str) -> dict[str, str]:
    text = client.get(address).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+_id)" value="([^"]*)"', text))


@pytest.mark.requirement("R5-02")
@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_empty_and_full(
    address: str, office: Client, village: Village, minting: str
) -> None:
    assert office.get(address).status_code == 200
    village.customer(1)
    sell(village)
    page = office.get(address)
    assert page.status_code == 200
    assert " style=" not in page.content.decode()


def test_a_management_token(office: Client, home: Any, minting: str) -> None:
    form = {**hidden(office, "/gestion/"), "number": drn(1), "what": "power-limit", "value": "2000"}
    for _ in range(2):
        answer = office.post("/gestion/", form)
        assert answer.headers["Location"] == f"/ventas/{form['sale_id']}/"
    assert Sale.objects.get().kind == "management"
    wrong = {**form, "sale_id": str(uuid.uuid4()), "what": "clear-credit"}
    assert "no es válido" in office.post("/gestion/", wrong).content.decode()


def test_a_planned_key_change(office: Client, home: Any, minting: str) -> None:
    assert office.post("/gestion/llaves/", {"number": drn(1), "krn": 1, "ti": 5}).status_code == 302
    plan = PlannedKeyChange.objects.get()
    assert office.post(f"/gestion/llaves/{plan.pk}/quitar/").status_code == 302
    assert office.post(f"/gestion/llaves/{plan.pk}/quitar/").status_code == 409
    assert (
        "Ningún medidor"
        in office.post("/gestion/llaves/", {"number": "77", "krn": 1, "ti": 5}).content.decode()
    )


def test_a_reversal_from_asking_to_doing(office: Client, village: Village, home: Any, minting: str) -> None:
    sale = sell(village)
    address = f"/ventas/{sale.pk}/reversar/"
    form = {**hidden(office, address), "reason": "medidor equivocado"}
    assert office.post(address, form).headers["Location"] == "/gestion/solicitudes/"
    asked = Approval.objects.get()
    execute = f"/gestion/solicitudes/{asked.pk}/ejecutar/"
    assert "aprobación" in office.post(execute).content.decode()
    assert "espera a otra persona" in office.get("/gestion/solicitudes/").content.decode()
    chief = type(village.supervisor).objects.create_user(
        "chief", provider=village.provider, role="administrator"
    )
    four_eyes.decide(chief, asked, granted=True)
    assert office.post(execute).headers["Location"] == f"/ventas/{sale.pk}/"
    assert Reversal.objects.get().sale == sale
    assert "No hay solicitudes" in office.get("/gestion/solicitudes/").content.decode()


def test_a_free_issue_shows_what_operators_sign(
    office: Client, village: Village, home: Any, minting: str
) -> None:
    form = {**hidden(office, "/gestion/entrega/"), "number": drn(1), "kwh": "5", "reason": "prueba"}
    assert office.post("/gestion/entrega/", form).status_code == 302
    asked = Approval.objects.get()
    assert str(asked.pk) == form["sale_id"]
    address = f"/gestion/solicitudes/{asked.pk}/"
    assert "free_issue" not in office.get(address).content.decode()
    chief = type(village.supervisor).objects.create_user(
        "chief", provider=village.provider, role="administrator"
    )
    four_eyes.decide(chief, asked, granted=True)
    assert "free_issue" in office.get(address).content.decode()
    broken = office.post(f"{address}ejecutar/", {"signatures": "{not json"})
    assert "como la imprimió" in broken.content.decode()
    bad = office.post(f"{address}ejecutar/", {"signatures": '{"operator": "ana", "signature": "00"}'})
    assert "módulo de seguridad" in bad.content.decode()


def test_counters(office: Client, village: Village) -> None:
    office.post("/puntos/comercio/", {"m-name": "Nueva", "m-limit": "500.000"})
    shop = Merchant.objects.get(name="Nueva")
    office.post("/puntos/punto/", {"p-merchant": shop.pk, "p-name": "Caja 9"})
    point = PointOfSale.objects.get(name="Caja 9")
    office.post("/puntos/cupo/", {"l-merchant": shop.pk, "l-limit": "700.000"})
    assert "$ 700.000" in office.get("/puntos/").content.decode()
    for address, row in ((f"/puntos/punto/{point.pk}/", point), (f"/puntos/comercio/{shop.pk}/", shop)):
        office.post(address)
        row.refresh_from_db()
        assert not row.active
    taken = office.post("/puntos/comercio/", {"m-name": "Nueva"})
    assert "Ya hay un comercio" in taken.content.decode()
    stranger = client_of(make_village("Otra empresa").supervisor)
    assert stranger.post(f"/puntos/punto/{point.pk}/").status_code == 404
    assert stranger.post(f"/puntos/comercio/{shop.pk}/").status_code == 404


def test_a_tariff_is_looked_at_before_it_is_published(office: Client, village: Village) -> None:
    form = {
        "code": "COM",
        "name": "Comercial",
        "valid_from": str(TODAY),
        "unit_cost": "1.100,95",
        "name1": "consumo",
        "price1": "855,3207",
    }
    look = office.post("/tarifas/publicar/", {**form, "look": ""}).content.decode()
    assert "$ 25.659,62" in look  # 30 kWh
    assert TariffVersion.objects.count() == 1
    assert office.post("/tarifas/publicar/", {**form, "publish": ""}).status_code == 302
    assert TariffVersion.objects.get(code="COM").steps[0]["price_e4"] == 8_553_207
    past = {**form, "valid_from": str(TODAY - timedelta(1)), "publish": ""}
    assert "ya pasó" in office.post("/tarifas/publicar/", past).content.decode()


def test_the_reference_tariffs_of_a_month(office: Client, village: Village) -> None:
    form = {
        "prefix_code": "ZNI",
        "valid_from": str(TODAY),
        "local_cost": "1100,95",
        "altitude_m": "1150",
        "beyond": "855,32",
        "e1": "346,21",
        "e2": "432,76",
        "e3": "727,02",
    }
    assert TariffVersion.objects.count() == 1
    assert office.post("/tarifas/zni/", {**form, "publish": ""}).status_code == 302
    first = TariffVersion.objects.get(code="ZNI-E1", version=2)
    assert [step["upto_units"] for step in first.steps] == [1300, 8000, None]
    assert TariffVersion.objects.filter(code__in=["ZNI-E2", "ZNI-E3"]).count() == 2


def test_an_obligation(office: Client, village: Village, home: Any) -> None:
    form = {
        "niu": "NIU-0001",
        "kind": "arrears",
        "name": "mora <b>",
        "opening": "50.000",
        "quota_period": "month",
        "share": "10",
        "priority": "5",
        "starts_on": str(TODAY),
    }
    assert office.post("/obligaciones/nueva/", form).status_code == 302
    page = office.get("/obligaciones/").content.decode()
    assert "$ 50.000" in page
    assert "<b>" not in page.replace("<b></b>", "")
    row = ObligationRow.objects.get()
    assert office.post(f"/obligaciones/{row.pk}/terminar/").status_code == 302
    assert (
        "No hay una instalación" in office.post("/obligaciones/nueva/", {**form, "niu": "x"}).content.decode()
    )
    stranger = client_of(make_village("Otra empresa").supervisor)
    assert stranger.post(f"/obligaciones/{row.pk}/terminar/").status_code == 404


def test_a_bill_is_issued_and_paid(office: Client, village: Village, home: Any) -> None:
    Agreement.objects.update(mode="postpaid")
    form = {
        **hidden(office, "/facturas/nueva/"),
        "niu": "NIU-0001",
        "since": "2026-10-01",
        "until": "2026-10-31",
        "mode": "postpaid",
        "kwh": "30",
        "available": "100",
    }
    assert office.post("/facturas/nueva/", form).status_code == 302
    bill = Bill.objects.get()
    assert (
        office.post("/facturas/nueva/", {**form, "bill_id": str(uuid.uuid4()), "kwh": ""}).status_code == 200
    )
    cashier = client_of(village.cashier)
    address = f"/facturas/{bill.pk}/"
    paid = {**hidden(cashier, address), "amount": "10.386,30"}
    assert cashier.post(address, paid).status_code == 302
    assert BillPayment.objects.get().amount_c == bill.total_c == 1_038_630
    assert "pagada" in office.get("/facturas/").content.decode()
    assert office.get(address).headers["Location"] == "/turno/"  # who has no shift takes no money
