"""People and points of supply through the browser's eyes."""

from typing import Any

from django.test import Client
from vending_world import NOW, Village, drn, make_village

from system.registry.models import Agreement, Customer, Device, DeviceInstallation, Installation


def home_form(village: Village, **more: str) -> dict[str, Any]:
    return {
        "persona-document": "60.123.456",
        "persona-name": "  María Fernanda   Ñáñez ",
        "lugar-niu": "N-1",
        "lugar-site": village.site.pk,
        "lugar-sector": "residential",
        "lugar-estrato": "2",
        "contrato-mode": "prepaid",
        "contrato-tariff_code": "ZNI-E1",
        "medidor-maker": "AMB",
        "medidor-serial": "S-1",
        "medidor-drn": drn(1),
        "medidor-sgc": "201457",
        "medidor-krn": "1",
        "medidor-ti": "1",
        "medidor-ken": "255",
        "medidor-ea": "11",
        "medidor-dkga": "04",
        "medidor-tct": "02",
        "medidor-base_date": "2014",
        **more,
    }


def test_the_guided_form_makes_a_home_that_can_be_sold_to(village: Village, office: Client) -> None:
    answer = office.post("/clientes/nuevo/", home_form(village))
    installation = Installation.objects.get()
    assert answer["Location"] == f"/instalaciones/{installation.pk}/"
    person = Customer.objects.get()
    assert (person.document, person.name) == ("60123456", "María Fernanda Ñáñez")
    page = office.get(f"/instalaciones/{installation.pk}/").content.decode()
    assert drn(1) in page
    assert "María Fernanda Ñáñez" in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(village: Village, office: Client) -> None:
    cases = {
        "dígito de control": {"medidor-drn": drn(1)[:-1] + str((int(drn(1)[-1]) + 1) % 10)},
        "Falta, para registrar el medidor": {"medidor-sgc": ""},
        "tiene estrato de 1 a 6": {"lugar-estrato": ""},
        "de 3 a 20 letras": {"persona-document": "?"},
        "por disponibilidad, y sólo": {"contrato-mode": "availability"},
    }
    for sentence, changed in cases.items():
        answer = office.post("/clientes/nuevo/", home_form(village, **changed))
        assert answer.status_code == 200
        assert answer.content.decode().count(sentence) == 2  # at the head of the page, and at the field
    assert not Installation.objects.exists()
    assert not Customer.objects.exists()


def test_what_the_verb_refuses_goes_to_its_field_too(village: Village, office: Client) -> None:
    office.post("/clientes/nuevo/", home_form(village))
    again = office.post(
        "/clientes/nuevo/", home_form(village, **{"lugar-niu": "N-2", "medidor-serial": "S-2"})
    )
    assert "ya lo lleva otro dispositivo" in again.content.decode()
    assert 'id="id_medidor-drn_error"' in again.content.decode()


def test_a_home_without_a_meter_gets_one_later(village: Village, office: Client) -> None:
    bare = dict.fromkeys(("medidor-maker", "medidor-serial", "medidor-drn", "medidor-sgc"), "")
    office.post("/clientes/nuevo/", home_form(village, **bare))
    installation = Installation.objects.get()
    assert "No hay medidor" in office.get(f"/instalaciones/{installation.pk}/").content.decode()
    made = office.post("/medidores/nuevo/", {"kind": "meter", "maker": "AMB", "serial": "S-9", "drn": drn(9)})
    device = Device.objects.get()
    assert made["Location"] == f"/medidores/{device.pk}/"
    assert "no se le puede vender" in office.get(made["Location"]).content.decode()
    at = NOW.strftime("%Y-%m-%dT%H:%M")
    wrong = office.post(
        f"/instalaciones/{installation.pk}/medidor/", {"number": "nada", "at": "2026-11-24T10:00"}
    )
    assert "No hay un medidor libre" in wrong.content.decode()
    future = office.post(f"/instalaciones/{installation.pk}/medidor/", {"number": drn(9), "at": at})
    assert "no puede estar en el futuro" in future.content.decode()  # 15:00 in Bogotá is 20:00 UTC
    office.post(f"/instalaciones/{installation.pk}/medidor/", {"number": drn(9), "at": "2026-11-24T09:30"})
    assert DeviceInstallation.objects.get().installation == installation
    keys = {"sgc": "201457", "krn": 1, "ti": 1, "ken": 255, "ea": "11", "dkga": "04", "tct": "02"}
    office.post(f"/medidores/{device.pk}/llaves/", {**keys, "base_date": "2014"})
    assert device.keyings.get().sgc == "201457"


def test_names_are_searched_for_by_post_so_that_no_address_holds_them(
    village: Village, office: Client
) -> None:
    village.customer(1)
    page = office.post("/clientes/", {"q": "persona 1"}).content.decode()
    assert "Persona 1" in page
    assert "Persona 1" in office.get("/clientes/?q=nadie").content.decode()  # an address asks for nothing
    assert "Nadie responde" in office.post("/clientes/", {"q": "<script>"}).content.decode()


def test_long_lists_have_pages(village: Village, office: Client) -> None:
    Customer.objects.bulk_create(
        Customer(provider=village.provider, name=f"Gente {n:03d}", document=f"D{n}") for n in range(120)
    )
    page = office.post("/clientes/", {"q": "gente", "page": "3"}).content.decode()
    assert "Gente 100" in page
    assert "Página 3 de 3" in page
    assert "Página 1 de 3" in office.get("/clientes/?page=x").content.decode()


def test_contract_and_corrections(village: Village, office: Client) -> None:
    installation = village.customer(1)
    village.customer(2)
    address = f"/instalaciones/{installation.pk}/"
    terms = {"document": "1002", "mode": "postpaid", "tariff_code": "ZNI-E1"}
    assert "Guardar" in office.get(f"{address}contrato/").content.decode()
    assert office.post(f"{address}contrato/", terms).status_code == 302
    assert Agreement.objects.get(installation=installation, valid_to=None).customer.document == "1002"
    nobody = office.post(f"{address}contrato/", {**terms, "document": "999"})
    assert "No hay un cliente con ese documento" in nobody.content.decode()
    place = {"niu": "NIU-0002", "site": village.site.pk, "sector": "residential", "estrato": "1"}
    assert "ya está registrado" in office.post(f"{address}corregir/", place).content.decode()
    assert office.post(f"{address}corregir/", {**place, "niu": "OTRO"}).status_code == 302
    person = Customer.objects.get(document="1001")
    taken = office.post(f"/clientes/{person.pk}/corregir/", {"document": "1002", "name": "x"})
    assert "es de otro cliente" in taken.content.decode()


def test_html_in_a_name_stays_text(village: Village, office: Client) -> None:
    evil = "<img src=x onerror=alert(1)>\"' OR 1=1 --"
    office.post("/clientes/nuevo/", home_form(village, **{"persona-name": evil}))
    for page in ("/clientes/", f"/clientes/{Customer.objects.get().pk}/"):
        text = office.get(page).content.decode()
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


def test_another_providers_rows_are_not_there(village: Village, office: Client) -> None:
    other = make_village("Otra empresa")
    theirs = other.customer(9)
    person = theirs.agreements.get().customer
    device = theirs.devices.get().device
    for address in (
        f"/clientes/{person.pk}/",
        f"/clientes/{person.pk}/corregir/",
        f"/instalaciones/{theirs.pk}/",
        f"/instalaciones/{theirs.pk}/medidor/",
        f"/medidores/{device.pk}/",
        f"/medidores/{device.pk}/llaves/",
    ):
        assert office.get(address).status_code == 404, address
        assert office.post(address, {"number": "x"}).status_code in (404, 405), address
    assert "Otra" not in office.get("/clientes/").content.decode()
    stolen = office.post("/clientes/nuevo/", home_form(village, **{"lugar-site": str(other.site.pk)}))
    assert stolen.status_code == 200
    assert not Installation.objects.filter(niu="N-1").exists()


def test_a_cashier_sees_people_but_changes_nothing(village: Village) -> None:
    installation = village.customer(1)
    client = Client()
    client.force_login(village.cashier, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/instalaciones/{installation.pk}/").content.decode()
    assert "Persona 1" in page
    assert "Cambiar contrato" not in page
    assert client.post(f"/instalaciones/{installation.pk}/contrato/").status_code == 403
