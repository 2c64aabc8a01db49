"""Users are changed by another administrator, within a provider, and one administrator always stays."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from vending_world import Village, make_village

from system.accounts import services
from system.accounts.models import AuditRecord, User
from system.accounts.services import UnableToCreateUser, create_staff


def test_first_passwords_are_long_and_never_the_same() -> None:
    made = {services.first_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password) for password in made)


def test_who_is_invited_changes_the_password_at_once(village: Village, administrator: User) -> None:
    user, password = services.invite(administrator, "beto", role="cashier", name="Beto Díaz")
    client = Client()
    client.post("/cuentas/login/", {"login": "beto", "password": password})
    for address in ("/", "/venta/", "/ventas/", "/mi-cuenta/"):
        assert client.get(address)["Location"] == "/cuentas/password/change/"
    assert "sólo para el primer ingreso" in client.get("/cuentas/password/change/").content.decode()
    changed = {"oldpassword": password, "password1": "otra clave larga 2", "password2": "otra clave larga 2"}
    assert client.post("/cuentas/password/change/", changed)["Location"] == "/mi-cuenta/"
    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert not user.must_change_password
    assert AuditRecord.objects.filter(action="login.password", user=user).exists()


@pytest.mark.requirement("R4.1-01")
@pytest.mark.parametrize("weak", ["corta", "123456789012", "contraseña12" * 0 + "password1234"])
def test_weak_passwords_are_refused(weak: str, administrator: User) -> None:
    with pytest.raises(UnableToCreateUser):
        create_staff("x", weak, role="cashier", provider=administrator.provider)


def test_roles_and_suspension(administrator: User, person: Callable[..., User]) -> None:
    clerk = person("beto", "cashier")
    services.change_role(administrator, clerk, "operator")
    services.change_role(administrator, clerk, "operator")  # nothing changes, nothing is written
    services.suspend(administrator, clerk)
    services.restore(administrator, clerk)
    clerk.refresh_from_db()
    assert (clerk.role, clerk.is_active) == ("operator", True)
    details = AuditRecord.objects.filter(subject=f"user:{clerk.pk}", user=administrator)
    assert [row.detail for row in details] == [
        {"from": "cashier", "to": "operator"},
        {"active": False},
        {"active": True},
    ]
    for wrong in ("subscriber", "king"):
        with pytest.raises(services.UnableToChangeUser):
            services.change_role(administrator, clerk, wrong)


def test_nobody_changes_himself_or_the_last_administrator(
    administrator: User, person: Callable[..., User]
) -> None:
    second = person("zoe", "administrator")
    with pytest.raises(services.UnableToChangeUser, match="propio usuario"):
        services.suspend(administrator, administrator)
    services.suspend(administrator, second)
    services.restore(administrator, second)
    administrator.is_active = False
    administrator.save()
    third = person("yo", "administrator")
    services.change_role(second, third, "auditor")
    with pytest.raises(services.UnableToChangeUser, match="no existe"):  # an auditor changes nobody
        services.suspend(third, second)


def test_the_last_administrator_stays(administrator: User, person: Callable[..., User]) -> None:
    second = person("zoe", "administrator")
    # two who act at once on what they saw before: the second is refused
    stale = User.objects.get(pk=administrator.pk)
    services.suspend(second, administrator)
    with pytest.raises(services.UnableToChangeUser, match="último administrador"):
        services.suspend(stale, second)


def test_a_new_password_ends_sessions(administrator: User, person: Callable[..., User]) -> None:
    clerk = person("beto", "cashier")
    client = Client()
    client.post("/cuentas/login/", {"login": "beto", "password": "una clave larga 1"})
    assert client.get("/").status_code == 200
    password = services.reset_password(administrator, clerk)
    assert client.get("/").status_code == 302
    assert "/cuentas/login/" in client.get("/")["Location"]
    client.post("/cuentas/login/", {"login": "beto", "password": password})
    assert client.get("/")["Location"] == "/cuentas/password/change/"


def test_suspension_ends_sessions_at_once(administrator: User, person: Callable[..., User]) -> None:
    clerk = person("beto", "cashier")
    client = Client()
    client.post("/cuentas/login/", {"login": "beto", "password": "una clave larga 1"})
    services.suspend(administrator, clerk)
    assert "/cuentas/login/" in client.get("/")["Location"]
    client.post("/cuentas/login/", {"login": "beto", "password": "una clave larga 1"})
    assert "/cuentas/login/" in client.get("/")["Location"]


def test_pages_of_users(office: Client, administrator: User, person: Callable[..., User]) -> None:
    clerk = person("beto", "cashier")
    assert "beto" in office.get("/usuarios/").content.decode()
    made = office.post("/usuarios/nuevo/", {"username": "nora", "name": "Nora Ruiz", "role": "auditor"})
    shown = re.search(r'class="token">([a-z0-9-]{19})<', made.content.decode())
    assert shown is not None
    nora = User.objects.get(username="nora")
    assert nora.check_password(shown[1])
    assert shown[1] not in office.get(f"/usuarios/{nora.pk}/").content.decode()
    taken = office.post("/usuarios/nuevo/", {"username": "NORA", "name": "x", "role": "auditor"})
    assert "ya existe" in taken.content.decode()
    strange = office.post("/usuarios/nuevo/", {"username": "ñ /x", "name": "x", "role": "subscriber"})
    assert strange.content.decode().count("errorlist") == 2
    base = f"/usuarios/{clerk.pk}/"
    office.post(f"{base}rol/", {"role": "operator"})
    office.post(f"{base}rol/", {"role": "king"})
    office.post(f"{base}suspender/")
    clerk.refresh_from_db()
    assert (clerk.role, clerk.is_active) == ("operator", False)
    assert "Dejar entrar de nuevo" in office.get(base).content.decode()
    office.post(f"{base}restaurar/")
    assert 'class="token"' in office.post(f"{base}clave/").content.decode()
    own = office.post(f"/usuarios/{administrator.pk}/clave/", follow=True)
    assert "propio usuario" in own.content.decode()


def test_another_providers_users_are_not_there(office: Client, administrator: User) -> None:
    other = make_village("Otra empresa").cashier
    for action in ("", "rol/", "suspender/", "restaurar/", "clave/", "factor/"):
        client_answer = office.get(f"/usuarios/{other.pk}/") if not action else None
        answer = client_answer or office.post(f"/usuarios/{other.pk}/{action}", {"role": "auditor"})
        assert answer.status_code == 404, action
    with pytest.raises(services.UnableToChangeUser):
        services.reset_password(administrator, other)


def test_a_refusal_is_in_the_language_of_its_reader(administrator: User) -> None:
    """Pages and API are Spanish, the command line is English."""
    for username, role, spanish, english in (
        ("x", "king", "Ese rol no existe: use Administrador, Supervisor", "there is no role 'king'"),
        ("ana", "cashier", "Ya existe", ""),
    ):
        with pytest.raises(UnableToCreateUser) as refused:
            create_staff(username, "una clave larga 1", role=role, provider=administrator.provider)
        assert spanish in str(refused.value)
        assert english in refused.value.english
