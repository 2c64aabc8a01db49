"""R4.1-02: role × operation, over every address: who is not listed is refused, and it is written down."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from vending_world import make_village

from system.accounts.access import OPERATION_ATTRIBUTE, require_permission
from system.accounts.models import AuditRecord, User
from system.accounts.permissions import FOUR_EYES, PERMISSIONS, ROLE_LABELS, Operation, Role

#: Addresses that others bring and that guard themselves, and routes: tests/system/rest walks over those.
FOREIGN = ("cuentas/", "api/v1/")


def patterns() -> Iterator[tuple[str, URLPattern]]:
    def walk(resolver: URLResolver, head: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in resolver.url_patterns:
            address = head + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, address)
            else:
                yield address, entry

    yield from walk(get_resolver(), "")


OURS = [(address, entry) for address, entry in patterns() if not address.startswith(FOREIGN)]
ADDRESSES = [address for address, _ in OURS]


def concrete(address: str) -> str:
    """An address of a row that is not there."""
    for kind, value in (("uuid", str(uuid.UUID(int=1))), ("key", "999999"), ("str", "x")):
        while f"<{kind}:" in address:
            begin = address.index(f"<{kind}:")
            address = address[:begin] + value + address[address.index(">", begin) + 1 :]
    return f"/{address}"


@pytest.fixture
def people(db: Any) -> dict[Role, User]:
    village = make_village()
    home = village.customer(1)
    customer = home.agreements.get().customer
    return {
        role: User.objects.create_user(
            f"one-{role}",
            provider=village.provider,
            role=role,
            customer=customer if role is Role.SUBSCRIBER else None,
        )
        for role in Role
    }


@pytest.mark.requirement("R4.1-02")
@pytest.mark.parametrize(("address", "entry"), OURS, ids=ADDRESSES)
def test_every_address_says_what_it_does(address: str, entry: URLPattern) -> None:
    assert isinstance(getattr(entry.callback, OPERATION_ATTRIBUTE, None), Operation), (
        f"{address} has no operation"
    )


def test_every_operation_and_role_is_in_the_tables() -> None:
    assert set(PERMISSIONS) == set(Operation)
    assert set(ROLE_LABELS) == set(Role)
    assert set(Operation) >= FOUR_EYES


@pytest.mark.requirement("R4.1-02")
@pytest.mark.parametrize(("address", "entry"), OURS, ids=ADDRESSES)
def test_who_may_not_is_refused(address: str, entry: URLPattern, people: dict[Role, User]) -> None:
    operation = getattr(entry.callback, OPERATION_ATTRIBUTE)
    for role, user in people.items():
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        before = AuditRecord.objects.filter(outcome="refused").count()
        for method in (client.get, client.post):
            answer = method(concrete(address))
            if role in PERMISSIONS[operation].roles:
                assert answer.status_code != 403, (role, address)
            else:
                assert answer.status_code == 403, (role, address)
        refused = AuditRecord.objects.filter(outcome="refused").count() - before
        if role not in PERMISSIONS[operation].roles:
            assert refused == 2


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_comes_in_without_a_login(address: str, db: Any) -> None:
    for method in (Client().get, Client().post):
        answer = method(concrete(address))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/cuentas/login/")


def test_a_user_without_provider_or_role_may_nothing(people: dict[Role, User]) -> None:
    stranger = User.objects.create_user("stranger", role=Role.ADMINISTRATOR)
    assert not any(stranger.may(operation) for operation in Operation)
    with pytest.raises(ValueError, match="no provider"):
        _ = stranger.provider_pk
    people[Role.ADMINISTRATOR].is_active = False
    assert not people[Role.ADMINISTRATOR].may(Operation.SEE_HOME)


def test_a_request_of_nobody_is_refused(db: Any) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        require_permission(request, Operation.SEE_HOME)
    assert AuditRecord.objects.get().outcome == "refused"


@pytest.mark.requirement("R4.1-01")
def test_logins_are_in_the_audit_trail(people: dict[Role, User]) -> None:
    user = people[Role.CASHIER]
    user.set_password("una clave larga 1")
    user.save()
    client = Client()
    assert client.post("/cuentas/login/", {"login": user.username, "password": "wrong"}).status_code == 200
    client.post("/cuentas/login/", {"login": user.username, "password": "una clave larga 1"})
    assert client.get("/").status_code == 200
    client.post("/cuentas/logout/")
    seen = list(AuditRecord.objects.order_by("id").values_list("action", "outcome"))
    assert seen == [("login.in", "failed"), ("login.in", "done"), ("login.out", "done")]


def test_nobody_signs_up(db: Any) -> None:
    answer = Client().post(
        "/cuentas/signup/",
        {"username": "x", "password1": "una clave larga 1", "password2": "una clave larga 1"},
    )
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_pages_take_nothing_from_elsewhere(people: dict[Role, User]) -> None:
    client = Client()
    client.force_login(people[Role.CASHIER], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "no-store"
    assert b"http://" not in answer.content.replace(b"http://testserver", b"")
    assert b"https://" not in answer.content
