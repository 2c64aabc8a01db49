"""Orders over the API: asked once, carried out by the collector, seen with every step; groups, four eyes."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from field_store import MIDNIGHT, Field

from system.accounts import four_eyes
from system.accounts.models import Approval, AuditRecord, User
from system.head_end.models import Order, OrderGroup
from system.head_end.services.order_requests import OrderRequest, request_order
from system.head_end.vocabulary import OrderKind, OrderState, Reason


def put(ask: Any, device_id: int, order_id: uuid.UUID, **body: Any) -> Any:
    return ask("PUT", f"meters/{device_id}/orders/{order_id}", body)


@pytest.mark.requirement("R4.1-05")
def test_a_cut_is_one_order_however_often_it_is_asked_for(field: Field, operator: Any) -> None:
    access, order_id = field.meter(1), uuid.uuid4()
    answers = [put(operator, access.device_id, order_id, kind="cut") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    order = Order.objects.get()
    assert (order.pk, order.kind, order.device_id) == (order_id, OrderKind.CUT.value, access.device_id)
    assert answers[0].json() == answers[1].json()
    assert AuditRecord.objects.filter(subject=f"order:{order_id}").count() == 1


def test_an_order_is_seen_with_its_answer_and_each_step(field: Field, operator: Any) -> None:
    access, order_id = field.meter(1), uuid.uuid4()
    put(operator, access.device_id, order_id, kind="cut", valid_for_s=600)
    visit = field.lease()
    assert field.begin(visit, order_id)
    field.report(visit, order_id, OrderState.DONE, result={"control_state": "disconnected"})
    seen = operator("GET", f"orders/{order_id}").json()
    assert (seen["state"], seen["result"]["control_state"]) == ("done", "disconnected")
    assert [(step["before"], step["after"]) for step in seen["steps"]] == [
        ("waiting", "running"),
        ("running", "done"),
    ]
    assert seen["deadline"] == "2026-11-24T05:25:00Z"
    assert seen["sentence"] == "Cumplida."


def test_a_refusal_says_why(field: Field, operator: Any) -> None:
    access, order_id = field.meter(1), uuid.uuid4()
    put(operator, access.device_id, order_id, kind="reconnect")
    visit = field.lease()
    field.begin(visit, order_id)
    field.report(visit, order_id, OrderState.FAILED, reason=Reason.STATE_NOT_REACHED)
    seen = operator("GET", f"orders/{order_id}").json()
    assert seen["reason"] == "state-not-reached"
    assert "El relé no llegó" in seen["sentence"]
    assert seen["steps"][-1]["sentence"] == "El relé no llegó al estado pedido."


def test_an_id_that_was_used_for_something_else_is_refused(field: Field, operator: Any) -> None:
    access, order_id = field.meter(1), uuid.uuid4()
    put(operator, access.device_id, order_id, kind="cut")
    answer = put(operator, access.device_id, order_id, kind="clock")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert "ya se usó para otra orden" in answer.json()["detail"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "cut", "mode": "prepaid"}, "Esta orden no lleva parámetros."),
        ({"kind": "mode"}, "El modo es prepago (prepaid) o pospago (postpaid)."),
        ({"kind": "clock", "obis": ["1.0.1.8.0"]}, "Esta orden no lleva parámetros."),
        ({"kind": "read", "obis": ["uno"]}, "body.obis.0: Tiene una forma o letras que no se admiten."),
        ({"kind": "token"}, "body.kind: Debe ser uno de: 'read', 'cut', 'reconnect', 'clock' o 'mode'."),
        ({"kind": "read", "valid_for_s": 59}, "body.valid_for_s: Debe ser 60 o más."),
        ({"kind": "read", "digits": "1" * 20}, "body.digits: No existe un campo con ese nombre."),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    field: Field, operator: Any, body: dict[str, Any], sentence: str
) -> None:
    answer = put(operator, field.meter(1).device_id, uuid.uuid4(), **body)
    said = answer.json()["detail"].replace(" or ", " o ")
    assert (answer.status_code, said) == (422, sentence)
    assert Order.objects.count() == 0


def test_a_meter_that_is_not_in_the_field_cannot_be_asked(field: Field, operator: Any) -> None:
    answer = put(operator, field.device(3).pk, uuid.uuid4(), kind="read")
    assert answer.status_code == 422
    assert "no está en campo" in answer.json()["detail"]


@pytest.mark.requirement("R4.1-02")
def test_another_providers_meter_and_orders_are_not_there(operator: Any, stranger: Any) -> None:
    assert put(operator, stranger.device_id, uuid.uuid4(), kind="cut").status_code == 404
    assert Order.objects.count() == 0
    other = User.objects.create_user("ajeno", provider=stranger.provider, role="operator")
    order_id = uuid.uuid4()
    request_order(other, OrderRequest(order_id, stranger.device, OrderKind.CUT))
    assert operator("GET", f"orders/{order_id}").status_code == 404
    assert operator("POST", f"orders/{order_id}/cancellation").status_code == 404
    assert operator("GET", "orders").json()["total"] == 0


@pytest.mark.requirement("R4.1-02")
@pytest.mark.parametrize("role", ["auditor", "cashier"])
def test_who_may_not_is_refused(field: Field, asks: Callable[..., Any], role: str) -> None:
    answer = put(asks(role), field.meter(1).device_id, uuid.uuid4(), kind="cut")
    assert answer.status_code == 403
    assert Order.objects.count() == 0
    assert AuditRecord.objects.filter(outcome="refused").count() == 1


def test_an_order_is_taken_back_before_it_is_sent_and_not_after(field: Field, operator: Any) -> None:
    access, first, second = field.meter(1), uuid.uuid4(), uuid.uuid4()
    put(operator, access.device_id, first, kind="clock")
    for _ in range(2):
        assert operator("POST", f"orders/{first}/cancellation").json()["state"] == "cancelled"
    put(operator, access.device_id, second, kind="cut")
    field.begin(field.lease(), second)
    answer = operator("POST", f"orders/{second}/cancellation")
    assert answer.status_code == 422
    assert "ya no se puede anular" in answer.json()["detail"]


def test_orders_are_listed_by_state_kind_meter_and_serial(field: Field, operator: Any) -> None:
    channel = field.channel("C1")
    one, two = (field.meter(number, channel) for number in (1, 2))
    put(operator, one.device_id, uuid.uuid4(), kind="cut")
    cancelled = uuid.uuid4()
    put(operator, two.device_id, cancelled, kind="read")
    operator("POST", f"orders/{cancelled}/cancellation")

    def found(**query: Any) -> list[str]:
        return [row["serial"] for row in operator("GET", "orders", **query).json()["items"]]

    assert found(state="open") == [one.device.serial]
    assert found(state="cancelled") == [two.device.serial]
    assert found(kind="cut") == [one.device.serial]
    assert found(device_id=two.device_id) == [two.device.serial]
    assert found(text=one.device.serial) == [one.device.serial]
    assert found(group_id=uuid.uuid4()) == []
    assert operator("GET", "orders", limit=1).json()["total"] == 2
    assert operator("GET", "orders", limit=1000).status_code == 422


# ------------------------------------------------------------ many meters


def test_many_meters_are_asked_once_and_what_is_left_is_taken_back(field: Field, operator: Any) -> None:
    channel, group_id = field.channel("C1"), uuid.uuid4()
    devices = [field.meter(number, channel).device_id for number in (1, 2, 3)]
    body = {"name": "Lectura del lunes", "kind": "read", "device_ids": devices}
    answers = [operator("PUT", f"order-groups/{group_id}", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert Order.objects.count() == 3
    seen = operator("GET", f"order-groups/{group_id}").json()
    assert (seen["total"], seen["ended"], seen["counts"]) == (3, 0, {"waiting": 3})
    assert operator("GET", "orders", group_id=group_id).json()["total"] == 3
    aborted = operator("POST", f"order-groups/{group_id}/abort").json()
    assert (aborted["aborted"], aborted["percent"], aborted["done"]) == (True, 100, 0)
    assert [row["id"] for row in operator("GET", "order-groups").json()["items"]] == [str(group_id)]


def test_a_group_with_somebody_elses_meter_is_refused_as_a_whole(
    field: Field, operator: Any, stranger: Any
) -> None:
    body = {"name": "x", "kind": "read", "device_ids": [field.meter(1).device_id, stranger.device_id]}
    answer = operator("PUT", f"order-groups/{uuid.uuid4()}", body)
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"No existe el medidor {stranger.device_id}."
    assert OrderGroup.objects.count() == Order.objects.count() == 0
    assert operator("GET", f"order-groups/{uuid.uuid4()}").status_code == 404


@pytest.mark.requirement("R4.1-02", "R4.1-05")
def test_a_mass_cut_waits_for_a_second_person(field: Field, supervisor: Any, operator: Any) -> None:
    channel, group_id = field.channel("C1"), uuid.uuid4()
    devices = [field.meter(number, channel).device_id for number in (1, 2, 3)]
    cut = {"name": "Corte", "kind": "cut", "device_ids": devices}
    address = f"order-groups/{group_id}"
    assert "necesita que otra persona lo apruebe" in supervisor("PUT", address, cut).json()["detail"]
    assert operator("PUT", f"{address}/approval", {"device_ids": devices, "reason": "x"}).status_code == 403
    wanted = {"device_ids": devices, "reason": "Mantenimiento del transformador"}
    asked = [supervisor("PUT", f"{address}/approval", wanted).json() for _ in range(2)]
    assert asked[0] == asked[1]
    approval = Approval.objects.get(pk=asked[0]["id"])
    body = {**cut, "approval_id": asked[0]["id"]}
    assert supervisor("PUT", address, body).status_code == 422
    four_eyes.decide(field.operator("administrator", "otra"), approval, granted=True)
    other = {**body, "device_ids": devices[:2]}
    assert supervisor("PUT", address, other).status_code == 422
    assert Order.objects.count() == 0
    answer = supervisor("PUT", address, body)
    assert (answer.status_code, answer.json()["approval_id"]) == (201, asked[0]["id"])
    assert Order.objects.filter(kind=OrderKind.CUT.value).count() == 3


def test_an_approval_that_is_not_there_is_one_sentence(field: Field, supervisor: Any) -> None:
    channel = field.channel("C1")
    devices = [field.meter(number, channel).device_id for number in (1, 2)]
    body = {"name": "Corte", "kind": "cut", "device_ids": devices, "approval_id": uuid.uuid4()}
    answer = supervisor("PUT", f"order-groups/{uuid.uuid4()}", body)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Esa aprobación no existe.")


def test_a_deadline_that_passed_is_told(field: Field, operator: Any) -> None:
    from system.head_end.services.order_lifecycle import expire_orders

    access, order_id = field.meter(1), uuid.uuid4()
    put(operator, access.device_id, order_id, kind="read", valid_for_s=60)
    expire_orders(MIDNIGHT + timedelta(hours=1))
    seen = operator("GET", f"orders/{order_id}").json()
    assert seen["state"] == "expired"
    assert seen["sentence"].startswith("Vencida.")
