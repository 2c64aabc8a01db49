"""What is well formed, as people type it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from vending_world import drn

from system.registry import identifiers
from system.registry.errors import UnableToRegister


@given(st.integers(0, 10**10 - 1), st.sampled_from(["", " ", "-", "\u00a0"]))
def test_a_drn_is_read_however_it_is_spaced(number: int, gap: str) -> None:
    digits = drn(number)
    assert identifiers.clean_drn(gap.join(digits)) == digits


@given(st.integers(0, 10**10 - 1), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: int, place: int, by: int) -> None:
    digits = drn(number)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    with pytest.raises(UnableToRegister, match="dígito de control") as refused:
        identifiers.clean_drn(wrong)
    assert refused.value.field == "drn"


@pytest.mark.parametrize("typed", ["", "123", "1" * 12, "٠٠٠٠٠٠٠٠٠١٨", "0000000001A", "=00000000018"])
def test_what_is_no_drn_is_refused(typed: str) -> None:
    with pytest.raises(UnableToRegister):
        identifiers.clean_drn(typed)


@given(st.text(max_size=80))
@example("e\x00\u0301")
def test_clean_text_holds_nothing_that_controls(typed: str) -> None:
    cleaned = identifiers.clean_text(typed)
    assert identifiers.clean_text(cleaned) == cleaned
    assert not any(unicodedata.category(character)[0] == "C" for character in cleaned)
    assert cleaned == cleaned.strip()


@given(st.text(max_size=40))
def test_a_document_is_bare_letters_and_digits_or_refused(typed: str) -> None:
    try:
        document = identifiers.clean_document(typed)
    except UnableToRegister:
        return
    assert document.isascii()
    assert document.isalnum()
    assert identifiers.clean_document(document) == document


def test_zeros_that_an_office_program_ate_come_back() -> None:
    assert identifiers.clean_sgc("1457") == "001457"
    for wrong in ("", "1234567", "12a", "١٢٣"):
        with pytest.raises(UnableToRegister):
            identifiers.clean_sgc(wrong or "x")


def test_eui48() -> None:
    assert identifiers.clean_eui48("00:1a-2B 3c4d5e") == "001A2B3C4D5E"
    with pytest.raises(UnableToRegister):
        identifiers.clean_eui48("00:1a:2b")
