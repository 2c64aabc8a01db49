"""From the inputs of a vector to a token value: one builder per class and subclass."""

from collections.abc import Callable
from typing import Any

from protocols.sts.amounts import currency_units
from protocols.sts.errors import StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity import NEVER_EXPIRES, BaseDate, KeyExpiryNumber, TokenIdentifier
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.token.carrier import CONTENT_BITS, check_width
from protocols.sts.token.codec import READERS, Token
from protocols.sts.token.credit import CURRENCY_SUBCLASSES, TransferCredit, TransferCurrencyCredit
from protocols.sts.token.key_change import KeyChange, key_change_sections
from protocols.sts.token.management import (
    FLAGS_INDEX,
    ClearCredit,
    ClearTamperCondition,
    KeySection,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)
from protocols.sts.token.non_specific_management import (
    PROPRIETARY_MFR_DIGITS,
    InitiateMeterTest,
    ProprietaryMeterTest,
    ReadExtendedToken,
)
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.inputs import Inputs

# From the inputs of a vector to keys: the decoder key in force, and the change to a new one.
#
# A point of sale must refuse an expired vending key: for credit and management, and as the *new* key of a key
# change. It must allow a key change *from* an expired key, or no meter could be rescued.
#
# Source: IEC 62055-41:2018, 6.5.2.5; STS 531-1, CTSA16

_INHERITED = ("dkga", "ea", "vending_key", "sgc", "ti", "krn", "base_date", "key_type", "ken")


def decoder_key(inputs: Inputs, *, decode_only: bool = False) -> DecoderKey:
    """Make the decoder key that the inputs describe.

    Args:
        inputs: see `protocols.sts.vectors.inputs`.
        decode_only: also take the withdrawn EA09, to read its tokens.

    Raises:
        StsValueError: an input is missing or refused.
    """
    return derive_decoder_key(
        read.code(inputs, "dkga"),
        read.code(inputs, "ea"),
        vending_key=read.vending_key(inputs),
        pan=read.meter_pan(inputs),
        key_type=read.key_type(inputs),
        sgc=read.digits(inputs, "sgc", 6),
        ti=read.whole_number(inputs, "ti"),
        krn=read.whole_number(inputs, "krn"),
        base_date=decoder_base_date(inputs),
        decode_only=decode_only,
    )


def decoder_base_date(inputs: Inputs) -> BaseDate:
    """Return the base date; under DKGA02, which knows none, it may be left out and is then 1993.

    Raises:
        StsValueError: missing under DKGA04, or none of the three.
    """
    if inputs.get("base_date") is None and read.code(inputs, "dkga") == "02":
        return BaseDate.Y1993
    return read.base_date(inputs)


def refuse_expired(inputs: Inputs, tid: int) -> None:
    """Refuse a TID past the KEN of the inputs, if they give one.

    Raises:
        StsValueError: the vending key has expired.
    """
    if inputs.get("ken") is not None and KeyExpiryNumber(read.whole_number(inputs, "ken")).expired_at(tid):
        raise StsValueError(f"the vending key has expired: TID {tid} lies past KEN {inputs['ken']}")


def key_section(subclass: int, inputs: Inputs) -> Token:
    """A section given by its plain content, or cut from the new key that `new` describes.

    Raises:
        StsValueError: an input is missing or refused, or the change has no such section.
    """
    if inputs.get("content44_hex") is not None:
        content = read.whole_number(inputs, "content44_hex", base=16)
        check_width("content44_hex", content, CONTENT_BITS)
        reader = READERS[len(decoder_key(inputs).value)].get((2, subclass))
        if reader is None:
            raise StsValueError("a 64-bit key change has no fourth section")
        return reader(subclass, content)
    sections = key_sections(inputs, third=subclass == 8)
    if subclass not in sections:
        raise StsValueError(
            "a 64-bit key change has a third section only when three_kct is 1, and never a fourth"
        )
    return sections[subclass]


def key_sections(inputs: Inputs, *, third: bool = False) -> dict[int, KeySection]:
    """Return every section of the change to the key that `new` describes, by subclass.

    What `new` leaves out is as in the old key; without either, `ken` is 255. `rollover` left out says whether
    the base date changes, `three_kct` left out says `third`. With a time of issue or a TID in the inputs, a
    new key that has expired by then is refused.

    Raises:
        StsValueError: an input is missing or refused, or the new key has expired.
    """
    merged = new_inputs(inputs)
    new = inputs["new"]
    key_bytes = len(decoder_key(inputs).value)
    key = decoder_key(merged)
    if len(key.value) != key_bytes:
        raise UnsupportedAlgorithmError("a key change cannot change the encryption algorithm")
    _refuse_expired_new_key(inputs, merged)
    wide = key_bytes == 16
    three_kct = _flag_or(not wide and third, new, "three_kct")
    base_date_moves = decoder_base_date(inputs) != decoder_base_date(merged)
    change = KeyChange(
        key=key,
        ken=NEVER_EXPIRES if merged.get("ken") is None else read.whole_number(merged, "ken"),
        krn=read.whole_number(merged, "krn"),
        ti=read.whole_number(merged, "ti"),
        key_type=read.key_type(merged),
        rollover=_flag_or(base_date_moves, new, "rollover"),
        sgc=read.digits(merged, "sgc", 6) if wide or three_kct else None,
        three_kct=three_kct,
    )
    return key_change_sections(change)


def new_inputs(inputs: Inputs) -> dict[str, Any]:
    """Return the inputs of the new key: those of the old one, with what `new` says in their place.

    Raises:
        StsValueError: `new` is missing, or no object.
    """
    new = read.required(inputs, "new")
    if not isinstance(new, dict):
        raise StsValueError("the input new must be an object")
    return dict(inputs) | {name: new[name] for name in _INHERITED if new.get(name) is not None}


def _refuse_expired_new_key(inputs: Inputs, merged: Inputs) -> None:
    """The time of the change, counted from the *new* base date, must not lie past the new KEN."""
    if inputs.get("tid") is None and inputs.get("issue_time_utc") is None:
        return
    old_base, new_base = decoder_base_date(inputs), decoder_base_date(merged)
    instant = TokenIdentifier(read.token_identifier(inputs), old_base).instant
    if instant >= new_base.instant:
        refuse_expired(merged, TokenIdentifier.at(instant, new_base).tid)


def _flag_or(default: bool, inputs: Inputs, name: str) -> bool:
    return default if inputs.get(name) is None else read.flag(inputs, name)


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
