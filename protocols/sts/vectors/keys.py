"""From the inputs of a vector to keys: the decoder key in force, and the change to a new one.

A point of sale must refuse an expired vending key: for credit and management, and as the *new* key of a key
change. It must allow a key change *from* an expired key, or no meter could be rescued.

Source: IEC 62055-41:2018, 6.5.2.5; STS 531-1, CTSA16
"""

from typing import Any

from protocols.sts.errors import StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import KeyExpiryNumber
from protocols.sts.identity.token_identifier import TokenIdentifier
from protocols.sts.keys.derivation import derive_decoder_key
from protocols.sts.keys.values import DecoderKey
from protocols.sts.token.bits import CONTENT_BITS, check_width
from protocols.sts.token.key_change import KeyChange, key_change_sections
from protocols.sts.token.layout import READERS, Token
from protocols.sts.token.sections import KeySection
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.inputs import Inputs

NEVER_EXPIRES = 255
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
