"""Selective access to a buffer against a plain filter over its rows; cells that keep any captured value."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from sim.meter.clock.device_clock import LocalZone, from_epoch_us, to_epoch_us
from sim.meter.cosem.load_profiles import pack, unpacker
from sim.meter.cosem.profile_generic import CLOCK, Column, Table
from sim.meter.metering.load_profile import LoadProfile, ProfileRow, ProfileTerms

ZONE = LocalZone(300)
A, B = (CaptureObject(3, Obis.from_string(f"1.0.{c}.8.0"), 2) for c in (1, 2))
COLUMNS = (CLOCK, A, B)
START_US = to_epoch_us(datetime(2026, 1, 1, tzinfo=UTC))
rows_of = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(0, 9)), max_size=25)


def table(rows):
    made = [ProfileRow(START_US + minute * 60_000_000, (0, a, b)) for minute, a, b in rows]
    columns = tuple(Column(item, axdr.double_long_unsigned) for item in COLUMNS)
    return Table(lambda: made, columns, ZONE.octets, 300), made


def octets(minute):
    instant = from_epoch_us(START_US) + timedelta(minutes=minute)
    return axdr.octet_string(CosemDateTime.from_utc(instant).to_bytes())


def shown(row, wanted):
    cells = {CLOCK: ZONE.octets(row.epoch_us), A: row.values[1], B: row.values[2]}
    return [cells[item] for item in COLUMNS if item in wanted]


@given(rows_of, st.booleans(), st.integers(0, 50), st.integers(0, 50), st.sets(st.sampled_from(COLUMNS)))
def test_a_range_of_time_is_a_filter(rows, in_order, low, high, wanted):
    served, made = table(sorted(rows) if in_order else rows)
    asked = RangeSelection(CLOCK, octets(low), octets(high), tuple(wanted))
    kept = [row for row in made if low <= (row.epoch_us - START_US) // 60_000_000 <= high]
    assert served.read(asked).python() == [shown(row, wanted or COLUMNS) for row in kept]


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=25), st.booleans())
def test_the_instants_that_rows_show_are_a_range_that_holds_them(instants, in_order):
    made = [ProfileRow(START_US + us, (0,)) for us in (sorted(instants) if in_order else instants)]
    served = Table(lambda: made, (Column(CLOCK, axdr.double_long_unsigned),), ZONE.octets, 300)
    low, high = (axdr.octet_string(ZONE.octets(START_US + us)) for us in (min(instants), max(instants)))
    assert len(served.read(RangeSelection(CLOCK, low, high)).value) == len(made)


@given(rows_of, st.integers(0, 9), st.integers(0, 9))
def test_a_range_of_values_is_a_filter_too(rows, low, high):
    served, made = table(rows)
    asked = RangeSelection(B, axdr.unsigned(low), axdr.unsigned(high))
    kept = [row for row in made if low <= row.values[2] <= high]
    assert served.read(asked).python() == [shown(row, COLUMNS) for row in kept]


@given(rows_of, st.integers(1, 30), st.integers(0, 30), st.integers(1, 4), st.integers(0, 4))
def test_entries_and_columns_count_from_one_and_0_is_the_end(rows, first, last, left, right):
    served, made = table(rows)
    kept = made[first - 1 : last or None]
    wanted = COLUMNS[left - 1 : right or None]
    expected = [shown(row, wanted) for row in kept]
    assert served.read(EntrySelection(first, last, left, right)).python() == expected


@pytest.mark.parametrize(
    "asked",
    [
        RangeSelection(CLOCK, axdr.unsigned(1), octets(1)),
        RangeSelection(CLOCK, octets(1), axdr.octet_string(b"123")),
        RangeSelection(A, octets(1), octets(2)),
        RangeSelection(CaptureObject(3, Obis.from_string("1.0.99.8.0"), 2), octets(1), octets(2)),
        RangeSelection(CLOCK, octets(1), octets(2), (CaptureObject(1, A.logical_name, 2),)),
    ],
)
def test_what_the_table_does_not_have_is_refused(asked):
    served, _ = table([(1, 2, 3)])
    with pytest.raises(AccessError):
        served.read(asked)


# ------------------------------------------------------------ cells

VALUES = st.one_of(
    st.integers(-128, 127).map(axdr.integer),
    st.integers(0, 2**32 - 1).map(axdr.double_long_unsigned),
    st.integers(-(2**63) + 1, 2**63 - 1).map(axdr.long64),
    st.booleans().map(axdr.boolean),
    st.integers(0, 255).map(axdr.enum),
    st.binary(max_size=7).map(axdr.octet_string),
    st.just(axdr.null()),
)


@given(VALUES)
def test_a_captured_value_comes_back_as_it_was(data):
    kind, number = pack(data, 300)
    assert -(2**63) <= number < 2**63
    assert unpacker(kind, ZONE.octets)(number) == data


@given(
    st.datetimes(
        datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-01-01"), timezones=st.just(UTC)
    )
)
def test_a_captured_time_comes_back_to_the_hundredth(instant):
    instant = instant.replace(microsecond=instant.microsecond // 10_000 * 10_000)
    data = axdr.octet_string(CosemDateTime.from_utc(instant).to_bytes())
    kind, number = pack(data, 300)
    assert unpacker(kind, ZONE.octets)(number) == data


def test_never_stays_never_and_a_long_text_has_no_place():
    never = axdr.octet_string(ZONE.octets(None))
    kind, number = pack(never, 300)
    assert unpacker(kind, ZONE.octets)(number) == never
    for data in (axdr.octet_string(b"12345678"), axdr.visible_string("x"), axdr.array()):
        with pytest.raises(AccessError):
            pack(data, 300)


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from([0, 6, 18])), max_size=30))
def test_a_profile_is_a_list_that_forgets_and_empties_when_a_column_changes_its_kind(steps):
    profile, model, known = LoadProfile(ProfileTerms("x", 0, 5, ((3, bytes(6), 2, 0),))), [], 0
    for instant, (value, kind) in enumerate(steps):
        profile.capture(instant, (value,), (kind,))
        if kind and known and kind != known:
            model = []
        known = kind or known
        model = [*model, ProfileRow(instant, (value,))][-5:]
        assert list(profile.rows) == model
        assert profile.kinds == (known,)
        assert profile.rows[-1] == model[-1]
        assert profile.rows[1:3] == model[1:3]
