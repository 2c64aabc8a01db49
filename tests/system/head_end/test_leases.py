"""Who works behind a channel: one at a time, and who comes late keeps nothing."""

from datetime import timedelta
from typing import Any

import pytest
from field_store import ENERGY, MIDNIGHT, QUARTER, Field, batch, contact, rows

from system.head_end.models import Channel, DeviceEvent, ReadingBatch, ReadingValue
from system.head_end.services.channel_leases import LEASE
from system.head_end.store_port import EventRow, LeaseLost, OrderReport, Visit
from system.head_end.vocabulary import OrderState, Reason

NOW = MIDNIGHT + QUARTER


def test_a_channel_is_leased_once(field: Field) -> None:
    field.meter(1)
    visit = field.lease(NOW)
    assert field.store.lease("otro", 10, NOW) == []
    assert len(visit.clocks) == 1
    assert visit.channel.name == "directo 1"


def test_a_lease_that_ended_goes_to_another(field: Field) -> None:
    field.meter(1)
    first = field.lease(NOW)
    second = field.lease(NOW + LEASE, who="otro")
    assert second.lease.number == first.lease.number + 1


def test_a_renewed_lease_is_kept(field: Field) -> None:
    field.meter(1)
    visit = field.lease(NOW)
    field.store.renew(visit.lease, NOW + LEASE / 2)
    assert field.store.lease("otro", 10, NOW + LEASE) == []


LATE: dict[str, Any] = {
    "renew": lambda store, lease, device: store.renew(lease, NOW),
    "release": lambda store, lease, device: store.release(lease, NOW),
    "reserve_counters": lambda store, lease, device: store.reserve_counters(lease, device, 5),
    "keep_rows": lambda store, lease, device: store.keep_rows(lease, [batch(device, rows(NOW, [[1]]))]),
    "keep_events": lambda store, lease, device: store.keep_events(
        lease, [EventRow(device, "", "0.0.99.98.0", 1, "power-down", NOW)]
    ),
    "keep_reading_cursor": lambda store, lease, device: store.keep_reading_cursor(lease, 7),
    "keep_found": lambda store, lease, device: store.keep_found(lease, [], NOW),
    "keep_contacts": lambda store, lease, device: store.keep_contacts(lease, [contact(device, NOW)]),
}


@pytest.mark.parametrize("what", LATE)
@pytest.mark.parametrize("how", ["outdated", "given back"])
def test_who_comes_late_keeps_nothing(field: Field, what: str, how: str) -> None:
    access = field.meter(1)
    visit = field.lease(NOW)
    if how == "outdated":
        field.lease(NOW + LEASE, who="otro")
    else:
        field.store.release(visit.lease, NOW)
    with pytest.raises(LeaseLost):
        LATE[what](field.store, visit.lease, access.device_id)
    access.refresh_from_db()
    assert (access.next_counter, access.last_contact_at) == (1, None)
    assert not ReadingValue.objects.exists()
    assert not ReadingBatch.objects.exists()
    assert not DeviceEvent.objects.exists()
    assert Channel.objects.get().reading_cursor == 0


def test_a_meter_of_another_channel_is_not_touched(field: Field) -> None:
    field.meter(1)
    visit = field.lease(NOW)
    other = field.meter(2)
    (kept,) = field.store.keep_rows(visit.lease, [batch(other.device_id, rows(NOW, [[1]]))])
    assert kept.quarantined is Reason.UNKNOWN_METER
    with pytest.raises(LeaseLost):
        field.store.reserve_counters(visit.lease, other.device_id, 1)
    field.store.keep_contacts(visit.lease, [contact(other.device_id, NOW)])
    other.refresh_from_db()
    assert other.last_contact_at is None
    assert not ReadingValue.objects.exists()


def test_counters_are_never_given_twice(field: Field) -> None:
    access = field.meter(1)
    visit = field.lease(NOW)
    first = field.store.reserve_counters(visit.lease, access.device_id, 10)
    second = field.store.reserve_counters(visit.lease, access.device_id, 5)
    third = field.store.reserve_counters(visit.lease, access.device_id, 5, at_least=1_000)
    assert (first, second, third) == (1, 11, 1_000)
    assert field.store.reserve_counters(visit.lease, access.device_id, 1, at_least=3) == 1_005


def test_a_channel_that_fails_rests_for_a_growing_while(field: Field) -> None:
    field.meter(1)
    rests = []
    now = NOW
    for _ in range(3):
        visit = field.lease(now)
        field.store.release(visit.lease, now, Reason.UNREACHABLE)
        until = Channel.objects.get().rests_until
        assert field.store.lease("uno", 1, until - timedelta(seconds=1)) == []
        rests.append((until - now).total_seconds())
        now = until
    assert rests == sorted(rests)
    assert len(set(rests)) == 3
    field.store.release(field.lease(now).lease, now)
    assert Channel.objects.get().failures == 0


def test_nothing_due_means_no_visit_until_the_plan_runs(field: Field) -> None:
    field.plan()
    access = field.meter(1)
    now = MIDNIGHT + timedelta(hours=2)
    visit = field.lease(now)
    assert [(gap.after, gap.to) for gap in visit.gaps] == [(MIDNIGHT, MIDNIGHT + 2 * QUARTER)]
    lines = rows(MIDNIGHT + QUARTER, [[1], [2]])
    field.store.keep_rows(
        visit.lease, [batch(access.device_id, lines, covered=(MIDNIGHT, MIDNIGHT + 2 * QUARTER))]
    )
    done = contact(access.device_id, now, clock_off_s=0.5)
    field.store.keep_contacts(visit.lease, [done])
    field.store.release(visit.lease, now)
    assert field.store.lease("uno", 1, now) == []
    assert now < Channel.objects.get().due_at <= MIDNIGHT + timedelta(days=1, minutes=30)
    night = MIDNIGHT + timedelta(days=1, minutes=30)
    assert [gap.to for gap in field.lease(night).gaps] == [night]


def test_a_meter_that_fails_rests_and_the_others_do_not(field: Field) -> None:
    field.plan()
    channel = field.channel(concentrator=True, patience_s=0)
    bad, good = field.meter(1, channel), field.meter(2, channel)
    now = MIDNIGHT + timedelta(hours=1)
    visit = field.lease(now)
    assert {gap.meter.device_id for gap in visit.gaps} == {bad.device_id, good.device_id}
    field.store.keep_contacts(visit.lease, [contact(bad.device_id, now, Reason.METER_SILENT, detail="x")])
    field.store.release(visit.lease, now)
    again = field.lease(now + timedelta(seconds=1))
    assert {gap.meter.device_id for gap in again.gaps} == {good.device_id}
    bad.refresh_from_db()
    assert (bad.last_reason, bad.failures, bad.failing_since) == ("meter-silent", 1, now)


def test_a_concentrator_is_polled_and_told_of_its_meters(field: Field) -> None:
    channel = field.channel(concentrator=True, poll_s=300)
    access = field.meter(1, channel)
    visit = field.lease(NOW)
    assert visit.discover
    assert [meter.device_id for meter in visit.meters] == [access.device_id]
    assert visit.series == {}
    field.store.keep_rows(visit.lease, [batch(access.device_id, rows(NOW, [[1]]))])
    field.store.keep_reading_cursor(visit.lease, 12)
    field.store.keep_reading_cursor(visit.lease, 3)
    field.store.keep_contacts(visit.lease, [contact(access.device_id, NOW, clock_off_s=0.0)])
    field.store.release(visit.lease, NOW)
    assert field.store.lease("uno", 1, NOW + timedelta(seconds=299)) == []
    again = field.lease(NOW + timedelta(seconds=300))
    assert again.reading_cursor == 12
    assert again.series == {access.device_id: (ENERGY,)}


def test_events_are_kept_once(field: Field) -> None:
    access = field.meter(1)
    visit = field.lease(NOW)
    told = [
        EventRow(access.device_id, "", "0.0.99.98.0", 1, "power-down", NOW),
        EventRow(access.device_id, "", "0.0.99.98.0", 1, "power-down", NOW, sequence=1),
        EventRow(None, "", "uplink", 3, "started", NOW, sequence=9, alarm=True),
    ]
    assert field.store.keep_events(visit.lease, told, cursor=9) == 3
    assert field.store.keep_events(visit.lease, told + told, cursor=4) == 0
    assert Channel.objects.get().event_cursor == 9
    mine = DeviceEvent.objects.of(field.operator())
    assert mine.count() == 3
    assert {event.device_id for event in mine} == {None, access.device_id}


def test_a_collector_that_dies_leaves_an_unsure_order(field: Field) -> None:
    from system.head_end.api import OrderKind, order_of, request_order

    access = field.meter(1)
    user = field.operator()
    order = request_order(user, _id(), access.device, OrderKind.CUT)
    visit: Visit = field.lease(NOW)
    assert [work.id for work in visit.orders] == [order.id]
    assert field.begin(visit, order.id)
    later = NOW + LEASE
    (work,) = field.lease(later, who="otro").orders
    assert (work.id, work.unsure, work.attempt) == (order.id, True, 2)
    found = order_of(user, order.id)
    assert found is not None
    assert (found.state, found.reason) == (OrderState.UNSURE, Reason.COLLECTOR_STOPPED)
    with pytest.raises(LeaseLost):
        field.store.report(visit.lease, OrderReport(order.id, OrderState.DONE, later))


def _id() -> Any:
    import uuid

    return uuid.uuid4()
