"""Quantities and registration: without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.head_end import quantities
from system.head_end.registration_rules import REGISTRATION_REASONS, Findings, decide_registration
from system.head_end.vocabulary import Registration


@given(st.lists(st.integers(0, 100)), st.integers(0, 100))
def test_what_is_believed_of_a_register_never_goes_back(values: list[int], before: int) -> None:
    away = quantities.decreasing_values(values, before)
    kept = [before, *(value for place, value in enumerate(values) if place not in away)]
    assert kept == sorted(kept)
    assert sorted(values) != values or min([*values, before]) != before or not away


@pytest.mark.parametrize(
    ("before", "value", "modulus"),
    [(99_990, 12, 100_000), (2**32 - 5, 3, 2**32), (50_000, 12, None), (99_990, 50_000, None)],
)
def test_a_register_that_wraps_is_told_from_one_that_was_set_back(
    before: int, value: int, modulus: int | None
) -> None:
    assert quantities.rollover_modulus(before, value) == modulus


@pytest.mark.parametrize(
    ("found", "state", "why"),
    [
        (Findings(known=True), Registration.CONFIRMED, ""),
        (Findings(known=False), Registration.QUARANTINED, "unknown-serial"),
        (Findings(known=True, twice=True), Registration.QUARANTINED, "duplicate-serial"),
        (Findings(known=True, same_eui48=False), Registration.QUARANTINED, "other-eui48"),
        (Findings(known=True, eui48_elsewhere=True), Registration.QUARANTINED, "duplicate-eui48"),
        (Findings(known=True, is_meter=False), Registration.QUARANTINED, "not-a-meter"),
        (
            Findings(known=True, concentrator_reason="wrong-keys"),
            Registration.QUARANTINED,
            "wrong-keys",
        ),
        (Findings(known=True, elsewhere=True), Registration.FOUND, "elsewhere"),
    ],
)
def test_only_what_is_known_and_unique_is_confirmed_by_the_rule(
    found: Findings, state: Registration, why: str
) -> None:
    assert decide_registration(found, confirm_known=True) == (state, why)
    assert why in REGISTRATION_REASONS
    careful = decide_registration(found, confirm_known=False)
    assert careful[0] is not Registration.CONFIRMED
    assert careful == ((state, why) if why else (Registration.FOUND, "waiting"))
