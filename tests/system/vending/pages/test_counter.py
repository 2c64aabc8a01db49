"""The cashier's screen: two inputs, the name before the money, one token, whatever a browser repeats."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from vending_world import Village, drn, make_village

from system.registry.models import Customer
from system.vending.models import OpenSale, Sale, TicketPrint, Token
from system.vending.services.shifts import close_shift
from system.vending.templatetags.vending import price


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


@pytest.fixture
def cashier(village: Village) -> Client:
    client = Client()
    client.force_login(village.cashier, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hidden(answer: Any) -> dict[str, str]:
    """The hidden fields of the form that confirms."""
    text = answer.content.decode()
    return dict(re.findall(r'name="(sale_id|number|amount|kwh)" value="([^"]*)"', text))


def asked(cashier: Client, **data: str) -> Any:
    return cashier.post("/venta/oferta/", {"number": drn(1), "amount": "10.000", **data})


@pytest.mark.requirement("R5.3-02")
def test_the_name_and_the_price_are_shown_before_anything_is_charged(cashier: Client, home: Any) -> None:
    page = asked(cashier).content.decode()
    assert "Persona 1" in page
    assert "28,8 kWh" in page
    assert not Sale.objects.exists()


@pytest.mark.requirement("R5.3-02")
def test_the_whole_flow(cashier: Client, home: Any, minting: str) -> None:
    form = hidden(asked(cashier))
    answer = cashier.post("/venta/cobrar/", form, follow=True)
    token = Token.objects.get()
    grouped = " ".join(re.findall("....", token.digits))
    assert grouped in answer.content.decode()
    # the browser sends the form again: the same sale, the same token
    again = cashier.post("/venta/cobrar/", form, follow=True)
    assert grouped in again.content.decode()
    assert Token.objects.count() == 1
    sale = Sale.objects.get()
    for address, kind in (
        (f"/ventas/{sale.pk}/tiquete/", "text/html"),
        (f"/ventas/{sale.pk}/tiquete.png", "image/png"),
        (f"/ventas/{sale.pk}/recibo.pdf", "application/pdf"),
    ):
        got = cashier.get(address)
        assert got.status_code == 200
        assert got["Content-Type"].startswith(kind)
    assert drn(1) in cashier.get("/ventas/").content.decode()


def test_every_print_but_the_first_says_so(cashier: Client, home: Any, minting: str) -> None:
    cashier.post("/venta/cobrar/", hidden(asked(cashier)))
    sale = Sale.objects.get()
    first, second = (cashier.post(f"/ventas/{sale.pk}/tiquete.bin").content for _ in range(2))
    assert b"REIMPRESI" not in first
    assert b"REIMPRESI" in second
    assert list(TicketPrint.objects.values_list("copy", flat=True).order_by("copy")) == [1, 2]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"amount": ""}, "sólo uno"),
        ({"kwh": "5"}, "sólo uno"),
        ({"amount": "diez mil"}, "Escriba un número"),
        ({"amount": "10.000,123"}, "decimales"),
        ({"amount": "-5"}, "Escriba un número"),
        ({"amount": "9" * 30}, "demasiado grande"),
        ({"amount": "1"}, "debe estar entre"),
        ({"number": "'; DROP TABLE vending_sale; --"}, "Ningún medidor"),
        ({"number": "<script>alert(1)</script>"}, "Ningún medidor"),
        ({"number": "٣٤٥"}, "Ningún medidor"),
        ({"number": "x" * 41}, "40"),
    ],
)
def test_what_is_typed_wrong_is_said_in_a_sentence(
    cashier: Client, home: Any, data: dict[str, str], words: str
) -> None:
    answer = asked(cashier, **data)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in page
    assert "<script>" not in page


def test_a_customers_name_is_text(cashier: Client, home: Any) -> None:
    Customer.objects.update(name="<b>Ñ</b> {{ 7|add:7 }} '\"")
    page = asked(cashier).content.decode()
    assert "<b>Ñ</b>" not in page
    assert "&lt;b&gt;Ñ&lt;/b&gt; {{ 7|add:7 }}" in page


def test_without_a_shift_the_counter_sends_to_it(cashier: Client, village: Village) -> None:
    close_shift(village.cashier, village.shift, 0)
    assert cashier.get("/venta/").headers["Location"] == "/turno/"
    form = {"sale_id": str(uuid.uuid4()), "number": drn(1), "amount": "10.000"}
    assert cashier.post("/venta/cobrar/", form).headers["Location"] == "/turno/"


def test_a_module_that_is_down_leaves_a_sale_that_can_be_asked_for(
    cashier: Client, home: Any, minting: str, settings: Any
) -> None:
    settings.SECURITY_MODULE_URL = "unix:///nowhere"
    form = hidden(asked(cashier))
    answer = cashier.post("/venta/cobrar/", form)
    assert answer.status_code == 503
    assert "no respondió" in answer.content.decode()
    assert "sin resultado" in cashier.get("/venta/").content.decode()
    settings.SECURITY_MODULE_URL = minting
    resolved = cashier.post(f"/venta/{form['sale_id']}/consultar/")
    assert resolved.status_code == 409
    assert "no se cobró" in resolved.content.decode().lower()
    assert not OpenSale.objects.exists()


def test_another_providers_rows_are_not_there(cashier: Client, home: Any, minting: str) -> None:
    cashier.post("/venta/cobrar/", hidden(asked(cashier)))
    sale = Sale.objects.get()
    other = make_village("Otra empresa")
    stranger = Client()
    stranger.force_login(other.cashier, backend="django.contrib.auth.backends.ModelBackend")
    chief = Client()
    chief.force_login(other.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    for client in (stranger, chief):
        for address in ("", "tiquete/", "tiquete.png", "recibo.pdf"):
            assert client.get(f"/ventas/{sale.pk}/{address}").status_code == 404
    assert stranger.post(f"/venta/{sale.pk}/consultar/").status_code == 404
    assert drn(1) not in chief.get("/ventas/?day=2026-11-24").content.decode()
    assert "Ningún medidor" in asked(stranger).content.decode()


def test_a_form_without_its_token_is_refused(village: Village, home: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(village.cashier, backend="django.contrib.auth.backends.ModelBackend")
    assert asked(client).status_code == 403


def test_shift_and_deposit_pages(cashier: Client, village: Village, home: Any, minting: str) -> None:
    cashier.post("/venta/cobrar/", hidden(asked(cashier)))
    assert "$ 10.000" in cashier.get("/turno/").content.decode()
    closed = cashier.post("/turno/cerrar/", {"cash": "9.000", "note": "faltan mil"}, follow=True)
    assert "de menos" in closed.content.decode()
    opened = cashier.post(
        "/turno/abrir/",
        {"shift_id": str(uuid.uuid4()), "point_of_sale": village.point_of_sale.pk, "cash": "0"},
    )
    assert opened.headers["Location"] == "/venta/"
    chief = Client()
    chief.force_login(village.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    form = {
        "deposit_id": str(uuid.uuid4()),
        "merchant": village.merchant.pk,
        "amount": "4.000",
        "reference": "R-1",
    }
    for _ in range(2):
        assert chief.post("/consignaciones/", form).status_code == 302
    page = chief.get("/consignaciones/").content.decode()
    assert "$ 6.000" in page


def test_an_unfinished_sale_is_shown_in_pesos(cashier: Client, home: Any, village: Village) -> None:
    """Ten thousand pesos are not a million: the books count centavos, people do not."""
    form = hidden(asked(cashier))
    assert cashier.post("/venta/cobrar/", form).status_code == 503
    page = cashier.get("/venta/").content.decode()
    assert "Una venta de $ 10.000 quedó sin resultado" in page


def test_a_price_is_rounded_half_up_in_integers() -> None:
    assert [price(price_e4) for price_e4 in (250, 249, 3_271_350)] == [
        "$ 0,03/kWh",
        "$ 0,02/kWh",
        "$ 327,14/kWh",
    ]
