"""Law 1581: the list of personal columns is whole, people get their data, and what no duty keeps goes."""

import io
import json
import logging
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from vending_world import NOW, Village, drn, make_village

from system.accounts.facts import ImmutableFact
from system.accounts.models import AuditRecord, User
from system.config.clock import FixedBusinessClock
from system.registry import personal_data
from system.registry.errors import UnableToRegister
from system.registry.models import Customer, DataConsent
from system.registry.services.inputs import PersonData
from system.registry.services.installations import edit_customer

#: Columns of the rooms' models with text that are nobody's data: why is in the name.
NOT_PERSONAL = {
    "registry.Customer": set[str](),
    "registry.Installation": set[str](),
    "registry.DataConsent": set[str](),
}


@pytest.fixture
def person(village: Village) -> Customer:
    found: Customer = village.customer(1).agreements.get().customer
    found.name, found.phone, found.email = "Rosalba Ortiz Quintero", "3009998877", "rosalba@example.co"
    found.save()
    return found


def test_every_column_of_the_list_exists_and_no_text_is_forgotten() -> None:
    listed = {part.model: set(part.columns) for part in personal_data.personal_data()}
    for label, columns in listed.items():
        names = {field.name for field in apps.get_model(label)._meta.get_fields()}
        assert {column.split("__")[0] for column in columns} <= names, label
    for label, known in NOT_PERSONAL.items():
        texts = {
            field.name
            for field in apps.get_model(label)._meta.get_fields()
            if isinstance(field, models.CharField | models.TextField)
            and getattr(field, "source", None) not in listed[label]  # only another spelling of what is listed
        }
        assert texts <= listed[label] | known, label


def test_a_person_gets_everything_that_is_known(village: Village, person: Customer) -> None:
    village.customer(2)
    content = personal_data.export_personal_data(village.supervisor, person)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["datos.json", "LEAME.txt"]
        said = json.loads(archive.read("datos.json"))
    assert said["format"] == "amibench-personal-data/1"
    assert said["parts"]["persona"][0]["phone"] == "3009998877"
    assert [home["niu"] for home in said["parts"]["instalaciones"]] == ["NIU-0001"]
    assert said["parts"]["contratos"][0]["tariff_code"] == "ZNI-E1"
    assert "Persona 2" not in json.dumps(said)
    record = AuditRecord.objects.get(action="personal-data.export")
    assert record.subject == f"customer:{person.pk}"
    assert "Rosalba" not in str(record.detail)


def test_consent_is_a_fact(village: Village, person: Customer) -> None:
    row = personal_data.record_consent(
        village.supervisor, person, given=True, channel="signed", reference="carpeta 3"
    )
    person.refresh_from_db()
    assert person.data_consent_at == row.recorded_at
    personal_data.record_consent(village.supervisor, person, given=False, channel="written", reference="")
    person.refresh_from_db()
    assert person.data_consent_at is None
    assert list(DataConsent.objects.values_list("given", flat=True)) == [True, False]
    with pytest.raises(ImmutableFact):
        row.delete()
    with pytest.raises(DatabaseError, match="facts"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_data_consent SET given = NOT given")


def test_while_a_contract_holds_only_contact_data_go(village: Village, person: Customer) -> None:
    personal_data.record_consent(village.supervisor, person, given=True, channel="spoken", reference="")
    assert personal_data.erase_personal_data(village.supervisor, person) == personal_data.Erasure(whole=False)
    person.refresh_from_db()
    assert (person.phone, person.email, person.data_consent_at) == ("", "", None)
    assert person.name == "Rosalba Ortiz Quintero"
    assert DataConsent.objects.filter(given=False).count() == 1


def test_ten_years_after_the_last_contract_everything_goes(
    village: Village, person: Customer, business_time: FixedBusinessClock
) -> None:
    agreement = person.agreements.get()
    agreement.ends(NOW - timedelta(days=1))
    kept = personal_data.retention_duty(person)
    assert (kept.whole, kept.until and kept.until.year) == (False, NOW.year + 10)
    login = User.objects.create_user(
        "rosalba", "una clave larga 1", provider=village.provider, role="subscriber", customer=person
    )
    agreement.installation.address = "casa 7"
    agreement.installation.save()
    business_time.instant = NOW + timedelta(days=3660)
    assert personal_data.erase_personal_data(village.supervisor, person).whole
    person.refresh_from_db()
    login.refresh_from_db()
    assert (person.name, person.document) == (f"Persona suprimida {person.pk}", f"SUPRIMIDO-{person.pk}")
    assert (login.is_active, login.has_usable_password()) == (False, False)
    assert person.agreements.get() == agreement  # the books keep their rows
    agreement.installation.refresh_from_db()
    assert agreement.installation.address == ""
    for again in (
        lambda: personal_data.erase_personal_data(village.supervisor, person),
        lambda: edit_customer(village.supervisor, person, PersonData("1", "x")),
    ):
        with pytest.raises(UnableToRegister, match="suprimidos"):
            again()


def test_who_never_had_a_contract_goes_at_once(village: Village) -> None:
    loose = Customer.objects.create(provider=village.provider, name="Fidel", document="77")
    assert personal_data.retention_duty(loose).whole
    personal_data.erase_personal_data(village.supervisor, loose)
    loose.refresh_from_db()
    assert loose.pseudonymised_at is not None


def test_another_providers_people_are_not_there(village: Village, person: Customer) -> None:
    stranger = make_village("Otra empresa").supervisor
    for attempt in (
        lambda: personal_data.export_personal_data(stranger, person),
        lambda: personal_data.erase_personal_data(stranger, person),
        lambda: personal_data.record_consent(stranger, person, given=True, channel="signed", reference=""),
    ):
        with pytest.raises(UnableToRegister):
            attempt()


def test_logs_and_audit_trail_hold_no_personal_data(
    village: Village, person: Customer, chief: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """The main flows at the loudest level: nothing of the person is in a line or in the trail."""
    secrets = ("Rosalba", "Quintero", "3009998877", "rosalba@", "9988776655", "Vereda Secreta")
    form = {
        "persona-document": "9988776655",
        "persona-name": "Rosalba Quintero",
        "persona-phone": "3009998877",
        "lugar-niu": "N-77",
        "lugar-site": village.site.pk,
        "lugar-address": "Vereda Secreta",
        "lugar-sector": "residential",
        "lugar-estrato": "1",
        "contrato-mode": "prepaid",
        "contrato-tariff_code": "ZNI-E1",
        "medidor-krn": "1",
        "medidor-ti": "1",
        "medidor-ken": "255",
        "medidor-ea": "11",
        "medidor-dkga": "04",
        "medidor-tct": "02",
        "medidor-base_date": "2014",
    }
    address = f"/clientes/{person.pk}/"
    flows: list[tuple[str, dict[str, Any] | None]] = [
        ("/clientes/", {"q": "Rosalba Quintero"}),
        (address, None),
        (f"{address}corregir/", {"document": "1001", "name": "Rosalba Quintero", "phone": "3009998877"}),
        (f"{address}autorizacion/", {"channel": "signed", "given": "yes"}),
        (f"{address}datos.zip", {}),
        ("/clientes/nuevo/", form),
        ("/clientes/nuevo/", form),  # refused: it is there already
        (f"{address}suprimir/", {}),
        ("/clientes/999999/", None),
        (f"/medidores/?q={drn(1)}", None),
    ]
    with caplog.at_level(logging.DEBUG):
        for path, data in flows:
            answer = chief.get(path) if data is None else chief.post(path, data)
            assert answer.status_code in (200, 302, 404), path
    trail = json.dumps(list(AuditRecord.objects.values("action", "subject", "detail")), default=str)
    said = "\n".join([record.getMessage() for record in caplog.records])
    for secret in secrets:
        assert secret not in said, secret
        assert secret not in trail, secret
    assert Customer.objects.filter(document="9988776655").exists()
