"""What every store promises a collector: the one in memory, which tests use, and the one on the database."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from field_store import ENERGY, LOAD, MIDNIGHT, QUARTER, Field, batch, contact, rows
from memory_rows import MeterPlan
from memory_store import MemoryStore, direct
from vending_world import drn

from system.head_end import api, store_port
from system.head_end.vocabulary import OrderKind, OrderState, Reason

NOW = MIDNIGHT + timedelta(days=1, hours=1)
LOG = "0.0.99.98.1"
TITLE, DRN = "414D420000000001", drn(1)


@dataclass
class Office:
    """A store with one meter behind one channel, whose quarter-hours of a day are wanted."""

    store: store_port.StorePort
    device_id: int
    order: Callable[..., uuid.UUID]
    state: Callable[[uuid.UUID], OrderState]

    def visit(self, at: Any = NOW, who: str = "one") -> store_port.Visit:
        (found,) = self.store.lease(who, 5, at)
        return found

    def push(self, counter: int | None, **more: Any) -> bool:
        return self.store.keep_push(store_port.PushReport(self.device_id, NOW, counter, **more))


@pytest.fixture(params=["memory", "database"])
def office(request: pytest.FixtureRequest, db: Any) -> Office:
    made: Office = {"memory": _in_memory, "database": _on_database}[request.param](request)
    return made


def _in_memory(request: pytest.FixtureRequest) -> Office:
    made = MemoryStore()
    target = store_port.MeterTarget(1, "1", "", 1, "public")
    plan = MeterPlan(target, {LOAD: 900}, (LOG,), since=MIDNIGHT, logs_at=NOW, clock_at=NOW)
    made.add_channel(direct(1, "tcp://127.0.0.1:4059"), plan)
    made.titles[TITLE], made.names[1] = 1, frozenset({DRN})

    def order(kind: OrderKind, **parameters: Any) -> uuid.UUID:
        return made.add_order(kind, target, NOW + timedelta(days=1), **parameters)

    return Office(made, 1, order, lambda order_id: made.orders[order_id].state)


def _on_database(request: pytest.FixtureRequest) -> Office:
    from system.head_end.models import OrderProgress

    field: Field = request.getfixturevalue("field")
    request.getfixturevalue("business_time").instant = NOW
    field.plan()
    access = field.meter(1)
    access.device.identifiers.create(
        provider=access.provider, kind="system_title", value=TITLE, valid_from=MIDNIGHT
    )
    user = field.operator()

    def order(kind: OrderKind, **parameters: Any) -> uuid.UUID:
        order_id = uuid.uuid4()
        api.request_order(user, order_id, access.device, kind, parameters, timedelta(days=1))
        return order_id

    def state(order_id: uuid.UUID) -> OrderState:
        return OrderState(OrderProgress.objects.get(order_id=order_id).state)

    return Office(field.store, access.device_id, order, state)


def test_one_collector_at_a_time(office: Office) -> None:
    first = office.visit()
    assert office.store.lease("two", 5, NOW) == []
    office.store.release(first.lease, NOW)
    second = office.visit(NOW + timedelta(seconds=1), "two")
    assert second.lease.number > first.lease.number
    with pytest.raises(store_port.LeaseLost):
        office.store.keep_contacts(first.lease, [contact(office.device_id, NOW)])


def test_a_lease_ends_unless_it_is_renewed(office: Office) -> None:
    first = office.visit()
    renewed = office.store.renew(first.lease, NOW + timedelta(seconds=20))
    assert renewed.number == first.lease.number
    assert renewed.until > first.lease.until
    office.visit(renewed.until + timedelta(seconds=1), "two")
    with pytest.raises(store_port.LeaseLost):
        office.store.renew(first.lease, NOW)


def test_a_gap_is_wanted_until_its_rows_are_there(office: Office) -> None:
    visit = office.visit()
    (gap,) = visit.gaps
    assert (gap.profile, gap.meter.device_id) == (LOAD, office.device_id)
    quarters = int((gap.to - gap.after) / QUARTER)
    assert quarters >= 90
    lines = rows(gap.after + QUARTER, [[number] for number in range(quarters)])
    found = batch(office.device_id, lines, covered=(gap.after, gap.to), number="gap", received_at=NOW)
    (kept,) = office.store.keep_rows(visit.lease, [found])
    assert (kept.new, kept.known, kept.contradicted, kept.quarantined) == (quarters, 0, 0, None)
    office.store.keep_contacts(visit.lease, [contact(office.device_id, NOW)])
    office.store.release(visit.lease, NOW)
    assert [item.gaps for item in office.store.lease("one", 5, NOW + timedelta(seconds=1))] in ([], [()])


def test_the_same_rows_again_are_known(office: Office) -> None:
    visit = office.visit()
    lines = rows(MIDNIGHT + QUARTER, [[1], [2]])
    first = batch(office.device_id, lines, number="first", received_at=NOW)
    assert office.store.keep_rows(visit.lease, [first])[0].new == 2
    again = batch(office.device_id, lines, number="again", received_at=NOW)
    (kept,) = office.store.keep_rows(visit.lease, [again])
    assert (kept.new, kept.known) == (0, 2)
    other = batch(office.device_id, rows(MIDNIGHT + QUARTER, [[1], [3]]), number="other", received_at=NOW)
    (kept,) = office.store.keep_rows(visit.lease, [other])
    assert (kept.new, kept.contradicted) == (0, 1)


def test_a_clock_that_is_far_off_and_a_scaler_that_changed_are_doubted(office: Office) -> None:
    visit = office.visit()
    good = batch(office.device_id, rows(MIDNIGHT + QUARTER, [[1]]), number="good", received_at=NOW)
    assert office.store.keep_rows(visit.lease, [good])[0].new == 1
    far = batch(
        office.device_id,
        rows(MIDNIGHT + 2 * QUARTER, [[2]]),
        number="far",
        received_at=NOW,
        clock_off_s=7200.0,
    )
    assert office.store.keep_rows(visit.lease, [far])[0].quarantined is Reason.CLOCK_OFF
    scaled = batch(
        office.device_id,
        rows(MIDNIGHT + 3 * QUARTER, [[2]]),
        number="scaled",
        received_at=NOW,
        columns=(store_port.Column(3, ENERGY.obis, 2, 3, 30),),
    )
    assert office.store.keep_rows(visit.lease, [scaled])[0].quarantined is Reason.SCALER_CHANGED


def test_counters_are_given_once(office: Office) -> None:
    visit = office.visit()
    first = office.store.reserve_counters(visit.lease, office.device_id, 10)
    second = office.store.reserve_counters(visit.lease, office.device_id, 10)
    assert second >= first + 10
    assert office.store.reserve_counters(visit.lease, office.device_id, 1, at_least=5_000) >= 5_000
    assert office.store.reserve_counters(visit.lease, office.device_id, 1) > 5_000


def test_events_are_kept_once(office: Office) -> None:
    visit = office.visit()
    found = [
        store_port.EventRow(office.device_id, "1", "0.0.99.98.0", 1, "power-down", MIDNIGHT, sequence=number)
        for number in (0, 1)
    ]
    assert office.store.keep_events(visit.lease, found) == 2
    assert office.store.keep_events(visit.lease, found) == 0


def test_an_order_is_begun_once_and_ends_once(office: Office) -> None:
    order_id = office.order(OrderKind.CUT)
    visit = office.visit()
    (work,) = visit.orders
    assert (work.id, work.kind, work.unsure) == (order_id, OrderKind.CUT, False)
    running = store_port.OrderReport(order_id, OrderState.RUNNING, NOW)
    assert office.store.may_begin(visit.lease, running) is True
    assert office.store.may_begin(visit.lease, running) is False
    office.store.report(
        visit.lease, store_port.OrderReport(order_id, OrderState.DONE, NOW, result={"already": False})
    )
    assert office.state(order_id) is OrderState.DONE
    assert office.store.may_begin(visit.lease, running) is False


def test_an_order_whose_collector_is_gone_is_unsure(office: Office) -> None:
    order_id = office.order(OrderKind.CUT)
    visit = office.visit()
    assert office.store.may_begin(visit.lease, store_port.OrderReport(order_id, OrderState.RUNNING, NOW))
    later = visit.lease.until + timedelta(minutes=10)
    (work,) = office.visit(later, "two").orders
    assert (work.id, work.unsure) == (order_id, True)


@pytest.mark.parametrize("state", [OrderState.WAITING, OrderState.UNSURE])
def test_an_order_that_was_put_off_comes_again(office: Office, state: OrderState) -> None:
    order_id = office.order(OrderKind.CUT)
    visit = office.visit()
    assert office.store.may_begin(visit.lease, store_port.OrderReport(order_id, OrderState.RUNNING, NOW))
    put_off = store_port.OrderReport(
        order_id, state, NOW, Reason.LINE_LOST, evidence={"before": {"output_state": True}}
    )
    office.store.report(visit.lease, put_off)
    office.store.release(visit.lease, NOW)
    assert office.state(order_id) is state
    (work,) = office.visit(NOW + timedelta(hours=1), "two").orders
    assert work.unsure is (state is OrderState.UNSURE)
    assert work.evidence["before"] == {"output_state": True}


def test_an_order_that_could_not_be_begun_waits_with_its_reason(office: Office) -> None:
    order_id = office.order(OrderKind.CUT)
    visit = office.visit()
    office.store.report(
        visit.lease, store_port.OrderReport(order_id, OrderState.WAITING, NOW, Reason.UNREACHABLE)
    )
    office.store.release(visit.lease, NOW, Reason.UNREACHABLE)
    assert office.state(order_id) is OrderState.WAITING
    (work,) = office.visit(NOW + timedelta(hours=2), "two").orders
    assert work.id == order_id


def test_a_pusher_is_known_by_title_or_else_by_what_it_calls_itself(office: Office) -> None:
    for found in (office.store.push_sender(TITLE), office.store.push_sender("", ["nobody", DRN])):
        assert found is not None
        assert found.meter.device_id == office.device_id
        assert DRN in found.names
    assert office.store.push_sender("4D4D4D0000BC614E", [DRN]) is None
    assert office.store.push_sender("", ["nobody"]) is None
    assert office.store.push_sender("") is None


def test_a_push_is_kept_once_and_needs_no_lease(office: Office) -> None:
    assert office.push(5, code=42, name="strong-field", alarm=True)
    assert not office.push(5, code=42, name="strong-field", alarm=True)
    assert not office.push(4)
    assert office.push(6)
    visit = office.visit()
    assert office.push(7, batches=(batch(office.device_id, rows(NOW, [[7]]), received_at=NOW),))
    office.store.release(visit.lease, NOW)
    assert not office.store.keep_push(store_port.PushReport(office.device_id + 1_000, NOW, 8))


@pytest.mark.requirement("R4-02")
def test_a_push_may_let_its_meter_be_visited_at_once(office: Office) -> None:
    visit = office.visit()
    office.store.keep_contacts(visit.lease, [contact(office.device_id, NOW)])
    office.store.release(visit.lease, NOW)
    later = NOW + timedelta(seconds=5)
    for quiet in office.store.lease("one", 5, later):
        assert quiet.events == ()
        office.store.release(quiet.lease, later)
    assert office.store.keep_push(store_port.PushReport(office.device_id, later, None, visit=True))
    again = office.visit(later + timedelta(seconds=1))
    assert {gap.meter.device_id for gap in again.events} == {office.device_id}


def test_what_was_refused_is_nobodys(office: Office) -> None:
    row = store_port.EventRow(
        None, "4D4D4D0000BC614E", "push-refused", 1, "push-unknown", NOW, detail="3 × ::1"
    )
    assert office.store.keep_refused_pushes([row]) == 1
    assert office.store.keep_refused_pushes([]) == 0
