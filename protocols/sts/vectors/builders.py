"""From the inputs of a vector to a token value: one builder per class and subclass."""

from collections.abc import Callable

from protocols.sts.errors import StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import KeyExpiryNumber
from protocols.sts.keys.derivation import derive_decoder_key
from protocols.sts.keys.values import DecoderKey
from protocols.sts.token.bits import CONTENT_BITS, check_width
from protocols.sts.token.credit import TransferCredit
from protocols.sts.token.key_change import KeyChange, key_change_sections
from protocols.sts.token.layout import READERS, Token
from protocols.sts.token.management import (
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
)
from protocols.sts.token.meter_test import InitiateMeterTest
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.inputs import Inputs

NEVER_EXPIRES = 255
_INHERITED = ("dkga", "ea", "vending_key", "sgc", "ti", "krn", "base_date", "key_type", "ken")


def decoder_key(inputs: Inputs) -> DecoderKey:
    """Make the decoder key that the inputs describe.

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
    )


def decoder_base_date(inputs: Inputs) -> BaseDate:
    """Return the base date; under DKGA02, which knows none, it may be left out and is then 1993.

    Raises:
        StsValueError: missing under DKGA04, or none of the three.
    """
    if inputs.get("base_date") is None and read.code(inputs, "dkga") == "02":
        return BaseDate.Y1993
    return read.base_date(inputs)


def _rnd_and_tid(inputs: Inputs) -> tuple[int, int]:
    """RND and TID; refused when the inputs give a KEN that the TID has passed, as a point of sale must."""
    rnd, tid = read.whole_number(inputs, "rnd"), read.token_identifier(inputs)
    if inputs.get("ken") is not None and KeyExpiryNumber(read.whole_number(inputs, "ken")).expired_at(tid):
        raise StsValueError(f"the vending key has expired: TID {tid} lies past KEN {inputs['ken']}")
    return rnd, tid


def _credit(subclass: int, inputs: Inputs) -> Token:
    return TransferCredit(subclass, *_rnd_and_tid(inputs), read.whole_number(inputs, "amount_units"))


def _power_limit(subclass: int, inputs: Inputs) -> Token:
    return SetMaximumPowerLimit(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _unbalance_limit(subclass: int, inputs: Inputs) -> Token:
    return SetMaximumPhasePowerUnbalanceLimit(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _clear_credit(subclass: int, inputs: Inputs) -> Token:
    return ClearCredit(*_rnd_and_tid(inputs), read.whole_number(inputs, "value"))


def _clear_tamper(subclass: int, inputs: Inputs) -> Token:
    pad = 0 if inputs.get("value") is None else read.whole_number(inputs, "value")
    return ClearTamperCondition(*_rnd_and_tid(inputs), pad)


def _meter_test(subclass: int, inputs: Inputs) -> Token:
    form = 2 if subclass == 0 else 4
    if inputs.get("mfr_code_digits") is not None and read.whole_number(inputs, "mfr_code_digits") != form:
        raise StsValueError(f"class 1 subclass {subclass} has a {form}-digit manufacturer code")
    mfr_code = read.whole_number(inputs, "manufacturer_code")
    if not 0 <= mfr_code < 10**form:
        raise StsValueError(f"a {form}-digit manufacturer code is 0 to {10**form - 1}, not {mfr_code}")
    return InitiateMeterTest(read.whole_number(inputs, "control_hex", base=16), mfr_code, form)


def _key_section(subclass: int, inputs: Inputs) -> Token:
    """A section given by its plain content, or cut from the new key that `new` describes.

    What `new` leaves out is as in the old key; without either, `ken` is 255. `rollover` left out says whether
    the base date changes, `three_kct` left out whether this is the third token of a 64-bit key.
    """
    key_bytes = len(decoder_key(inputs).value)
    if inputs.get("content44_hex") is not None:
        content = read.whole_number(inputs, "content44_hex", base=16)
        check_width("content44_hex", content, CONTENT_BITS)
        reader = READERS[key_bytes].get((2, subclass))
        if reader is None:
            raise StsValueError("a 64-bit key change has no fourth section")
        return reader(subclass, content)
    new = read.required(inputs, "new")
    if not isinstance(new, dict):
        raise StsValueError("the input new must be an object")
    sections = key_change_sections(_key_change(subclass, inputs, new, key_bytes))
    if subclass not in sections:
        raise StsValueError(
            "a 64-bit key change has a third section only when three_kct is 1, and never a fourth"
        )
    return sections[subclass]


def _key_change(subclass: int, inputs: Inputs, new: Inputs, key_bytes: int) -> KeyChange:
    merged = dict(inputs) | {name: new[name] for name in _INHERITED if new.get(name) is not None}
    key = decoder_key(merged)
    if len(key.value) != key_bytes:
        raise UnsupportedAlgorithmError("a key change cannot change the encryption algorithm")
    wide = key_bytes == 16
    three_kct = _flag_or(not wide and subclass == 8, new, "three_kct")
    base_date_moves = decoder_base_date(inputs) != decoder_base_date(merged)
    return KeyChange(
        key=key,
        ken=NEVER_EXPIRES if merged.get("ken") is None else read.whole_number(merged, "ken"),
        krn=read.whole_number(merged, "krn"),
        ti=read.whole_number(merged, "ti"),
        key_type=read.key_type(merged),
        rollover=_flag_or(base_date_moves, new, "rollover"),
        sgc=read.digits(merged, "sgc", 6) if wide or three_kct else None,
        three_kct=three_kct,
    )


def _flag_or(default: bool, inputs: Inputs, name: str) -> bool:
    return default if inputs.get(name) is None else read.flag(inputs, name)


Builder = Callable[[int, Inputs], Token]

BUILDERS: dict[tuple[int, int], Builder] = {
    **{(0, subclass): _credit for subclass in range(4)},
    **{(1, subclass): _meter_test for subclass in range(2)},
    (2, 0): _power_limit,
    (2, 1): _clear_credit,
    (2, 5): _clear_tamper,
    (2, 6): _unbalance_limit,
    **{(2, subclass): _key_section for subclass in (3, 4, 8, 9)},
}
"""(class, subclass) -> builder: every token that this room knows."""
