"""Readings: each kept once, gaps known and refilled, what is not believed kept apart and told."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from field_store import DAILY, ENERGY, LOAD, MIDNIGHT, QUARTER, VOLTAGE, Field, batch, contact, rows

from system.head_end import api, store_port
from system.head_end.api import Quality, Reason
from system.head_end.models import (
    Coverage,
    FieldRules,
    MeterAccess,
    QuarantinedValue,
    ReadingBatch,
    ReadingValue,
    Series,
)
from system.head_end.selectors.reading_gaps import DOUBTED, NONE_THERE, OPEN, gap_report
from system.head_end.services.validation import accept_change
from system.head_end.vocabulary import Source

DAY = timedelta(days=1)
NIGHT = MIDNIGHT + DAY + timedelta(minutes=30)
FIRST = MIDNIGHT + QUARTER


@pytest.fixture
def access(field: Field) -> Any:
    field.plan()
    return field.meter(1)


@pytest.fixture
def visit(field: Field, access: Any) -> store_port.Visit:
    return field.lease(NIGHT)


def keep(field: Field, visit: store_port.Visit, *batches: store_port.RowBatch) -> Any:
    found = field.store.keep_rows(visit.lease, batches)
    return found[0] if len(found) == 1 else found


def values() -> list[int]:
    return list(ReadingValue.objects.order_by("series_id", "ends_at_s").values_list("value", flat=True))


@pytest.mark.requirement("R3-02")
def test_a_batch_is_kept_once_and_rows_are_known_again(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    lines = rows(FIRST, [[10, 2301], [12, None], [12, 2299]])
    one = batch(access.device_id, lines, columns=(ENERGY, VOLTAGE), raw=b"frame")
    assert keep(field, visit, one) == store_port.StoreResult(3, 0)
    assert keep(field, visit, one) == store_port.StoreResult(0, 3)
    again = batch(
        access.device_id, [*lines, *rows(FIRST + 3 * QUARTER, [[13, 2300]])], columns=(ENERGY, VOLTAGE)
    )
    assert keep(field, visit, again) == store_port.StoreResult(1, 3)
    assert values() == [10, 12, 12, 13, 2301, 2299, 2300]
    assert ReadingBatch.objects.count() == 2
    assert set(Series.objects.values_list("obis", "scaler", "unit")) == {
        ("1.0.1.8.0", 0, 30),
        ("1.0.12.7.0", -1, 35),
    }


def test_another_number_is_kept_apart(field: Field, visit: store_port.Visit, access: Any) -> None:
    keep(field, visit, batch(access.device_id, rows(FIRST, [[10], [12]])))
    kept = keep(field, visit, batch(access.device_id, rows(FIRST, [[10], [11]])))
    assert kept == store_port.StoreResult(0, 1, 1)
    assert values() == [10, 12]
    apart = QuarantinedValue.objects.get()
    assert (apart.value, apart.reason) == (11, "contradicted")


@pytest.mark.requirement("R3-02")
def test_holes_are_known_asked_for_and_refilled(field: Field, visit: store_port.Visit, access: Any) -> None:
    to = NIGHT
    assert [(gap.profile, gap.after, gap.to) for gap in visit.gaps] == [(LOAD, MIDNIGHT, to)]
    piece = (MIDNIGHT + 10 * QUARTER, MIDNIGHT + 20 * QUARTER)
    lines = rows(piece[0] + QUARTER, [[number] for number in range(10)])
    keep(field, visit, batch(access.device_id, lines, covered=piece))
    field.store.release(visit.lease, NIGHT)
    again = field.lease(NIGHT)
    assert [(gap.after, gap.to) for gap in again.gaps] == [(MIDNIGHT, piece[0]), (piece[1], to)]
    # rows of a concentrator cover themselves, and what was there is not asked for again
    early = rows(FIRST, [[0]] * 10)
    keep(field, again, batch(access.device_id, early, source=Source.CONCENTRATOR))
    late = rows(piece[1] + QUARTER, [[9]] * 78)
    keep(field, again, batch(access.device_id, late, covered=(piece[1], to)))
    assert gap_report(field.operator(), NIGHT) == []
    assert Coverage.objects.get().had == [[int(MIDNIGHT.timestamp()), int(to.timestamp())]]


@pytest.mark.requirement("R3-02")
def test_no_data_there_is_told_apart_from_not_asked_yet(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    half = MIDNIGHT + 48 * QUARTER
    lines = [*rows(FIRST, [[1]] * 20), *rows(FIRST + 30 * QUARTER, [[2]] * 18)]
    keep(field, visit, batch(access.device_id, lines, covered=(MIDNIGHT, half)))
    report = gap_report(field.operator(), NIGHT)
    assert [(row.kind, row.rows) for row in report] == [(NONE_THERE, 10), (OPEN, 50)]
    curve = api.curve(access.device, api.ENERGY_IMPORT, MIDNIGHT, MIDNIGHT + DAY)
    assert curve is not None
    qualities = [point.quality for point in curve.points]
    assert (
        qualities
        == [Quality.GOOD] * 20 + [Quality.NONE_THERE] * 10 + [Quality.GOOD] * 18 + [Quality.NOT_READ] * 48
    )
    # rows that come after all are no gap any more
    keep(field, visit, batch(access.device_id, rows(FIRST + 20 * QUARTER, [[1]] * 10)))
    assert [row.kind for row in gap_report(field.operator(), NIGHT)] == [OPEN]


def test_a_clock_that_is_too_far_off_puts_rows_apart(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    lines = rows(FIRST, [[10], [12]])
    kept = keep(
        field, visit, batch(access.device_id, lines, clock_off_s=7200.0, covered=(MIDNIGHT, FIRST + QUARTER))
    )
    assert kept == store_port.StoreResult(0, 0, 0, Reason.CLOCK_OFF)
    assert values() == []
    assert QuarantinedValue.objects.filter(reason="clock-off").count() == 2
    access.refresh_from_db()
    assert access.doubt == "clock-off"
    assert [row.kind for row in gap_report(field.operator(), NIGHT)] == [DOUBTED, OPEN]
    FieldRules.objects.create(provider=field.village.provider, clock_doubt_s=10_000)
    lines = rows(FIRST + 2 * QUARTER, [[13]])
    assert keep(field, visit, batch(access.device_id, lines, clock_off_s=7200.0)) == store_port.StoreResult(
        1, 0
    )
    access.refresh_from_db()
    assert access.doubt == ""


def test_rows_of_the_future_are_not_believed(field: Field, visit: store_port.Visit, access: Any) -> None:
    lines = rows(FIRST, [[10], [12]], step=timedelta(hours=2))
    kept = keep(field, visit, batch(access.device_id, lines, received_at=FIRST + timedelta(minutes=1)))
    assert kept == store_port.StoreResult(1, 0, 0, Reason.CLOCK_OFF)
    assert values() == [10]


def test_another_scaler_is_put_apart_until_somebody_accepts_it(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    keep(field, visit, batch(access.device_id, rows(FIRST, [[1000, 2300]]), columns=(ENERGY, VOLTAGE)))
    other = store_port.Column(3, "1.0.1.8.0", 2, 3, 30)
    lines = rows(FIRST + QUARTER, [[2, 2301], [3, 2302]])
    kept = keep(field, visit, batch(access.device_id, lines, columns=(other, VOLTAGE)))
    assert kept == store_port.StoreResult(2, 0, 0, Reason.SCALER_CHANGED)
    assert values() == [1000, 2300, 2301, 2302]
    assert MeterAccess.objects.get().doubt == "scaler-changed"
    assert accept_change(field.operator(), access, "scaler-changed") == 2
    access.refresh_from_db()
    assert access.doubt == ""
    curve = api.curve(access.device, api.ENERGY_IMPORT, MIDNIGHT, FIRST + 2 * QUARTER)
    assert curve is not None
    assert [point.value for point in curve.points] == [1000, 2000, 3000]
    kept = keep(
        field,
        visit,
        batch(access.device_id, rows(FIRST + 3 * QUARTER, [[4, 2300]]), columns=(other, VOLTAGE)),
    )
    assert kept == store_port.StoreResult(1, 0)


def test_a_register_that_wraps_is_put_apart_and_in_no_sum(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    keep(field, visit, batch(access.device_id, rows(FIRST, [[99_000], [99_990]])))
    kept = keep(field, visit, batch(access.device_id, rows(FIRST + 2 * QUARTER, [[15], [25], [40]])))
    assert kept == store_port.StoreResult(0, 0, 0, Reason.REGISTER_WRAPPED)
    assert MeterAccess.objects.get().doubt == "register-wrapped"
    end = FIRST + 4 * QUARTER
    assert api.consumption_wh(access.device, FIRST, end) is None
    assert accept_change(field.operator(), access, "register-wrapped") == 3
    assert api.consumption_wh(access.device, FIRST, end) == (99_990 - 99_000) + (40 - 15)
    assert keep(field, visit, batch(access.device_id, rows(end + QUARTER, [[50]]))) == store_port.StoreResult(
        1, 0
    )


def test_one_wrong_value_takes_no_others_with_it(field: Field, visit: store_port.Visit, access: Any) -> None:
    kept = keep(field, visit, batch(access.device_id, rows(FIRST, [[100], [3], [101]])))
    assert kept == store_port.StoreResult(2, 0, 0, Reason.REGISTER_WRAPPED)
    assert values() == [100, 101]


def test_a_number_that_fits_nowhere_is_not_understood(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    kept = keep(field, visit, batch(access.device_id, rows(FIRST, [[2**63], [5]])))
    assert kept == store_port.StoreResult(1, 0, 0, Reason.NOT_UNDERSTOOD)
    assert values() == [5]


@pytest.mark.parametrize("reason", [Reason.WRONG_SERIAL, Reason.SCALER_CHANGED])
def test_a_wrong_meter_is_put_apart_and_not_spoken_with(
    field: Field, visit: store_port.Visit, access: Any, reason: Reason
) -> None:
    field.store.keep_contacts(visit.lease, [contact(access.device_id, NIGHT, reason)])
    kept = keep(field, visit, batch(access.device_id, rows(FIRST, [[10]])))
    assert kept.quarantined is Reason.WRONG_SERIAL
    assert values() == []
    field.store.release(visit.lease, NIGHT)
    assert field.store.lease("uno", 1, NIGHT + DAY) == []
    assert not api.reachable(access.device)


@pytest.mark.requirement("R4.2-03")
def test_days_and_curves_mark_their_gaps(field: Field, visit: store_port.Visit, access: Any) -> None:
    lines = rows(MIDNIGHT, [[100 * number] for number in range(5)], step=DAY)
    given = batch(access.device_id, lines, profile=DAILY, period_s=86_400, received_at=MIDNIGHT + 6 * DAY)
    keep(field, visit, given)
    keep(field, visit, batch(access.device_id, rows(FIRST, [[1], [3], [None], [9], [11]])))
    found = api.daily_consumption(access.device, date(2026, 11, 24), date(2026, 11, 28))
    assert [day.energy_wh for day in found] == [100, 100, 100, 100, None]
    assert [day.day.day for day in found] == [24, 25, 26, 27, 28]
    energy = api.load_curve(access.device, FIRST, FIRST + 4 * QUARTER)
    assert energy is not None
    assert [point.value for point in energy.points] == [2, None, None, 2]
    assert (energy.unit, energy.period_s, energy.gaps) == ("Wh", 900, 2)
    last = api.last_reading(access.device)
    assert last is not None
    assert (last.at, last.energy_wh) == (MIDNIGHT + 4 * DAY, 400)
    assert api.curve(access.device, "1.0.99.9.9", FIRST, NIGHT) is None


def test_a_status_word_makes_a_value_doubtful(field: Field, visit: store_port.Visit, access: Any) -> None:
    keep(field, visit, batch(access.device_id, rows(FIRST, [[10]], status=0x20)))
    curve = api.curve(access.device, api.ENERGY_IMPORT, MIDNIGHT, FIRST)
    assert curve is not None
    assert [(point.value, point.quality) for point in curve.points] == [(10, Quality.DOUBTFUL)]


def test_a_home_is_counted_over_a_swap_of_its_meter(
    field: Field, visit: store_port.Visit, access: Any
) -> None:
    from system.registry.models import DeviceInstallation

    hung = DeviceInstallation.objects.get(device=access.device)
    home, swap = hung.installation, MIDNIGHT + timedelta(hours=2, minutes=7)
    second = field.meter(2, access.channel)
    DeviceInstallation.objects.filter(device=second.device).update(valid_to=MIDNIGHT)
    hung.ends(swap)
    DeviceInstallation.objects.create(
        provider=home.provider, device=second.device, installation=home, role="meter", valid_from=swap
    )
    keep(field, visit, batch(access.device_id, rows(MIDNIGHT, [[1000 + 10 * n] for n in range(9)])))
    keep(field, visit, batch(second.device_id, rows(MIDNIGHT + 9 * QUARTER, [[5 * n] for n in range(88)])))
    found = api.daily_consumption(home, date(2026, 11, 24), date(2026, 11, 24))
    assert [day.energy_wh for day in found] == [80 + 5 * 87]
    assert api.consumption_wh(home, MIDNIGHT, MIDNIGHT + DAY) == 80 + 5 * 87
    assert api.consumption_wh(home, MIDNIGHT, MIDNIGHT) == 0


def test_a_plan_of_a_group_counts_for_its_meters_alone(field: Field) -> None:
    from system.registry.models import DeviceInstallation, Group, GroupMembership

    channel = field.channel(concentrator=True, patience_s=0)
    inside, outside = field.meter(1, channel), field.meter(2, channel)
    group = Group.objects.create(provider=field.village.provider, axis="zone", name="Alta")
    GroupMembership.objects.create(
        provider=field.village.provider,
        group=group,
        installation=DeviceInstallation.objects.get(device=inside.device).installation,
        valid_from=MIDNIGHT - DAY,
    )
    field.plan(group=group)
    gaps = field.lease(NIGHT).gaps
    assert {gap.meter.device_id for gap in gaps} == {inside.device_id}
    assert outside.device_id != inside.device_id


def test_what_a_concentrator_may_still_bring_is_asked_for_when_its_time_is_over(field: Field) -> None:
    """Not the next night: as soon as the patience with it has passed."""
    channel = field.channel(concentrator=True, patience_s=6 * 3600)
    field.meter(1, channel)
    field.plan()
    early = field.lease(NIGHT)
    assert {gap.to for gap in early.gaps} == {floored(NIGHT - timedelta(hours=6))}
    field.store.release(early.lease, NIGHT)
    later = field.lease(NIGHT + timedelta(hours=7))
    assert {gap.to for gap in later.gaps} == {floored(NIGHT)}


def floored(instant: datetime) -> datetime:
    """The quarter of an hour before."""
    return instant - (instant - MIDNIGHT) % QUARTER


def test_many_batches_at_once_are_told_one_by_one(field: Field, visit: store_port.Visit, access: Any) -> None:
    keep(field, visit, batch(access.device_id, rows(FIRST, [[5]])))
    kept = field.store.keep_rows(
        visit.lease,
        [
            batch(access.device_id, rows(FIRST, [[5], [6]]), number=1),
            batch(access.device_id, rows(FIRST + 2 * QUARTER, [[7]]), number=2),
            batch(access.device_id, rows(FIRST + 2 * QUARTER, [[7]]), number=2),
            batch(field.device(9).pk, rows(FIRST, [[5]]), number=3),
        ],
    )
    assert kept == [
        store_port.StoreResult(1, 1),
        store_port.StoreResult(1, 0),
        store_port.StoreResult(0, 1),
        store_port.StoreResult(0, 0, quarantined=Reason.UNKNOWN_METER),
    ]
    assert ReadingBatch.objects.filter(pk=uuid.uuid5(uuid.NAMESPACE_OID, "2")).count() == 1


def test_many_batches_take_as_many_statements_as_one(field: Field) -> None:
    channel = field.channel(concentrator=True)
    devices = [field.meter(number, channel).device_id for number in range(1, 6)]
    visit, asked = field.lease(NIGHT), []
    for number, some in enumerate([devices, devices[:1], devices]):
        lines = rows(FIRST + number * QUARTER, [[number, 2300]])
        given = [batch(device, lines, columns=(ENERGY, VOLTAGE)) for device in some]
        with CaptureQueriesContext(connection) as queries:
            kept = field.store.keep_rows(visit.lease, given)
        assert kept == [store_port.StoreResult(1, 0)] * len(some)
        asked.append(len(queries))
    assert asked[1] == asked[2]
