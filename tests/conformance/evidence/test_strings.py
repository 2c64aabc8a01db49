import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence.formatting import clean, decimal, instant, localised, shown_instant, spaced_hex


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_can_be_carried_anywhere(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert len(cleaned) == len(text)
    assert not any(ord(char) < 0x20 and char not in "\n\t" for char in cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=("L", "N", "P", "Zs"))))
def test_clean_leaves_words_alone(text: str) -> None:
    assert clean(text) == text


def test_reading_direction_cannot_be_turned() -> None:
    assert clean("a\u202eb\u2066c") == "a�b�c"


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        ("119.87", "119,87", "119.87"),
        ("-0.5", "-0,5", "-0.5"),
        ("1234", "1234", "1234"),
        ("1.2.3", "1.2.3", "1.2.3"),
    ],
)
def test_numbers_as_each_language_writes_them(value: str, es: str, en: str) -> None:
    assert (localised(value, "es"), localised(value, "en")) == (es, en)


def test_decimals() -> None:
    assert (decimal(1.25, 3, "es"), decimal(1.25, 3, "en")) == ("1,250", "1.250")


def test_hex_is_spaced_so_that_it_wraps() -> None:
    assert spaced_hex("7ea008") == "7E A0 08"
    assert spaced_hex("") == ""


@pytest.mark.parametrize(
    "iso",
    ["2026-01-05T14:03:22+00:00", "2026-01-05T14:03:22Z", "2026-01-05T14:03:22", "2026-01-05T09:03:22-05:00"],
)
def test_an_instant_is_shown_in_utc(iso: str) -> None:
    assert shown_instant(iso) == "2026-01-05 14:03:22 UTC"


def test_a_text_that_is_no_instant_still_dates_a_document() -> None:
    assert shown_instant("yesterday") == "yesterday"
    assert instant("yesterday").year == 2000
