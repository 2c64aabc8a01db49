"""Money in tokens: the coding against the rule, rounding in the customer's favour, text and whole numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.amounts import (
    MAGNITUDE_MAX_1E5,
    OFFSETS_1E5,
    CurrencyAmount,
    base_currency_text,
    currency_units,
    encode_currency,
)
from protocols.sts.errors import StsValueError

AMOUNTS = st.one_of(
    st.integers(-MAGNITUDE_MAX_1E5, MAGNITUDE_MAX_1E5),
    st.integers(-(10**9), 10**9),
    st.sampled_from(OFFSETS_1E5).flatmap(lambda offset: st.integers(offset - 2, offset + 2)),
)


@given(AMOUNTS)
def test_the_customer_never_loses_and_gains_less_than_a_step(amount_1e5: int) -> None:
    coded = encode_currency(amount_1e5)
    gain = coded.amount_1e5 - amount_1e5
    assert 0 <= gain < 10**coded.exponent or (coded.mantissa == 0 and 0 <= gain < 10 ** (coded.exponent - 1))
    assert encode_currency(coded.amount_1e5).amount_1e5 == coded.amount_1e5


@given(st.integers(0, (1 << 20) - 1))
def test_every_code_is_the_code_of_its_amount(field20: int) -> None:
    amount = CurrencyAmount.from_field20(field20)
    assert amount.field20 == field20
    if amount.amount_1e5:
        assert encode_currency(amount.amount_1e5) == amount


def test_codes_grow_with_their_amounts() -> None:
    amounts = [
        CurrencyAmount(0, exponent, m).amount_1e5 for exponent in range(32) for m in (0, 1, 16382, 16383)
    ]
    assert amounts == sorted(set(amounts))
    assert amounts[-1] == MAGNITUDE_MAX_1E5


def test_borders() -> None:
    assert encode_currency(16384 * 10) == CurrencyAmount(0, 1, 14746)
    assert encode_currency(180223) == CurrencyAmount(0, 2, 0)
    assert encode_currency(-180223) == CurrencyAmount(1, 1, 16383)
    for beyond in (MAGNITUDE_MAX_1E5 + 1, -MAGNITUDE_MAX_1E5 - 1):
        with pytest.raises(StsValueError):
            encode_currency(beyond)


@given(st.integers(-(10**36), 10**36))
def test_text_of_units_reads_back(amount_1e5: int) -> None:
    assert currency_units(base_currency_text(amount_1e5)) == amount_1e5


@given(st.decimals(min_value=-(10**20), max_value=10**20, allow_nan=False, places=9))
def test_conversion_rounds_upwards(amount: Decimal) -> None:
    units = currency_units(amount)
    # Decimal's own arithmetic rounds; whole numbers do not.
    numerator, denominator = amount.as_integer_ratio()
    assert (units - 1) * denominator < numerator * 10**5 <= units * denominator
    assert currency_units(str(amount)) == units
