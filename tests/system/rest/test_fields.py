"""Values as they travel: what is taken, what is refused, and that nothing else slips through."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from vending_world import NOW

from system.accounts.rest.fields import (
    LIMIT,
    Day,
    Instant,
    InstantIn,
    Page,
    PageIn,
    PageQuery,
    QueryInt,
    free_text,
    page_of,
    plain_text,
    whole,
)
from system.vending.rest.fields import units_of, wh_of
from system.vending.rest.sales import SaleIn, TokenOut

TEXT: TypeAdapter[str] = TypeAdapter(Annotated[str, plain_text(40)])
NOTE: TypeAdapter[str] = TypeAdapter(Annotated[str, free_text(40)])
NUMBER: TypeAdapter[int] = TypeAdapter(Annotated[int, whole(0, 10)])
QUERY: TypeAdapter[int] = TypeAdapter(QueryInt)
DAY: TypeAdapter[date] = TypeAdapter(Day)
MOMENT: TypeAdapter[datetime] = TypeAdapter(InstantIn)


def taken(adapter: TypeAdapter[Any], value: Any) -> Any:
    """The value as it is understood; None where it is refused."""
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None


@given(st.text())
@example("\x00")
@example("a\x7fb")
@example("   ")
@example("\ud800")
@example("Ñáñez <b>'; --")
def test_text_holds_no_control_characters(text: str) -> None:
    controls = any(ord(letter) < 32 or ord(letter) == 127 for letter in text)
    surrogate = any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
    fits = not controls and not surrogate and len(text) <= 40
    assert (taken(NOTE, text) == text) is fits
    assert (taken(TEXT, text) == text) is (fits and any(letter > " " for letter in text))


@pytest.mark.parametrize("value", [None, 1, ["a"], {"a": 1}, True])
def test_text_is_text(value: Any) -> None:
    assert taken(TEXT, value) is None
    assert taken(NOTE, value) is None


@given(st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none()))
def test_a_whole_number_of_a_body_is_no_text_and_no_fraction(value: Any) -> None:
    expected = type(value) is int and 0 <= value <= 10
    assert (taken(NUMBER, value) is not None) is expected


@given(st.one_of(st.integers(-(10**18) + 1, 10**18 - 1).map(str), st.text(max_size=5)))
@example("1_0")
@example("1.0")
@example("٣")
@example(" 1")
@example("+1")
@example("")
def test_a_number_of_an_address_is_digits(text: str) -> None:
    digits = text.removeprefix("-")
    plain = digits.isascii() and digits.isdigit()
    assert taken(QUERY, text) == (int(text) if plain else None)


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert taken(DAY, day.isoformat()) == day


@pytest.mark.parametrize(
    "value", ["2026-02-30", "20261124", "2026-W48-2", "24/11/2026", "", "2026-11-24T00:00:00Z", 0, 1.5, True]
)
def test_what_is_no_day_is_refused(value: Any) -> None:
    assert taken(DAY, value) is None


@given(
    st.datetimes(*(NOW.replace(year=year, tzinfo=None) for year in (1, 9998))),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_keeps_its_moment_and_leaves_in_utc(naive: datetime, offset_min: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    read = taken(MOMENT, moment.isoformat())
    assert read == moment
    assert read.tzinfo is UTC
    written = TypeAdapter(Instant).dump_python(read)
    assert written.endswith("Z")
    assert datetime.fromisoformat(written) == moment


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24",
        "2026-11-24T10:00:00",
        "ayer",
        "",
        0,
        None,
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_an_instant_without_zone_or_out_of_time_is_refused(value: Any) -> None:
    assert taken(MOMENT, value) is None


@given(st.lists(st.integers(), max_size=30), st.integers(1, 20), st.integers(0, 40))
def test_a_page_is_a_slice(rows: list[int], limit: int, offset: int) -> None:
    def make(number: int) -> TokenOut:
        return TokenOut(position=number, role="credit", digits="0" * 20)

    page = page_of(Page[TokenOut], rows, PageIn(limit=limit, offset=offset), make)
    assert [item.position for item in page.items] == rows[offset : offset + limit]
    assert (page.total, page.limit, page.offset) == (len(rows), limit, offset)


def test_a_page_has_a_usual_size() -> None:
    assert PageQuery().limit == PageIn().limit == LIMIT


@given(st.integers(1, 18_201_624))
def test_energy_goes_and_comes_back(units: int) -> None:
    assert units_of(wh_of(units)) == units
    asked = SaleIn(number="x", energy_wh=wh_of(units))
    assert asked.data(None).units == units  # type: ignore[arg-type]


@pytest.mark.parametrize("energy_wh", [0, 99, 150, -100, 18_201_625 * 100, "100", 100.0, True])
def test_energy_comes_in_steps_that_a_token_carries(energy_wh: Any) -> None:
    with pytest.raises(ValidationError):
        SaleIn(number="x", energy_wh=energy_wh)
