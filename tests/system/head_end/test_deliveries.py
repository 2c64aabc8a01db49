"""Tokens on their way into the meter: each once, in order, and the meter's own answer."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from field_store import MIDNIGHT, QUARTER, Field

from system.head_end import api
from system.head_end.api import DeliveryState, OrderState, Reason, UnableToOrder
from system.head_end.models import Order

NOW = MIDNIGHT + QUARTER
SALE = uuid.UUID(int=7)
KEYS = ["1" * 20, "2" * 20]
CREDIT = "3" * 20


def state(sale_id: uuid.UUID = SALE) -> DeliveryState:
    found = api.delivery_of(sale_id)
    assert found is not None
    return found.state


@pytest.mark.requirement("R4.1-06", "R5.3-08")
def test_tokens_go_one_after_the_other_in_one_visit(field: Field) -> None:
    access, user = field.meter(1), field.operator("cashier")
    delivery = api.deliver_tokens(user, access.device, SALE, [*KEYS, CREDIT])
    assert delivery.state is DeliveryState.WAITING
    assert [token.position for token in delivery.tokens] == [1, 2, 3]
    visit = field.lease(NOW)
    assert [work.parameters["digits"] for work in visit.orders] == [*KEYS, CREDIT]
    assert not field.begin(visit, visit.orders[1].id)
    for work in visit.orders:
        assert field.begin(visit, work.id)
        field.report(visit, work.id, OrderState.DONE, result={"result": "Accept", "already": False})
    found = api.delivery_of(SALE)
    assert found is not None
    assert (found.state, found.answer, found.in_meter) == (DeliveryState.ACCEPTED, "Accept", True)
    assert found.sentence == "El medidor aceptó el token."


def test_the_same_sale_sends_nothing_new(field: Field) -> None:
    access, user = field.meter(1), field.operator("cashier")
    first = api.deliver_tokens(user, access.device, SALE, [CREDIT])
    assert api.deliver_tokens(user, access.device, SALE, [CREDIT]) == first
    assert Order.objects.count() == 1
    for other in ([KEYS[0]], [CREDIT, KEYS[0]]):
        with pytest.raises(UnableToOrder):
            api.deliver_tokens(user, access.device, SALE, other)
    assert Order.objects.count() == 1


def test_what_comes_after_a_refused_token_is_taken_back(field: Field) -> None:
    access, user = field.meter(1), field.operator("cashier")
    api.deliver_tokens(user, access.device, SALE, [*KEYS, CREDIT])
    visit = field.lease(NOW)
    first = visit.orders[0]
    assert field.begin(visit, first.id)
    field.report(
        visit,
        first.id,
        OrderState.REFUSED,
        reason=Reason.TOKEN_REFUSED,
        result={"result": "CRCError"},
    )
    found = api.delivery_of(SALE)
    assert found is not None
    assert [token.state for token in found.tokens] == [
        OrderState.REFUSED,
        OrderState.CANCELLED,
        OrderState.CANCELLED,
    ]
    assert (found.state, found.answer, found.ended) == (DeliveryState.REFUSED, "CRCError", True)
    assert not field.begin(visit, visit.orders[1].id)


@pytest.mark.requirement("R5.3-05")
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"result": "UsedError", "note": "already-used", "already": False}, DeliveryState.ALREADY_USED),
        ({"result": "UsedError", "note": "already-used", "already": True}, DeliveryState.ACCEPTED),
    ],
)
def test_a_token_that_was_typed_before_counts_once(
    field: Field, result: dict[str, Any], expected: DeliveryState
) -> None:
    access, user = field.meter(1), field.operator("cashier")
    api.deliver_tokens(user, access.device, SALE, [CREDIT])
    visit = field.lease(NOW)
    assert field.begin(visit, visit.orders[0].id)
    field.report(visit, visit.orders[0].id, OrderState.DONE, result=result)
    assert state() is expected
    found = api.delivery_of(SALE)
    assert found is not None
    assert found.in_meter
    assert ("digitó" in found.sentence) == (expected is DeliveryState.ALREADY_USED)


def test_what_is_not_delivered_in_time_is_given_up(field: Field) -> None:
    access, user = field.meter(1), field.operator("cashier")
    api.deliver_tokens(user, access.device, SALE, [CREDIT], timedelta(hours=1))
    field.store.lease("uno", 1, NOW + timedelta(hours=2))
    found = api.delivery_of(SALE)
    assert found is not None
    assert (found.state, found.ended, found.in_meter) == (DeliveryState.GIVEN_UP, True, False)
    assert "digitarlo" in found.sentence


def test_nobody_sent_this_sale(field: Field) -> None:
    assert api.delivery_of(uuid.uuid4()) is None
