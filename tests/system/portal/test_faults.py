"""A request that breaks is answered with one clear page; a session that was handed over is worth nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from vending_world import Village, make_village

from system.portal.error_pages import CANNOT_STORE_SENTENCE, RETRY_AFTER_S
from system.vending.models import OpenSale, Sale

FULL = OperationalError("database or disk is full")


@pytest.fixture
def village(db: Any) -> Village:
    return make_village()


def logged_in(village: Village) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(village.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    return client


def says_it_cannot_store(answer: HttpResponse) -> None:
    assert answer.status_code == 503
    assert CANNOT_STORE_SENTENCE in answer.content.decode()
    assert answer["Retry-After"] == str(RETRY_AFTER_S)
    assert "Traceback" not in answer.content.decode()
    assert "disk is full" not in answer.content.decode()


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [FULL, OperationalError("server closed the connection unexpectedly")])
def test_a_page_that_cannot_store_says_so(village: Village, monkeypatch: Any, error: Exception) -> None:
    client = logged_in(village)
    monkeypatch.setattr("system.vending.pages.points_of_sale.create_merchant", raising(error))
    says_it_cannot_store(client.post("/puntos/comercio/", {"m-name": "Nueva", "m-limit": ""}))


def test_an_error_that_came_of_the_store_counts_too(village: Village, monkeypatch: Any) -> None:
    wrapped = RuntimeError("could not")
    wrapped.__cause__ = FULL
    client = logged_in(village)
    monkeypatch.setattr("system.vending.pages.points_of_sale.create_merchant", raising(wrapped))
    says_it_cannot_store(client.post("/puntos/comercio/", {"m-name": "Nueva", "m-limit": ""}))


def test_a_session_that_cannot_be_prolonged_is_no_fault_of_the_browser(
    village: Village, monkeypatch: Any
) -> None:
    client, interrupted = logged_in(village), UpdateError()
    interrupted.__context__ = FULL
    monkeypatch.setattr(SessionStore, "save", raising(interrupted))
    says_it_cannot_store(client.get("/ventas/"))


def test_the_database_itself_refuses_and_nothing_is_kept(village: Village) -> None:
    """SQLite's own full database: no page more may be added."""
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("the pages of the file are SQLite's to limit")
    client = logged_in(village)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            answers = [
                client.post("/puntos/comercio/", {"m-name": f"{n:04d}" + "x" * 70, "m-limit": ""})
                for n in range(80)
            ]
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    refused = [answer for answer in answers if answer.status_code != 302]
    assert refused, "the database never was full"
    for answer in refused:
        says_it_cannot_store(answer)
    assert not Sale.objects.exists()
    assert not OpenSale.objects.exists()


def test_another_error_is_a_page_without_its_inside(village: Village, monkeypatch: Any) -> None:
    client = logged_in(village)
    monkeypatch.setattr(
        "system.vending.pages.points_of_sale.create_merchant", raising(ZeroDivisionError("secret"))
    )
    answer = client.post("/puntos/comercio/", {"m-name": "Nueva", "m-limit": ""})
    assert answer.status_code == 500
    assert "Nada quedó a medias" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_session_made_before_the_login_is_not_the_one_after(village: Village) -> None:
    """Session fixation: whoever planted the id of a session does not get into it."""
    village.supervisor.set_password("una clave larga 1")
    village.supervisor.save()
    planted = SessionStore()
    planted["seen"] = True
    planted.create()
    client = Client()
    client.cookies["sessionid"] = planted.session_key
    client.post("/cuentas/login/", {"login": village.supervisor.username, "password": "una clave larga 1"})
    assert client.get("/ventas/").status_code == 200
    assert client.cookies["sessionid"].value != planted.session_key
    attacker = Client()
    attacker.cookies["sessionid"] = planted.session_key
    assert attacker.get("/ventas/").status_code == 302


def test_a_session_ends_with_the_logout_and_the_password(village: Village) -> None:
    client = logged_in(village)
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value
    assert stolen.get("/ventas/").status_code == 200
    client.post("/cuentas/logout/")
    assert stolen.get("/ventas/").status_code == 302
    other = logged_in(village)
    village.supervisor.set_password("otra clave larga 2")
    village.supervisor.save()
    assert other.get("/ventas/").status_code == 302
