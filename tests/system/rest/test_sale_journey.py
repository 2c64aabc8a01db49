"""A cashier's day by API: open, ask the price, sell, sell again, print, close; and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from vending_world import Village, drn, make_village

from system.accounts.models import AuditRecord
from system.accounts.permissions import Role
from system.security_module.errors import AnswerLost
from system.vending.models import Sale, Token
from system.vending.services import vend_transaction

NewId = Callable[[], str]


@pytest.fixture
def cashier(caller: Callable[[Role], Any], minting: str) -> Any:
    return caller(Role.CASHIER)


@pytest.mark.requirement("R5.1-01", "R5.3-05")
def test_a_day_at_the_counter(cashier: Any, village: Village, new_id: NewId) -> None:
    offered = cashier("POST", "offers", {"number": drn(1), "amount_c": 1_000_000}).json()
    assert (offered["customer_name"], offered["niu"]) == ("Persona 1", "NIU-0001")
    assert not Sale.objects.exists()

    sale_id = new_id()
    wanted = {"number": drn(1), "amount_c": 1_000_000}
    first = cashier("PUT", f"sales/{sale_id}", wanted)
    assert first.status_code == 201
    sold = first.json()
    assert (sold["outcome"], sold["amount_c"], sold["test_keys"]) == ("minted", 1_000_000, True)
    assert sold["energy_wh"] == offered["price"]["energy_wh"]
    assert sold["energy_wh"] % 100 == 0
    assert sold["business_at"] == "2026-11-24T15:00:00Z"
    assert [len(token["digits"]) for token in sold["tokens"]] == [20]
    lines_c = sum(line["amount_c"] for line in sold["price"]["lines"])
    assert lines_c + sold["price"]["residue_c"] == 1_000_000

    printed = [cashier("POST", f"sales/{sale_id}/tickets").json() for _ in range(2)]
    assert [ticket["copy_number"] for ticket in printed] == [1, 2]
    assert "REIMPRESIÓN" in "".join(line["text"] for line in printed[1]["lines"])
    assert printed[0]["code"] == sold["tokens"][0]["digits"]
    assert cashier("GET", f"sales/{sale_id}/ticket").json()["copy_number"] == 3

    listed = cashier("GET", "sales").json()
    assert [(one["id"], one["outcome"]) for one in listed["items"]] == [(sale_id, "minted")]
    shift = cashier("GET", "shifts/current").json()
    assert (shift["count"], shift["expected_c"]) == (1, 1_000_000)
    closed = cashier("POST", f"shifts/{shift['id']}/closure", {"counted_cash_c": 990_000}).json()
    assert closed["closure"]["expected_cash_c"] - closed["closure"]["counted_cash_c"] == 10_000
    assert cashier("GET", "shifts/current").status_code == 404
    refused = cashier("PUT", f"sales/{new_id()}", wanted)
    assert (refused.status_code, refused.json()["title"]) == (422, "No se puede")
    assert "turno" in refused.json()["detail"]


def test_the_same_id_is_the_same_sale(cashier: Any, new_id: NewId) -> None:
    sale_id, wanted = new_id(), {"number": drn(1), "energy_wh": 1_000}
    first, again = (cashier("PUT", f"sales/{sale_id}", wanted) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Token.objects.count() == 1
    other = cashier("PUT", f"sales/{sale_id}", {"number": drn(2), "energy_wh": 1_000})
    assert (other.status_code, other.json()["detail"]) == (
        422,
        "Ese identificador ya se usó para otra venta.",
    )


def test_a_lost_answer_is_asked_for_not_sold_again(
    cashier: Any, new_id: NewId, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf:
        """A module whose answers are lost."""

        def __getattr__(self, _: str) -> Any:
            def lost(*_: Any, **__: Any) -> Any:
                raise AnswerLost("x")

            return lost

    sale_id, wanted = new_id(), {"number": drn(1), "amount_c": 500_000}
    with monkeypatch.context() as patched:
        patched.setattr(vend_transaction, "module_client", lambda: Deaf())
        pending = cashier("PUT", f"sales/{sale_id}", wanted)
    said = pending.json()
    assert (pending.status_code, said["type"], said["sale_id"]) == (
        409, "urn:amibench:problem:sale-pending", sale_id,
    )  # fmt: skip
    assert said["next"] == f"POST /api/v1/sales/{sale_id}/resolution"
    under_way = cashier("PUT", f"sales/{new_id()}", wanted)
    assert (under_way.status_code, under_way.json()["type"]) == (409, "urn:amibench:problem:sale-under-way")
    # the module never heard of it: the sale is cancelled for good, and nothing was charged
    resolved = cashier("POST", f"sales/{sale_id}/resolution").json()
    assert (resolved["outcome"], resolved["tokens"]) == ("cancelled", [])
    assert cashier("GET", "shifts/current").json()["collected_c"] == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"number": "12345678901", "amount_c": 500_000}, "dígito de control"),
        ({"number": drn(1), "amount_c": 1}, "El valor debe estar entre"),
        ({"number": drn(1), "amount_c": -500_000}, "Debe ser 1 o más"),
        ({"number": drn(1), "amount_c": 10**13}, "o menos"),
        ({"number": drn(1), "amount_c": 5000.5}, "número entero"),
        ({"number": drn(1)}, "sólo uno"),
        ({"number": drn(1), "amount_c": 500_000, "energy_wh": 100}, "sólo uno"),
        ({"number": drn(1), "energy_wh": 150}, "múltiplo de 100"),
        ({"number": "'; DROP TABLE vending_sale; --", "amount_c": 500_000}, "Ningún medidor"),
    ],
)
def test_what_is_refused_says_why_and_charges_nothing(
    body: dict[str, Any], words: str, cashier: Any, new_id: NewId
) -> None:
    answer = cashier("PUT", f"sales/{new_id()}", body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert not Sale.objects.exists()


def test_without_the_csrf_token_nothing_changes(cashier: Any, new_id: NewId) -> None:
    cashier.headers.clear()
    answer = cashier("PUT", f"sales/{new_id()}", {"number": drn(1), "amount_c": 500_000})
    assert (answer.status_code, "X-CSRFToken" in answer.json()["detail"]) == (403, True)
    assert not Sale.objects.exists()
    assert cashier("GET", "me").status_code == 200


def test_another_providers_rows_are_not_there(
    cashier: Any, caller: Callable[[Role], Any], new_id: NewId, village: Village
) -> None:
    foreign = make_village("Otra empresa")
    home = foreign.customer(7)
    supervisor, cash = caller(Role.SUPERVISOR), {"opening_cash_c": 0}
    for address in (f"installations/{home.pk}", f"customers/{home.agreements.get().customer_id}"):
        assert supervisor("GET", address).status_code == 404
    for address in (f"merchants/{foreign.merchant.pk}/limit",):
        assert supervisor("PUT", address, {"limit_c": 0}).status_code == 404
    assert supervisor("POST", "feeders", {"site_id": foreign.site.pk, "name": "X"}).status_code == 422
    point = {"point_of_sale_id": foreign.point_of_sale.pk, **cash}
    assert supervisor("PUT", f"shifts/{new_id()}", point).status_code == 422
    assert cashier("GET", f"shifts/{foreign.shift.pk}").status_code == 404
    sold = cashier("PUT", f"sales/{new_id()}", {"number": drn(7), "amount_c": 500_000})
    assert (sold.status_code, "Ningún medidor" in sold.json()["detail"]) == (422, True)
    found = supervisor("POST", "customers/search", {"text": "Persona 7"}).json()
    assert (found["items"], found["total"]) == ([], 0)


def test_a_cashier_sees_the_sales_of_his_own(
    cashier: Any, caller: Callable[[Role], Any], new_id: NewId
) -> None:
    operator = caller(Role.OPERATOR)
    sale_id = new_id()
    wanted = {"number": drn(1), "what": "clear-tamper"}
    assert operator("PUT", f"management-tokens/{sale_id}", wanted).status_code == 200
    assert operator("GET", f"sales/{sale_id}").json()["kind"] == "management"
    assert cashier("GET", f"sales/{sale_id}").status_code == 404


def test_a_reversal_takes_two_people(cashier: Any, caller: Callable[[Role], Any], new_id: NewId) -> None:
    sale_id, request_id = new_id(), new_id()
    cashier("PUT", f"sales/{sale_id}", {"number": drn(1), "amount_c": 500_000})
    asks, decides = caller(Role.SUPERVISOR), caller(Role.ADMINISTRATOR)
    wanted = {"sale_id": sale_id, "reason": "Medidor equivocado"}
    assert asks("PUT", f"requests/{request_id}/reversal", wanted).status_code == 200
    early = asks("POST", f"requests/{request_id}/execution", {})
    assert (early.status_code, "Falta la aprobación" in early.json()["detail"]) == (422, True)
    own = asks("POST", f"approvals/{request_id}/decision", {"granted": True})
    assert (own.status_code, own.json()["detail"]) == (422, "Quien pide no puede aprobar.")
    waiting = decides("GET", "approvals").json()
    assert [one["id"] for one in waiting["items"]] == [request_id]
    assert decides("POST", f"approvals/{request_id}/decision", {"granted": True}).status_code == 200
    done = asks("POST", f"requests/{request_id}/execution", {})
    assert (done.status_code, done.json()["outcome"]) == (200, "reversed")
    assert cashier("GET", "shifts/current").json()["collected_c"] == 0
    actions = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"sale.reverse.ask", "sale.reverse.approve", "sale.reverse"} <= actions
