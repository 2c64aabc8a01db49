"""From the inputs of a vector to a token value: one builder per class and subclass."""

from collections.abc import Callable

from protocols.sts.currency import currency_units
from protocols.sts.errors import StsValueError
from protocols.sts.token.bits import check_width
from protocols.sts.token.credit import TransferCredit
from protocols.sts.token.currency_credit import CURRENCY_SUBCLASSES, TransferCurrencyCredit
from protocols.sts.token.layout import Token
from protocols.sts.token.maker_tokens import PROPRIETARY_MFR_DIGITS, ProprietaryMeterTest, ReadExtendedToken
from protocols.sts.token.management import (
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
)
from protocols.sts.token.meter_test import InitiateMeterTest
from protocols.sts.token.settings import FLAGS_INDEX, SetExtendedToken, SetTariffRate, SetWaterMeterFactor
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.inputs import Inputs
from protocols.sts.vectors.keys import key_section, refuse_expired

LOWEST_PROPRIETARY_CODE = {2: 0, 4: 100}
"""Smallest manufacturer code of a proprietary class 1 token, by its digits [1]."""


def _tid(inputs: Inputs) -> int:
    """The TID; refused when the inputs give a KEN that it has passed, as a point of sale must."""
    tid = read.token_identifier(inputs)
    check_width("TID", tid, 24)
    refuse_expired(inputs, tid)
    return tid


def _rnd_and_tid(inputs: Inputs) -> tuple[int, int]:
    return read.whole_number(inputs, "rnd"), _tid(inputs)


def _credit(subclass: int, inputs: Inputs) -> Token:
    return TransferCredit(subclass, *_rnd_and_tid(inputs), read.whole_number(inputs, "amount_units"))


def _currency(subclass: int, inputs: Inputs) -> Token:
    """The amount in whole units of 10⁻⁵, or in base currency."""
    if inputs.get("amount_1e5") is not None:
        amount_1e5 = read.whole_number(inputs, "amount_1e5")
    else:
        amount = read.required(inputs, "amount_base_currency")
        # A JSON number with a point: its shortest decimal form is what the file said.
        amount_1e5 = currency_units(repr(amount) if isinstance(amount, float) else amount)
    return TransferCurrencyCredit(subclass, _tid(inputs), amount_1e5)


def _power_limit(subclass: int, inputs: Inputs) -> Token:
    return SetMaximumPowerLimit(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _unbalance_limit(subclass: int, inputs: Inputs) -> Token:
    return SetMaximumPhasePowerUnbalanceLimit(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _tariff_rate(subclass: int, inputs: Inputs) -> Token:
    return SetTariffRate(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _water_factor(subclass: int, inputs: Inputs) -> Token:
    return SetWaterMeterFactor(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _clear_credit(subclass: int, inputs: Inputs) -> Token:
    return ClearCredit(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _clear_tamper(subclass: int, inputs: Inputs) -> Token:
    pad = 0 if inputs.get("value") is None else read.whole_number(inputs, "value")
    return ClearTamperCondition(*_rnd_and_tid(inputs), pad)


def _extended_set(subclass: int, inputs: Inputs) -> Token:
    """Given whole as 16 bits of `value`, or by `token_index` with `control_value` or flag."""
    rnd, tid = _rnd_and_tid(inputs)
    if inputs.get("value") is not None:
        value = read.whole_number(inputs, "value")
        check_width("value", value, 16)
        return SetExtendedToken(rnd, tid, value >> 10, value & 0x3FF)
    if inputs.get("flag_index") is not None:
        flag = read.whole_number(inputs, "flag_index") << 1 | read.flag(inputs, "flag_value")
        return SetExtendedToken(rnd, tid, FLAGS_INDEX, flag)
    index, value = read.whole_number(inputs, "token_index"), read.whole_number(inputs, "control_value")
    return SetExtendedToken(rnd, tid, index, value)


def _maker_and_control(subclass: int, form: int, inputs: Inputs, lowest: int = 0) -> tuple[int, int]:
    """Manufacturer code and control field of a class 1 token whose code has `form` digits."""
    if inputs.get("mfr_code_digits") is not None and read.whole_number(inputs, "mfr_code_digits") != form:
        raise StsValueError(f"class 1 subclass {subclass} has a {form}-digit manufacturer code")
    mfr_code = read.whole_number(inputs, "manufacturer_code")
    if not lowest <= mfr_code < 10**form:
        raise StsValueError(f"a {form}-digit manufacturer code is {lowest} to {10**form - 1}, not {mfr_code}")
    return mfr_code, read.whole_number(inputs, "control_hex", base=16)


def _meter_test(subclass: int, inputs: Inputs) -> Token:
    form = 2 if subclass == 0 else 4
    mfr_code, control = _maker_and_control(subclass, form, inputs)
    return InitiateMeterTest(control, mfr_code, form)


def _extended_read(subclass: int, inputs: Inputs) -> Token:
    mfr_code, control = _maker_and_control(subclass, ReadExtendedToken.mfr_code_digits, inputs)
    return ReadExtendedToken(control, mfr_code)


def _proprietary_test(subclass: int, inputs: Inputs) -> Token:
    form = PROPRIETARY_MFR_DIGITS[subclass]
    mfr_code, control = _maker_and_control(subclass, form, inputs, LOWEST_PROPRIETARY_CODE[form])
    return ProprietaryMeterTest(subclass, control, mfr_code)


Builder = Callable[[int, Inputs], Token]

BUILDERS: dict[tuple[int, int], Builder] = {
    **{(0, subclass): _credit for subclass in range(4)},
    **{(0, subclass): _currency for subclass in CURRENCY_SUBCLASSES},
    **{(1, subclass): _meter_test for subclass in range(2)},
    (1, 2): _extended_read,
    **{(1, subclass): _proprietary_test for subclass in PROPRIETARY_MFR_DIGITS},
    (2, 0): _power_limit,
    (2, 1): _clear_credit,
    (2, 2): _tariff_rate,
    (2, 5): _clear_tamper,
    (2, 6): _unbalance_limit,
    (2, 7): _water_factor,
    **{(2, subclass): key_section for subclass in (3, 4, 8, 9)},
    (2, 10): _extended_set,
}
"""(class, subclass) -> builder: every token that this room knows."""
