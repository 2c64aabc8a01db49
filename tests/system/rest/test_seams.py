"""The seams: a further way to identify oneself, a further room, a guard without an answer."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import RequestFactory
from ninja import Router
from vending_world import Village, drn

from system.accounts.models import AuditRecord, User
from system.accounts.permissions import Operation, Role
from system.accounts.rest import auth
from system.accounts.rest.problems import AppApi, Forbidden, Refusal, TooLarge
from system.portal import api as portal_api
from system.vending.errors import UnableToSell
from system.vending.services.tickets import print_ticket


class KeyHeader:
    """A key that may see tariffs, in the name of a user."""

    name = "key"
    schema: Mapping[str, str] = {"type": "apiKey", "in": "header", "name": "X-Key"}

    def __init__(self, user: User) -> None:
        self._user = user

    def user_of(self, request: HttpRequest) -> Any:
        given = request.headers.get("X-Key")
        if given is None:
            return None
        if given != "good":
            raise Forbidden("La llave no sirve.")
        user = User.objects.get(pk=self._user.pk)
        user.may = lambda operation: operation is Operation.SEE_TARIFFS  # type: ignore[method-assign]
        return user


@pytest.fixture
def keyed(people: dict[Role, User], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(auth, "AUTHENTICATORS", [*auth.AUTHENTICATORS, KeyHeader(people[Role.SUPERVISOR])])
    return


def test_a_further_way_to_identify_oneself(keyed: None, client: Any) -> None:
    def ask(address: str, key: str) -> Any:
        return client.get(f"/api/v1/{address}", headers={"X-Key": key})

    assert ask("tariffs", "good").json()["total"] == 1
    refused = ask("sales", "good")
    assert refused.status_code == 403
    assert AuditRecord.objects.get(outcome="refused").action == "sales.see"
    bad = ask("tariffs", "bad")
    assert (bad.status_code, bad.json()["detail"]) == (403, "La llave no sirve.")
    assert client.get("/api/v1/tariffs").status_code == 401


def test_a_further_room_is_one_more_line() -> None:
    class TiredError(Exception):
        """What the room raises."""

    router = Router(tags=["Siesta"])

    @router.get("/siesta", **auth.guarded(Operation.SEE_HOME, None, 409))
    def siesta(request: HttpRequest) -> None:
        raise TiredError("ahora no")

    room = AppApi(
        (router,), {TiredError: Refusal(409, "tired", "Cansado", lambda error: {"why": str(error)})}
    )
    made = portal_api.assemble_api((room,))
    paths = made.get_openapi_schema(path_prefix="x/")["paths"]
    assert list(paths) == ["/x/siesta"]
    assert set(paths["/x/siesta"]["get"]["responses"]) == {200, 401, 403, 409, 422}
    answer = made.on_exception(RequestFactory().get("/x/siesta"), TiredError("ahora no"))
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert b'"detail": "Ahora no."' in answer.content
    assert b'"why": "ahora no"' in answer.content


def test_every_operation_of_the_document_has_its_own_name_and_words() -> None:
    schema = portal_api.api.get_openapi_schema()
    operations = [one for methods in schema["paths"].values() for one in methods.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["description"] and one["tags"] for one in operations)
    assert all({401, 403, 422} <= set(one["responses"]) for one in operations)
    assert set(schema["components"]["schemas"]["SaleIn"]["properties"]) == {"number", "amount_c", "energy_wh"}


def test_the_document_is_for_its_callers() -> None:
    """No docstring of a class and no path of a module: the first are English, the second move."""
    schema = portal_api.api.get_openapi_schema()
    assert [name for name, one in schema["components"]["schemas"].items() if "description" in one] == []
    assert schema["paths"]["/api/v1/users/{user_id}/role"]["put"]["operationId"] == "put_users_user_id_role"
    names = [one["operationId"] for methods in schema["paths"].values() for one in methods.values()]
    assert [name for name in names if "system" in name or "_rest_" in name] == []


@pytest.mark.parametrize(
    ("length", "large"), [("64", False), (str(auth.BODY_MAX_BYTES + 1), True), ("x", False)]
)
def test_a_guard_looks_at_the_length_first(length: str, large: bool, people: dict[Role, User]) -> None:
    guard = auth.Permission(Operation.SEE_HOME)
    request = RequestFactory().get("/")
    request.META["CONTENT_LENGTH"] = length
    request.user = people[Role.CASHIER]
    if large:
        with pytest.raises(TooLarge):
            guard(request)
    else:
        assert guard(request) == people[Role.CASHIER]


def test_a_guard_refuses_who_may_not(people: dict[Role, User]) -> None:
    request = RequestFactory().get("/api/v1/users")
    request.user = people[Role.CASHIER]
    with pytest.raises(PermissionDenied):
        auth.Permission(Operation.MANAGE_USERS)(request)


def test_a_ticket_is_printed_by_who_may(
    caller: Callable[[Role], Any], people: dict[Role, User], village: Village, minting: str
) -> None:
    from system.vending.models import Sale

    sale_id = uuid.uuid4()
    caller(Role.CASHIER)("PUT", f"sales/{sale_id}", {"number": drn(1), "amount_c": 500_000})
    sale = Sale.objects.get(pk=sale_id)
    assert [print_ticket(people[Role.CASHIER], sale) for _ in range(2)] == [1, 2]
    with pytest.raises(UnableToSell, match="Su rol no permite imprimir"):
        print_ticket(people[Role.AUDITOR], sale)
    unfinished: Any = SimpleNamespace(provider_id=sale.provider_id)
    with pytest.raises(UnableToSell, match="no tiene tiquete"):
        print_ticket(people[Role.CASHIER], unfinished)


def test_the_report_of_a_shift_that_is_not_there(client: Any, people: dict[Role, User]) -> None:
    client.force_login(people[Role.CASHIER], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/turno/{uuid.uuid4()}/").status_code == 404
