"""Sessions slide without a write for every request."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from system.accounts.models import User
from system.portal.middleware import SLIDE_S


@pytest.fixture
def client(db: Any) -> Client:
    from system.registry.models import Provider

    provider = Provider.objects.create(name="Uno", nit="1")
    user = User.objects.create_user("caja", provider=provider, role="cashier")
    entered = Client()
    entered.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    entered.get("/")
    return entered


def writes(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/").status_code == 200
    return sum("UPDATE" in one["sql"] and "django_session" in one["sql"] for one in asked)


def test_a_fresh_session_is_not_written(client: Client) -> None:
    assert writes(client) == 0


@pytest.mark.parametrize("passed_s", [SLIDE_S + 1, -3600])
def test_an_older_one_is(client: Client, monkeypatch: pytest.MonkeyPatch, passed_s: int) -> None:
    """Also where somebody set the clock back, and it is from the future."""
    before = Session.objects.get().expire_date
    later = timezone.now() + timedelta(seconds=passed_s)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert writes(client) == 1
    assert "sessionid" in client.cookies
    assert (Session.objects.get().expire_date > before) == (passed_s > 0)
    assert writes(client) == 0


def test_who_is_nobody_gets_no_session(db: Any) -> None:
    stranger = Client()
    stranger.get("/cuentas/login/")
    assert Session.objects.count() == 0
