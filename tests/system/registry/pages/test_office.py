"""Places, groups, devices, import and personal data through the browser's eyes."""

import io
import uuid
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from vending_world import NOW, Village, drn, make_village

from system.accounts.models import User
from system.registry.importing.spreadsheets import MAX_BYTES
from system.registry.models import (
    Community,
    Customer,
    Device,
    Feeder,
    Group,
    GroupMembership,
    ImportDraft,
    Installation,
    Site,
)

ROW = f"9001;Nueva;IMP-1;Microrred San Juan;1;ZNI-E1;AMB;IMP-1;{drn(700)};201457"
HEAD = "documento;nombre;niu;sitio;estrato;tarifa;fabricante;serie;drn;sgc"


def upload(client: Client, content: bytes, name: str = "lista.csv") -> str:
    answer = client.post("/importar/", {"file": SimpleUploadedFile(name, content)})
    return str(answer["Location"]) if answer.status_code == 302 else answer.content.decode()


def test_places_one_after_the_other(office: Client, db: None) -> None:
    office.post(
        "/lugares/comunidad/", {"name": "El Aserrío", "municipality": "Teorama", "altitude_m": "1150"}
    )
    community = Community.objects.get(name="El Aserrío")
    office.post("/lugares/sitio/", {"community": community.pk, "name": "Nanorred", "kind": "nano"})
    site = Site.objects.get(community=community)
    office.post("/lugares/circuito/", {"site": site.pk, "name": "Circuito 1"})
    assert Feeder.objects.get().site == site
    page = office.get("/lugares/").content.decode()
    assert "El Aserrío" in page
    assert "Circuito 1" in page
    again = office.post("/lugares/circuito/", {"site": site.pk, "name": "Circuito 1"})
    assert "ya existe" in again.content.decode()
    high = office.post("/lugares/comunidad/", {"name": "x", "municipality": "y", "altitude_m": "9000"})
    assert "errorlist" in high.content.decode()


def test_groups(village: Village, office: Client, business_time: object) -> None:
    village.customer(1)
    village.customer(2)
    assert "Todavía no hay grupos" in office.get("/grupos/").content.decode()
    office.post("/grupos/nuevo/", {"axis": "zone", "name": "Sector alto"})
    group = Group.objects.get()
    wrong = office.post(f"/grupos/{group.pk}/agregar/", {"nius": "NIU-0001, NADA"})
    assert "No existe el NIU NADA" in wrong.content.decode()
    assert "al menos un NIU" in office.post(f"/grupos/{group.pk}/agregar/", {}).content.decode()
    office.post(f"/grupos/{group.pk}/agregar/", {"nius": "NIU-0001\n", "site": village.site.pk})
    assert GroupMembership.objects.count() == 2
    business_time.instant = NOW.replace(hour=20)  # type: ignore[attr-defined]
    membership = GroupMembership.objects.first()
    assert membership is not None
    office.post(f"/grupos/miembros/{membership.pk}/retirar/")
    page = office.get(f"/grupos/{group.pk}/").content.decode()
    assert "Antes" in page
    assert "Sector alto" in office.get("/grupos/").content.decode()


def test_devices_by_state(village: Village, office: Client) -> None:
    village.customer(1)
    Device.objects.create(provider=village.provider, kind="meter", maker="AMB", serial="LIBRE")
    free = office.get("/medidores/?estado=free").content.decode()
    assert "LIBRE" in free
    assert drn(1) not in free
    assert "LIBRE" in office.get("/medidores/?estado=unkeyed").content.decode()
    assert "LIBRE" in office.get("/medidores/?estado=rubbish").content.decode()
    taken = office.post("/medidores/nuevo/", {"kind": "meter", "maker": "AMB", "serial": "LIBRE"})
    assert "ya está registrada" in taken.content.decode()


def test_a_file_is_reviewed_then_taken(village: Village, office: Client) -> None:
    where = upload(office, f"{HEAD}\n{ROW}".encode())
    page = office.get(where).content.decode()
    assert "1 fila, todo bien" in page
    assert not Installation.objects.exists()
    assert office.post(f"{where}importar/")["Location"] == "/clientes/"
    assert Installation.objects.get().niu == "IMP-1"
    assert office.get(where).status_code == 404


def test_a_file_with_errors_shows_them_and_cannot_be_taken(village: Village, office: Client) -> None:
    where = upload(office, f"{HEAD}\n{ROW}\n{ROW.replace(';1;', ';8;')}".encode())
    page = office.get(where).content.decode()
    assert "De 1 a 6" in page or "de 1 a 6" in page
    errors = office.get(f"{where}errores.csv")
    assert errors.content.startswith(b"\xef\xbb\xbffila;columna;error")
    office.post(f"{where}importar/")
    assert not Installation.objects.exists()
    office.post(f"{where}descartar/")
    assert not ImportDraft.objects.exists()


def test_what_cannot_be_read_is_refused_in_a_sentence(village: Village, office: Client) -> None:
    for content, sentence in (
        ("nombre\nÑ".encode("latin-1"), "UTF-8"),
        (b"", "vacío"),
        (b"x" * (MAX_BYTES + 1), "más de 2 MB"),
        (b"PK\x03\x04", "dañado"),
        (b"nombre\nx", "Falta la columna"),
    ):
        assert sentence in upload(office, content)
    assert "obligatorio" in office.post("/importar/", {}).content.decode()
    assert not ImportDraft.objects.exists()


def test_a_file_is_its_bringers_alone(village: Village, office: Client, chief: Client) -> None:
    where = upload(office, f"{HEAD}\n{ROW}".encode())
    assert chief.get(where).status_code == 404
    assert chief.post(f"{where}importar/").status_code == 404
    assert office.get(f"/importar/{uuid.UUID(int=1)}/").status_code == 404


def test_the_template_is_a_workbook(office: Client) -> None:
    answer = office.get("/importar/plantilla.xlsx")
    assert zipfile.is_zipfile(io.BytesIO(answer.content))
    assert "plantilla" in answer["Content-Disposition"]


def test_consent_export_and_erasure(village: Village, office: Client, chief: Client) -> None:
    village.customer(1)
    person = Customer.objects.get()
    address = f"/clientes/{person.pk}/"
    office.post(f"{address}autorizacion/", {"channel": "signed", "reference": "carpeta 1", "given": "yes"})
    assert "carpeta 1" in office.get(address).content.decode()
    office.post(f"{address}autorizacion/", {"channel": "rumour", "given": "yes"})
    assert person.consents.count() == 1
    assert office.post(f"{address}datos.zip").status_code == 403
    answer = chief.post(f"{address}datos.zip")
    assert zipfile.is_zipfile(io.BytesIO(answer.content))
    assert chief.get(f"{address}datos.zip").status_code == 405
    assert "contrato vigente" in chief.get(f"{address}suprimir/").content.decode()
    assert office.post(f"{address}suprimir/").status_code == 403
    chief.post(f"{address}suprimir/")
    person.refresh_from_db()
    assert person.data_consent_at is None


def test_another_providers_groups_and_personal_data_are_not_there(village: Village, chief: Client) -> None:
    other = make_village("Otra empresa")
    person = other.customer(9).agreements.get().customer
    group = Group.objects.create(provider=other.provider, axis="zone", name="x")
    assert chief.get(f"/grupos/{group.pk}/").status_code == 404
    assert chief.post(f"/clientes/{person.pk}/datos.zip").status_code == 404
    assert chief.post(f"/clientes/{person.pk}/suprimir/").status_code == 404
    assert User.objects.filter(provider=other.provider).exists()
