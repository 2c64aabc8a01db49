"""Many homes at once tell what each of them tells by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from field_store import DAILY, LOAD, MIDNIGHT, QUARTER, Field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.intervals import seconds
from system.head_end.models import Series
from system.head_end.selectors.consumption import consumption_by_installation, consumption_wh
from system.head_end.value_storage.values import store_values
from system.registry.models import DeviceInstallation, Installation

HOMES = 3
BEGIN_S = seconds(MIDNIGHT)
#: Quarters of an hour of the world.
QUARTERS = 8
instants = st.integers(0, QUARTERS).map(lambda number: MIDNIGHT + number * QUARTER)
#: Which quarters were read, of a register; now and then with seconds beside the grid.
read = st.lists(st.tuples(st.integers(0, QUARTERS), st.sampled_from([0, 0, 0, 7])), max_size=QUARTERS + 1)


def series_of(device: Any, profile: str = LOAD, period_s: int = 900, **more: Any) -> Series:
    return Series.objects.create(
        device=device,
        profile=profile,
        class_id=3,
        obis="1.0.1.8.0",
        attribute=2,
        unit=30,
        period_s=period_s,
        created_at=MIDNIGHT,
        **more,
    )


def keep(series: Series, quarters: list[tuple[int, int]], factor: int = 10) -> None:
    at_s = sorted({BEGIN_S + quarter * 900 + more for quarter, more in quarters})
    store_values([(series.pk, at, 100 + factor * (at - BEGIN_S), 0) for at in at_s])


def swap(field: Field, device: Any, at: Any, number: int) -> Any:
    """Another meter in the place of one; the new one."""
    hung = DeviceInstallation.objects.get(device=device)
    second = field.device(number)
    DeviceInstallation.objects.filter(device=second).update(valid_to=MIDNIGHT - timedelta(days=1))
    hung.ends(at)
    DeviceInstallation.objects.create(
        provider=hung.provider,
        device=second,
        installation=hung.installation,
        role="meter",
        valid_from=at,
    )
    return second


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    registers=st.lists(read, min_size=HOMES, max_size=HOMES),
    daily=read,
    swapped_at=st.none() | instants,
    second=read,
    replaced=st.none() | read,
    start=instants,
    end=instants,
)
def test_many_homes_tell_what_each_tells(
    field: Field,
    registers: Any,
    daily: Any,
    swapped_at: Any,
    second: Any,
    replaced: Any,
    start: Any,
    end: Any,
) -> None:
    with transaction.atomic():
        devices = [field.device(number) for number in range(1, HOMES + 1)]
        DeviceInstallation.objects.update(valid_from=MIDNIGHT - timedelta(days=2))
        for number, (device, quarters) in enumerate(zip(devices, registers, strict=True)):
            keep(series_of(device), quarters, factor=number + 1)
        keep(series_of(devices[0], DAILY, 86_400), daily, factor=3)
        if swapped_at is not None:
            keep(series_of(swap(field, devices[1], swapped_at, HOMES + 1)), second)
        if replaced is not None:
            Series.objects.filter(device=devices[2]).update(retired_at=MIDNIGHT)
            keep(series_of(devices[2]), replaced)
        homes = Installation.objects.filter(provider=field.village.provider)
        expected = {home.pk: consumption_wh(home, start, end) for home in homes}
        assert consumption_by_installation(homes, start, end) == expected
        transaction.set_rollback(True)


def test_as_many_statements_for_many_homes_as_for_one(field: Field) -> None:
    asked = {}
    for many in (1, 6):
        for number in range(1, many + 1):
            device = field.device(number)
            if not Series.objects.filter(device=device).exists():
                keep(series_of(device), [(0, 0), (4, 0)])
        DeviceInstallation.objects.update(valid_from=MIDNIGHT - timedelta(days=2))
        homes = Installation.objects.filter(provider=field.village.provider)
        with CaptureQueriesContext(connection) as queries:
            found = consumption_by_installation(homes, MIDNIGHT, MIDNIGHT + 4 * QUARTER)
        assert found == dict.fromkeys(homes.values_list("pk", flat=True), 36_000)
        asked[many] = len(queries)
    assert asked[1] == asked[6] <= 5


def test_a_home_without_a_meter_has_no_answer(field: Field) -> None:
    home = DeviceInstallation.objects.get(device=field.device(1)).installation
    DeviceInstallation.objects.update(valid_from=MIDNIGHT + timedelta(days=2))
    homes = Installation.objects.filter(pk=home.pk)
    assert consumption_by_installation(homes, MIDNIGHT, MIDNIGHT + QUARTER) == {home.pk: None}
    assert consumption_by_installation(homes, MIDNIGHT, MIDNIGHT) == {home.pk: 0}


@pytest.mark.parametrize("series", [1, 600])
def test_values_within_spans_are_asked_for_once(db: Any, series: int) -> None:
    from system.head_end.value_storage.values import values_within

    store_values([(number, at, at, 0) for number in range(series) for at in (900, 1800, 2700)])
    with CaptureQueriesContext(connection) as queries:
        found = values_within([(number, 1800, 2700) for number in range(series)])
    assert sorted(found) == [(number, at, at) for number in range(series) for at in (1800, 2700)]
    assert len(queries) == 1
