"""Orders: each acts once, ends once, and says why."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from field_store import MIDNIGHT, QUARTER, Field
from hypothesis import given
from hypothesis import strategies as st

from system.head_end import api
from system.head_end.api import OrderKind, OrderState, Reason, UnableToOrder
from system.head_end.models import MeterAccess, Order, OrderProgress, OrderStep
from system.head_end.services.order_lifecycle import TRANSITIONS, OrderEvent, next_state, retry_after_s
from system.head_end.vocabulary import ENDED

NOW = MIDNIGHT + QUARTER


@pytest.fixture
def heard(field: Field, django_capture_on_commit_callbacks: Any) -> Iterator[list[Any]]:
    told: list[Any] = []

    def listener(sender: str, order: Any, **_: Any) -> None:
        told.append((sender, order.id, order.state))

    api.order_ended.connect(listener)
    yield told
    api.order_ended.disconnect(listener)


@given(st.lists(st.sampled_from(OrderEvent), max_size=30))
def test_nothing_leaves_an_end_and_unsure_is_never_forgotten(events: list[OrderEvent]) -> None:
    state, unsure = OrderState.WAITING, False
    for event in events:
        after = next_state(state, event, unsure=unsure)
        if state in ENDED:
            assert after is None
        if unsure and after is not None:
            assert after is not OrderState.WAITING
            assert after is not OrderState.CANCELLED
        state = after or state
        unsure = unsure or state is OrderState.UNSURE


def test_every_open_state_can_end() -> None:
    for state in set(OrderState) - ENDED:
        assert {TRANSITIONS.get((state, event)) for event in OrderEvent} & ENDED
    assert not {state for state, _ in TRANSITIONS} & ENDED
    waits = [retry_after_s(number) for number in range(1, 20)]
    assert waits == sorted(waits)


@pytest.mark.requirement("R4.1-05")
def test_a_cut_is_carried_out_and_read_back(
    field: Field, heard: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(user, uuid.uuid4(), access.device, OrderKind.CUT)
    visit = field.lease(NOW)
    (work,) = visit.orders
    assert (work.kind, work.attempt, work.unsure) == (OrderKind.CUT, 1, False)
    assert field.begin(visit, order.id)
    result = {"output_state": False, "control_state": "ready-for-reconnection", "control_mode": 4}
    with django_capture_on_commit_callbacks(execute=True):
        field.report(visit, order.id, OrderState.DONE, result=result, evidence={"before": {}})
    found = api.order_of(user, order.id)
    assert found is not None
    assert (found.state, found.result, found.attempts) == (OrderState.DONE, result, 1)
    assert heard == [("cut", order.id, OrderState.DONE)]
    access.refresh_from_db()
    assert (access.output_state, access.control_state) == (False, "ready-for-reconnection")
    steps = list(OrderStep.objects.values_list("before", "event", "after"))
    assert steps == [("waiting", "begin", "running"), ("running", "do", "done")]


@pytest.mark.requirement("R4.1-05")
def test_a_repeated_order_is_the_same_order(field: Field) -> None:
    access, user, order_id = field.meter(1), field.operator(), uuid.uuid4()
    first = api.request_order(user, order_id, access.device, OrderKind.CUT)
    assert api.request_order(user, order_id, access.device, OrderKind.CUT) == first
    assert Order.objects.count() == 1
    with pytest.raises(UnableToOrder, match="ya se usó"):
        api.request_order(user, order_id, access.device, OrderKind.RECONNECT)


def test_an_order_that_was_reported_ends_once(field: Field) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(user, uuid.uuid4(), access.device, OrderKind.CUT)
    visit = field.lease(NOW)
    assert field.begin(visit, order.id)
    assert not field.begin(visit, order.id)
    field.report(visit, order.id, OrderState.DONE)
    field.report(visit, order.id, OrderState.FAILED, reason=Reason.LINE_LOST)
    assert not field.begin(visit, order.id)
    found = api.order_of(user, order.id)
    assert found is not None
    assert found.state is OrderState.DONE


def test_what_could_not_begin_is_tried_again_later(field: Field) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(user, uuid.uuid4(), access.device, OrderKind.READ)
    visit = field.lease(NOW)
    field.report(visit, order.id, OrderState.WAITING, reason=Reason.METER_SILENT)
    field.store.release(visit.lease, NOW)
    again = field.lease(NOW + timedelta(seconds=1))  # clock and logs
    assert again.orders == ()
    field.store.release(again.lease, NOW)
    (work,) = field.lease(NOW + timedelta(seconds=31)).orders
    assert work.attempt == 2
    found = api.order_of(user, order.id)
    assert found is not None
    assert found.sentence.startswith("En espera. El concentrador responde y el medidor no")


def test_after_a_lost_answer_an_order_is_looked_at_first(field: Field) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(user, uuid.uuid4(), access.device, OrderKind.CUT)
    visit = field.lease(NOW)
    assert field.begin(visit, order.id)
    field.report(
        visit,
        order.id,
        OrderState.UNSURE,
        reason=Reason.LINE_LOST,
        evidence={"before": {"output_state": True}},
    )
    with pytest.raises(UnableToOrder, match="ya se envió"):
        api.cancel_order(user, order.id)
    field.store.release(visit.lease, NOW)
    (work,) = field.lease(NOW + timedelta(seconds=31)).orders
    assert work.unsure
    assert work.evidence == {"before": {"output_state": True}}


def test_an_order_is_not_begun_after_its_deadline(field: Field) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(
        user, uuid.uuid4(), access.device, OrderKind.CUT, valid_for=timedelta(minutes=5)
    )
    visit = field.lease(NOW)
    late = NOW + timedelta(minutes=5, seconds=1)
    assert not field.begin(visit, order.id, late)
    found = api.order_of(user, order.id)
    assert found is not None
    assert (found.state, found.reason) == (OrderState.EXPIRED, Reason.DEADLINE)
    other = api.request_order(
        user, uuid.uuid4(), access.device, OrderKind.CUT, valid_for=timedelta(minutes=5)
    )
    (again,) = field.store.lease("uno", 1, late)  # whoever asks for work ends what is late
    assert again.orders == ()
    ended = api.order_of(user, other.id)
    assert ended is not None
    assert ended.state is OrderState.EXPIRED


def test_a_cancelled_order_is_not_begun(field: Field) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(user, uuid.uuid4(), access.device, OrderKind.CUT)
    visit = field.lease(NOW)
    assert api.cancel_order(user, order.id).state is OrderState.CANCELLED
    assert api.cancel_order(user, order.id).state is OrderState.CANCELLED
    assert not field.begin(visit, order.id)
    running = api.request_order(user, uuid.uuid4(), access.device, OrderKind.CUT)
    field.store.release(visit.lease, NOW)
    assert field.begin(field.lease(NOW), running.id)
    with pytest.raises(UnableToOrder, match="se está enviando"):
        api.cancel_order(user, running.id)


REFUSED: dict[str, tuple[str, OrderKind, dict[str, Any], str]] = {
    "a cashier cuts": ("cashier", OrderKind.CUT, {}, "rol"),
    "an auditor reads": ("auditor", OrderKind.READ, {}, "rol"),
    "19 digits": ("operator", OrderKind.TOKEN, {"digits": "1" * 19}, "20 dígitos"),
    "letters": ("operator", OrderKind.TOKEN, {"digits": "x" * 20}, "20 dígitos"),
    "a mode": ("operator", OrderKind.MODE, {"mode": "free"}, "modo"),
    "an OBIS code": ("operator", OrderKind.READ, {"obis": ["1.0"]}, "OBIS"),
    "too much": ("operator", OrderKind.CUT, {"now": True}, "parámetros"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_order_is_refused_and_nothing_is_written(field: Field, what: str) -> None:
    role, kind, parameters, says = REFUSED[what]
    access = field.meter(1)
    with pytest.raises(UnableToOrder, match=says):
        api.request_order(field.operator(role), uuid.uuid4(), access.device, kind, parameters)
    assert not Order.objects.exists()


def test_a_meter_that_is_not_in_the_field_gets_no_order(field: Field) -> None:
    with pytest.raises(UnableToOrder, match="no está en campo"):
        api.request_order(field.operator(), uuid.uuid4(), field.device(3), OrderKind.CUT)
    assert not Order.objects.exists()


@pytest.mark.requirement("R4.1-04")
def test_the_mode_that_was_set_is_how_the_meter_stands(field: Field) -> None:
    access, user = field.meter(1), field.operator()
    order = api.request_order(user, uuid.uuid4(), access.device, OrderKind.MODE, {"mode": "postpaid"})
    visit = field.lease(NOW)
    assert visit.orders[0].parameters == {"mode": "postpaid"}
    assert field.begin(visit, order.id)
    field.report(visit, order.id, OrderState.DONE, result={"mode": "postpaid", "already": False})
    assert MeterAccess.objects.get(pk=access.pk).mode == "postpaid"
    assert OrderProgress.objects.get().result["mode"] == "postpaid"
