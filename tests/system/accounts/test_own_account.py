"""One's own account: password, second factor, session, and pages that are not there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.utils import timezone

from system.accounts import services
from system.accounts.models import AuditRecord, User

PASSWORD = "una clave larga 1"


@pytest.fixture
def clerk(person: Callable[..., User]) -> User:
    return person("beto", "cashier", name="Beto Díaz")


def enter(name: str = "beto", password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/cuentas/login/", {"login": name, "password": password})
    return client


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def activate(client: Client) -> str:
    assert "/cuentas/reauthenticate/" in client.get("/cuentas/2fa/totp/activate/")["Location"]
    client.post("/cuentas/reauthenticate/", {"password": PASSWORD})
    page = client.get("/cuentas/2fa/totp/activate/").content.decode()
    found = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert found is not None
    client.post("/cuentas/2fa/totp/activate/", {"code": code(found[1])})
    return found[1]


def test_my_account_says_who_and_until_when(clerk: User) -> None:
    page = enter().get("/mi-cuenta/").content.decode()
    assert "Beto Díaz" in page
    assert "termina a las" in page
    assert "no tiene" in page


@pytest.mark.requirement("R4.1-01")
def test_a_second_factor_is_asked_for_after_it_was_set(
    clerk: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = enter()
    with django_capture_on_commit_callbacks(execute=True):
        secret = activate(client)
    assert "Activa" in client.get("/cuentas/2fa/").content.decode()
    assert AuditRecord.objects.filter(action="login.mfa", user=clerk).exists()
    again = Client()
    asked = again.post("/cuentas/login/", {"login": "beto", "password": PASSWORD})
    assert asked["Location"].startswith("/cuentas/2fa/authenticate/")
    assert "/cuentas/login/" in again.get("/")["Location"]
    wrong = again.post("/cuentas/2fa/authenticate/", {"code": "000000"})
    assert "errorlist" in wrong.content.decode()
    from django.core.cache import cache

    cache.clear()  # a code is used once: the one that activated it is spent
    assert again.post("/cuentas/2fa/authenticate/", {"code": code(secret)}).status_code == 302
    assert again.get("/").status_code == 200


def test_a_lost_telephone(clerk: User, administrator: User) -> None:
    activate(enter())
    services.drop_second_factor(administrator, clerk)
    assert enter().get("/").status_code == 200
    assert AuditRecord.objects.latest("id").action == "login.in"


def test_recovery_codes_are_shown(clerk: User) -> None:
    client = enter()
    activate(client)
    page = client.get("/cuentas/2fa/recovery-codes/").content.decode()
    assert "Quedan 10 de 10" in page
    for address in ("generate/", "download/"):
        assert client.get(f"/cuentas/2fa/recovery-codes/{address}").status_code == 200


def test_every_page_that_is_reached_is_ours(clerk: User) -> None:
    """No page of another's making: all of them have our header, and no word of English."""
    client = enter()
    activate(client)
    for address in (
        "/cuentas/password/change/",
        "/cuentas/2fa/",
        "/cuentas/2fa/totp/deactivate/",
        "/cuentas/2fa/recovery-codes/",
        "/cuentas/2fa/recovery-codes/generate/",
        "/cuentas/reauthenticate/",
        "/cuentas/2fa/reauthenticate/",
        "/cuentas/logout/",
        "/cuentas/inactive/",
    ):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert 'class="top"' in page, address
        words = re.sub(r"<[^>]*>", "", page)
        for english in ("Password", "Confirm ", "Sign ", "Submit", "Authenticat"):
            assert english not in words, (address, english)


@pytest.mark.parametrize(
    "address",
    [
        "email/",
        "confirm-email/",
        "confirm-email/x/",
        "password/reset/",
        "password/reset/done/",
        "password/set/",
    ],
)
def test_pages_that_are_not_there(address: str, clerk: User) -> None:
    for client in (Client(), enter()):
        for method in (client.get, client.post):
            assert method(f"/cuentas/{address}").status_code == 404


@pytest.mark.requirement("R4.1-01")
def test_a_session_ends(clerk: User, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 600
    client = enter()
    assert client.get("/").status_code == 200
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=500))
    assert client.get("/").status_code == 200  # every page puts it off
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=1000))
    assert client.get("/").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=1700))
    assert "/cuentas/login/" in client.get("/")["Location"]


def test_a_login_makes_a_new_session(clerk: User) -> None:
    """A session that somebody planted before the login is worth nothing after it."""
    client = Client()
    client.get("/cuentas/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key or ""
    client.post("/cuentas/login/", {"login": "beto", "password": PASSWORD})
    assert client.session.session_key != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get("/").status_code == 302


def test_a_form_without_its_token_is_refused(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/turno/abrir/", {}).status_code == 403
    assert client.post("/cuentas/logout/").status_code == 403


def test_logins_are_shown_in_words(clerk: User) -> None:
    page = enter().get("/mi-cuenta/").content.decode()
    assert "Ingreso" in page
    assert "login." not in page
