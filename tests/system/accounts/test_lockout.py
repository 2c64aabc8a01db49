"""R4.1-01: five wrong passwords lock a name at an address, in Spanish and in the audit trail."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.test import Client

from system.accounts import services
from system.accounts.models import AuditRecord, User

RIGHT = {"login": "beto", "password": "una clave larga 1"}


@pytest.fixture
def clerk(person: Callable[..., User], settings: Any) -> User:
    settings.AXES_ENABLED = True
    return person("beto", "cashier")


def guess(client: Client, times: int, **more: str) -> Any:
    answer = None
    for number in range(times):
        answer = client.post("/cuentas/login/", {"login": "beto", "password": f"wrong {number}"}, **more)
    return answer


@pytest.mark.requirement("R4.1-01")
def test_the_fifth_wrong_password_locks(clerk: User) -> None:
    client = Client()
    assert guess(client, 4).status_code == 200
    locked = guess(client, 1)
    assert locked.status_code == 429
    assert "Demasiados intentos" in locked.content.decode()
    right = client.post("/cuentas/login/", RIGHT)
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session
    said = list(AuditRecord.objects.filter(action__startswith="login").values_list("action", "outcome"))
    assert said.count(("login.in", "failed")) >= 5
    assert ("login.lock", "refused") in said


def test_another_address_is_not_locked(clerk: User) -> None:
    guess(Client(), 5)
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert elsewhere.post("/cuentas/login/", RIGHT).status_code == 302


def test_it_ends_after_a_quarter_of_an_hour(clerk: User) -> None:
    client = Client()
    guess(client, 5)
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(minutes=16)
        attempt.save()
    assert client.post("/cuentas/login/", RIGHT).status_code == 302


def test_a_new_password_lifts_it(clerk: User, administrator: User) -> None:
    client = Client()
    guess(client, 5)
    password = services.reset_password(administrator, clerk)
    assert client.post("/cuentas/login/", {"login": "beto", "password": password}).status_code == 302


def test_a_right_password_forgets_the_wrong_ones(clerk: User) -> None:
    client = Client()
    guess(client, 4)
    client.post("/cuentas/login/", RIGHT)
    client.post("/cuentas/logout/")
    assert guess(client, 4).status_code == 200


def test_a_name_that_is_nobodys_answers_the_same(clerk: User) -> None:
    known, unknown = (
        re.sub(r'csrf[^>]*>|value="\w*"', "", page.content.decode())
        for page in (
            Client().post("/cuentas/login/", {"login": name, "password": "x"}) for name in ("beto", "nadie")
        )
    )
    assert known == unknown
    assert "no son correctos" in known


def test_letter_case_is_no_other_name(clerk: User) -> None:
    client = Client()
    for name in ("beto", "BETO", "Beto", "bETO", "beTO"):
        answer = client.post("/cuentas/login/", {"login": name, "password": "wrong"})
    assert answer.status_code == 429


def test_names_that_differ_by_case_alone_are_refused(clerk: User, person: Callable[..., User]) -> None:
    with pytest.raises(services.UnableToCreateUser):
        person("BETO", "cashier")


def test_a_second_factor_is_guessed_five_times_and_the_limit_is_audited(clerk: User) -> None:
    Authenticator.objects.create(user=clerk, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    client = Client()
    client.post("/cuentas/login/", RIGHT)
    for number in range(8):
        client.post("/cuentas/2fa/authenticate/", {"code": f"{number:06d}"})
    said = list(AuditRecord.objects.filter(action="login.code").values_list("outcome", flat=True))
    assert said == ["failed"] * 5 + ["refused"] * 3
    right = str(
        format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", next(iter(yield_hotp_counters_from_time()))))
    )
    client.post("/cuentas/2fa/authenticate/", {"code": right})
    assert "_auth_user_id" not in client.session
