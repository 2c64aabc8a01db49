"""A subscriber sees his own account: what he bought, what he owes, his data; and nobody else's."""

import io
import json
import uuid
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from vending_world import NOW, Village, drn, make_village

from system.accounts.models import AuditRecord, User
from system.accounts.permissions import Role
from system.accounts.services import UnableToChangeUser, invite_subscriber
from system.registry.models import Agreement, Customer
from system.vending.pricing import ObligationKind
from system.vending.selectors.customer_account import debts_of, months_of, present_homes
from system.vending.services.obligations import ObligationTerms, open_obligation
from system.vending.services.sell_energy import SaleRequest, sell_energy

BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESS = "/mi-servicio/"


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


@pytest.fixture
def owner(home: Any) -> Customer:
    found: Customer = home.agreements.get().customer
    return found


def user_of(village: Village, customer: Customer, name: str = "rosalba") -> User:
    return User.objects.create_user(name, provider=village.provider, role=Role.SUBSCRIBER, customer=customer)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def sell(village: Village, number: int, amount_c: int = 500_000) -> Any:
    return sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(number), amount_c))


def test_purchases_with_their_tokens(village: Village, owner: Customer, minting: str) -> None:
    sales = [sell(village, 1), sell(village, 1, 300_000)]
    page = client_of(user_of(village, owner)).get(ADDRESS).content.decode()
    for sale in sales:
        digits = sale.tokens.get().digits
        assert " ".join(digits[at : at + 4] for at in range(0, 20, 4)) in page
        assert sale.number in page
    (month,) = months_of(owner)
    assert (month.purchases, month.amount_c) == (2, 800_000)
    assert month.units == sum(sale.units for sale in sales)


def test_nothing_of_a_neighbour(village: Village, owner: Customer, minting: str) -> None:
    village.customer(2)
    other = sell(village, 2)
    page = client_of(user_of(village, owner)).get(ADDRESS).content.decode()
    assert drn(2) not in page
    assert other.number not in page
    assert "Persona 2" not in page
    assert "Aún no hay recargas" in page


def test_who_lives_there_now_does_not_see_who_did_before(
    village: Village, home: Any, owner: Customer, minting: str, business_time: Any
) -> None:
    before = sell(village, 1)
    old = home.agreements.get()
    later = NOW + timedelta(days=1)
    old.ends(later)
    new = Customer.objects.create(provider=village.provider, name="Nueva", document="777")
    Agreement.objects.create(
        provider=village.provider,
        installation=home,
        customer=new,
        mode="prepaid",
        tariff_code="ZNI-E1",
        valid_from=later,
    )
    business_time.instant = later + timedelta(days=1)
    after = sell(village, 1)
    now = client_of(user_of(village, new)).get(ADDRESS).content.decode()
    assert after.number in now
    assert before.number not in now
    gone = user_of(village, owner, "antes")
    assert present_homes(gone, owner) == []
    page = client_of(gone).get(ADDRESS).content.decode()
    assert before.number in page
    assert after.number not in page
    assert "No hay un servicio a su nombre" in page


def test_debts(village: Village, home: Any, owner: Customer) -> None:
    user = user_of(village, owner)
    assert "No debe nada" in client_of(user).get(ADDRESS).content.decode()
    terms = ObligationTerms(
        ObligationKind.ARREARS, "Mora de mayo", NOW.date(), opening_c=4_500_000, share_ppm=200_000
    )
    open_obligation(village.supervisor, home, terms)
    assert [debt.owed_c for debt in debts_of(owner, present_homes(user, owner))] == [4_500_000]
    assert "$ 45.000" in client_of(user).get(ADDRESS).content.decode()


def test_his_data_to_take_along(village: Village, owner: Customer, minting: str) -> None:
    sell(village, 1)
    user = user_of(village, owner)
    answer = client_of(user).post(f"{ADDRESS}datos.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        said = json.loads(archive.read("datos.json"))
    assert [row["document"] for row in said["parts"]["persona"]] == [owner.document]
    assert len(said["parts"]["ventas"]) == 1
    assert AuditRecord.objects.filter(user=user, subject=f"customer:{owner.pk}").exists()
    assert client_of(user).get(f"{ADDRESS}datos.zip").status_code == 405


def test_every_other_page_is_closed_to_him(village: Village, owner: Customer) -> None:
    client = client_of(user_of(village, owner))
    for address in ("/ventas/", "/clientes/", "/venta/", f"/clientes/{owner.pk}/", "/reportes/"):
        assert client.get(address).status_code in (403, 404), address


def test_an_administrator_gives_him_a_login_once(village: Village, owner: Customer) -> None:
    chief = User.objects.create_user("jefa", provider=village.provider, role=Role.ADMINISTRATOR)
    page = client_of(chief).post(f"/clientes/{owner.pk}/usuario/", {"username": "rosalba"}).content.decode()
    made = User.objects.get(username="rosalba")
    assert (made.role, made.customer, made.must_change_password) == (Role.SUBSCRIBER, owner, True)
    assert any(made.check_password(word) for word in page.replace("<", " ").replace(">", " ").split())
    with pytest.raises(UnableToChangeUser, match="ya tiene"):
        invite_subscriber(chief, owner, "rosalba-2")
    again = client_of(chief).post(f"/clientes/{owner.pk}/usuario/", {"username": "otro"}, follow=True)
    assert "ya tiene un usuario" in again.content.decode()
    assert User.objects.filter(role=Role.SUBSCRIBER).count() == 1


def test_who_may_not_gives_no_login(village: Village, owner: Customer) -> None:
    other = make_village("Otra empresa")
    stranger = User.objects.create_user("ajena", provider=other.provider, role=Role.ADMINISTRATOR)
    for by in (stranger, village.supervisor):
        with pytest.raises(UnableToChangeUser, match="no existe"):
            invite_subscriber(by, owner, "x")
    assert client_of(stranger).post(f"/clientes/{owner.pk}/usuario/", {"username": "x"}).status_code == 404
    chief = User.objects.create_user("jefa", provider=village.provider, role=Role.ADMINISTRATOR)
    for name in ("", "con espacio", "jefa", "<b>"):
        client_of(chief).post(f"/clientes/{owner.pk}/usuario/", {"username": name})
    assert not User.objects.filter(role=Role.SUBSCRIBER).exists()
