"""The 16-bit amount coding: borders, rounding up, identity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.amounts import (
    AMOUNT_MAX,
    OFFSETS,
    decode_amount,
    encode_amount,
    units_from_wh,
    wh_from_units,
)
from protocols.sts.errors import StsValueError


@pytest.mark.parametrize(
    ("units", "exponent", "mantissa", "decoded"),
    [
        (0, 0, 0, 0),
        (16383, 0, 16383, 16383),
        (16384, 1, 0, 16384),
        (16385, 1, 1, 16394),
        (20000, 1, 362, 20004),
        (180214, 1, 16383, 180214),
        (180215, 2, 0, 180224),
        (180223, 2, 0, 180224),
        (180224, 2, 0, 180224),
        (180225, 2, 1, 180324),
        (1818524, 2, 16383, 1818524),
        (1818623, 3, 0, 1818624),
        (1818624, 3, 0, 1818624),
        (18201624, 3, 16383, 18201624),
    ],
)
def test_borders_of_the_exponents(units: int, exponent: int, mantissa: int, decoded: int) -> None:
    assert encode_amount(units) == exponent << 14 | mantissa
    assert decode_amount(encode_amount(units)) == decoded


@given(st.integers(0, 0xFFFF))
def test_every_field_is_read_back(field16: int) -> None:
    assert encode_amount(decode_amount(field16)) == field16


@given(st.integers(0, AMOUNT_MAX))
def test_rounding_is_up_and_below_one_step(units: int) -> None:
    decoded = decode_amount(encode_amount(units))
    exponent = encode_amount(units) >> 14
    assert units <= decoded < units + 10**exponent


@pytest.mark.parametrize("units", [-1, AMOUNT_MAX + 1, 10**12])
def test_amounts_outside_the_coding_are_refused(units: int) -> None:
    with pytest.raises(StsValueError, match="amount"):
        encode_amount(units)


def test_offsets_are_those_of_the_standard() -> None:
    assert OFFSETS == (0, 16384, 180224, 1818624)
    assert AMOUNT_MAX == 18201624


@pytest.mark.parametrize(
    ("energy_wh", "units"), [(0, 0), (1, 1), (100, 1), (101, 2), (25_600, 256), (25_601, 257)]
)
def test_energy_rounds_up_to_a_tenth_of_a_kilowatt_hour(energy_wh: int, units: int) -> None:
    assert units_from_wh(energy_wh) == units
    assert wh_from_units(units) >= energy_wh


def test_negative_energy_is_refused() -> None:
    with pytest.raises(StsValueError, match="negative"):
        units_from_wh(-1)
