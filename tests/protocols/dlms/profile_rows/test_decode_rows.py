"""Rows of profiles: the compiled way gives what the generic one gives, whatever columns and octets."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms import profile_rows as decoder_module
from protocols.dlms.axdr import Data, DataTag, TypeDescription
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Column, Profile, Row, between, decode_rows, latest, rows_from_data

CLOCK = Column(CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2))
START = datetime(2026, 1, 1, 5, 15, tzinfo=UTC)
PERIOD_S = 900


def register(scaler: int = 0, unit: int | None = 30) -> Column:
    return Column(CaptureObject(3, Obis.from_string("1.0.1.8.0"), 2), scaler, unit)


def moment(number: int) -> Data:
    time = START + timedelta(seconds=PERIOD_S * number)
    return axdr.octet_string(CosemDateTime.from_utc(time).to_bytes())


def buffer(*rows: tuple[Data, ...]) -> bytes:
    return axdr.encode(axdr.array(*(axdr.structure(*row) for row in rows)))


def generic(raw: bytes, columns: list[Column]) -> tuple[Row, ...]:
    return rows_from_data(axdr.decode(raw), columns, period_s=PERIOD_S, deviation_minutes=300)


def decoded(raw: bytes, columns: list[Column]) -> tuple[Row, ...]:
    return decode_rows(raw, columns, period_s=PERIOD_S, deviation_minutes=300)


# ---------------------------------------------------------------- by example


def test_a_day_of_five_columns_is_read_by_its_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(moment(n), *(axdr.double_long_unsigned(1000 * n + k) for k in range(4))) for n in range(96)]
    columns = [CLOCK, *(register() for _ in range(4))]
    expected = generic(buffer(*rows), columns)
    monkeypatch.setattr(decoder_module, "rows_from_data", None)  # the generic way is not taken
    assert decoded(buffer(*rows), columns) == expected
    assert expected[95] == Row(START + timedelta(hours=23, minutes=45), 0, (95000, 95001, 95002, 95003))


def test_null_says_as_before_and_a_period_later() -> None:
    raw = buffer(
        (moment(0), axdr.unsigned(7), axdr.null()),
        (axdr.null(), axdr.null(), axdr.unsigned(9)),
        (axdr.null(), axdr.unsigned(8), axdr.null()),
    )
    rows = decoded(raw, [CLOCK, register(), register()])
    assert [row.time for row in rows] == [START + timedelta(seconds=PERIOD_S * n) for n in range(3)]
    assert [row.values for row in rows] == [(7, None), (7, 9), (8, 9)]
    assert decode_rows(raw, [CLOCK, register(), register()])[1].time is None  # without a period nobody knows


def test_deltas_count_from_the_row_before() -> None:
    raw = buffer(
        (moment(0), axdr.double_long_unsigned(100)),
        (axdr.null(), Data(DataTag.DELTA_UNSIGNED, 5)),
        (axdr.null(), Data(DataTag.DELTA_INTEGER, -2)),
    )
    assert [row.values for row in decoded(raw, [CLOCK, register()])] == [(100,), (105,), (103,)]
    first = decoded(buffer((moment(0), Data(DataTag.DELTA_UNSIGNED, 5))), [CLOCK, register()])
    assert first[0].values == (5,)


def test_a_compact_array_is_a_buffer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = TypeDescription(
        DataTag.STRUCTURE,
        elements=(TypeDescription(DataTag.OCTET_STRING), TypeDescription(DataTag.LONG_UNSIGNED)),
    )
    rows = [axdr.structure(moment(n), axdr.long_unsigned(n)) for n in range(20)]
    raw = axdr.encode(axdr.compact_array(kind, *rows))
    columns = [CLOCK, register()]
    expected = generic(raw, columns)
    monkeypatch.setattr(decoder_module, "rows_from_data", None)
    assert decoded(raw, columns) == expected
    assert expected[19].values == (19,)


def test_instants_that_are_none() -> None:
    never = axdr.octet_string(CosemDateTime(None, None, None, status=0xFF).to_bytes())
    no_zone = CosemDateTime.from_utc(START, 300).to_bytes()
    no_zone = axdr.octet_string(no_zone[:9] + b"\x80\x00\x01")
    rows = decoded(buffer((never, axdr.unsigned(1)), (no_zone, axdr.unsigned(2))), [CLOCK, register()])
    assert rows[0].time is None
    assert (rows[1].time, rows[1].clock_status) == (START, 1)


def test_a_profile_without_clock_and_an_empty_one() -> None:
    assert decoded(buffer((axdr.unsigned(1),), (axdr.unsigned(2),)), [register()]) == (
        Row(None, None, (1,)),
        Row(None, None, (2,)),
    )
    assert decoded(buffer(), [CLOCK, register()]) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x01",
        b"\x01\x85",
        b"\x09\x01\x00",
        buffer((axdr.unsigned(1),)),
        buffer((moment(0), axdr.unsigned(1)))[:-1],
        buffer((moment(0), axdr.unsigned(1))) + b"\x00",
        axdr.encode(axdr.array(axdr.unsigned(1))),
        b"\x13\x02\x02",
        b"\x13\x02\x02\x09\x11\x0f",
    ],
)
def test_what_is_no_buffer_of_these_columns_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        decoded(raw, [CLOCK, register()])


def test_quantities_are_exact() -> None:
    columns = (register(0), register(3), register(-2, 35), register(99))
    profile = Profile(columns, (Row(START, 0, (5, 5, 12046, 5)), Row(None, None, (None, b"x", True, 1.5))))
    first, second = profile.quantities()
    assert first == (START, (5, 5000, Decimal("120.46"), 5))
    assert second == (None, (None, b"x", True, 1.5))
    assert [column.symbol for column in columns[:3]] == ["Wh", "Wh", "V"]
    assert Column(columns[0].captures).symbol == ""


def test_selections() -> None:
    selection = between(START, START + timedelta(days=1))
    assert selection.restricting_object == CLOCK.captures
    assert CosemDateTime.from_bytes(selection.to_value.value).to_utc() == START + timedelta(days=1)  # type: ignore[arg-type]
    with pytest.raises(DlmsValueError):
        between(START.replace(tzinfo=None), START)
    assert latest(4, 10) == EntrySelection(7, 0)
    assert latest(4, 3) == EntrySelection(1, 0)


# ---------------------------------------------------------------- by property

_CELLS = {
    "unsigned": st.integers(0, 255).map(axdr.unsigned),
    "u32": st.integers(0, 2**32 - 1).map(axdr.double_long_unsigned),
    "i16": st.integers(-(2**15), 2**15 - 1).map(axdr.long),
    "bool": st.booleans().map(axdr.boolean),
    "enum": st.integers(0, 255).map(axdr.enum),
    "float": st.floats(width=32, allow_nan=False).map(axdr.float32),
    "octets": st.binary(min_size=3, max_size=3).map(axdr.octet_string),
    "date-time": st.binary(min_size=12, max_size=12).map(axdr.octet_string),
    "any octets": st.binary(max_size=4).map(axdr.octet_string),
    "text": st.text("abc", max_size=3).map(axdr.visible_string),
    "gaps": st.one_of(st.just(axdr.null()), st.integers(0, 9).map(axdr.unsigned)),
    "delta": st.integers(-9, 9).map(lambda step: Data(DataTag.DELTA_INTEGER, step)),
    "inner": st.integers(0, 9).map(lambda value: axdr.structure(axdr.unsigned(value))),
}
_CLOCKS = st.one_of(
    st.integers(0, 9999).map(moment),
    st.binary(min_size=12, max_size=12).map(axdr.octet_string),
    st.builds(
        lambda base, at, octet: axdr.octet_string(base[:at] + bytes((octet,)) + base[at + 1 :]),
        st.integers(0, 99).map(lambda number: moment(number).value),
        st.integers(0, 11),
        st.sampled_from((0, 1, 7, 8, 31, 59, 60, 99, 0x80, 0xFD, 0xFE, 0xFF)),
    ),
    st.just(axdr.null()),
    st.binary(min_size=12, max_size=12).map(axdr.date_time),
)


@given(st.data())
def test_both_ways_agree_on_every_buffer(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(_CELLS)), min_size=1, max_size=5))
    place = data.draw(st.integers(-1, len(kinds)))
    cells = [_CELLS[kind] for kind in kinds]
    columns = [register() for _ in kinds]
    if place >= 0:
        cells.insert(place, _CLOCKS)
        columns.insert(place, CLOCK)
    rows = data.draw(st.lists(st.tuples(*cells), max_size=6))
    raw = buffer(*rows)
    assert decoded(raw, columns) == generic(raw, columns)


@given(st.binary(max_size=60), st.integers(0, 3))
@example(b"\x00", 0)
def test_any_octets_are_rows_or_a_decode_error(raw: bytes, width: int) -> None:
    columns = [CLOCK, register(), register()][:width]
    for octets in (raw, b"\x01" + raw, b"\x13\x02" + bytes((width,)) + raw):
        try:
            assert isinstance(decoded(octets, columns), tuple)
        except DecodeError:
            continue
