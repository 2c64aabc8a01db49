"""From a request that is allowed to the tokens: which type, under which key, with which TID."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.errors import StsValueError
from protocols.sts.identity import BaseDate, TokenIdentifier
from protocols.sts.keys import DecoderKey
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    ReadExtendedToken,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    Token,
    TransferCredit,
    TransferCurrencyCredit,
    encode_token,
    key_change_tokens,
    token_name,
)
from system.security_module.policy import Meter
from system.security_module.refusals import Refused
from system.security_module.sts_sentences import sts_words
from system.security_module.vault import MeterKeyName, Vaults

CURRENCY_SUBCLASSES = range(4, 8)
_KEY_SECTIONS = (3, 4, 8, 9)
_EXTENDED_VALUE_BITS = 10
_SHORT_MFR_CODE_MAX = 99


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a token single: its TID, and the random bits beside it."""

    tid: TokenIdentifier
    rnd: int


Maker = Callable[[int, int, int], Token]
"""(rnd, tid, value) -> token."""


def _clear_tamper(rnd: int, tid: int, value: int) -> Token:
    if value:
        raise StsValueError("clearing the tamper condition takes no value")
    return ClearTamperCondition(rnd, tid)


def _extended(rnd: int, tid: int, value: int) -> Token:
    return SetExtendedToken(rnd, tid, value >> _EXTENDED_VALUE_BITS, value & (1 << _EXTENDED_VALUE_BITS) - 1)


MANAGEMENT: dict[int, Maker] = {
    0: SetMaximumPowerLimit,
    1: ClearCredit,
    2: SetTariffRate,
    5: _clear_tamper,
    6: SetMaximumPhasePowerUnbalanceLimit,
    7: SetWaterMeterFactor,
    10: _extended,
}
"""Class 2, subclass -> maker of the token; the sections of a key are made by `key_change` alone."""


def _short_form(control: int, mfr_code: int) -> Token:
    # The field holds 255, a code of two digits does not.
    if mfr_code > _SHORT_MFR_CODE_MAX:
        raise StsValueError("a manufacturer code above 99 takes subclass 1")
    return InitiateMeterTest(control, mfr_code, 2)


METER_TESTS: dict[int, Callable[[int, int], Token]] = {
    0: _short_form,
    1: lambda control, mfr_code: InitiateMeterTest(control, mfr_code, 4),
    2: ReadExtendedToken,
}
"""Class 1, subclass -> maker of the token."""


def credit_units(subclass: int, amount: int) -> int:
    """Return the token units that a credit token will carry, rounded as it is coded; 0 for one in currency.

    Raises:
        Refused: ``token-failed``, for an amount that no token holds.
    """
    if subclass in CURRENCY_SUBCLASSES:
        return 0
    try:
        return decode_amount(encode_amount(amount))
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None


def credit(vaults: Vaults, meter: Meter, stamp: Stamp, subclass: int, amount: int) -> dict[str, Any]:
    """Return a credit token (class 0) as the API answers it.

    Raises:
        Refused: ``token-failed``.
    """

    def make() -> Token:
        if subclass in CURRENCY_SUBCLASSES:
            return TransferCurrencyCredit(subclass, stamp.tid.tid, amount)
        return TransferCredit(subclass, stamp.rnd, stamp.tid.tid, amount)

    return _stamped(make, _key(vaults, meter), stamp)


def management(vaults: Vaults, meter: Meter, stamp: Stamp, subclass: int, value: int) -> dict[str, Any]:
    """Return a management token (class 2) as the API answers it.

    Raises:
        Refused: ``token-failed``.
    """
    maker = MANAGEMENT[subclass]
    return _stamped(lambda: maker(stamp.rnd, stamp.tid.tid, value), _key(vaults, meter), stamp)


def meter_test(subclass: int, control: int, mfr_code: int) -> dict[str, Any]:
    """Return a token of class 1, which no key protects.

    Raises:
        Refused: ``token-failed``.
    """
    return _answer(lambda: METER_TESTS[subclass](control, mfr_code), None)


def key_change(vaults: Vaults, present: Meter, wanted: Meter, *, three_kct: bool) -> list[dict[str, Any]]:
    """Return the tokens that take a meter from its present key to the wanted one, first section first.

    Args:
        vaults: where the vending keys are.
        present: the meter before.
        wanted: the meter after.
        three_kct: also tell an EA07 meter its supply group, in a third token.

    Raises:
        Refused: ``token-failed``.
    """
    old, new = _key(vaults, present), _key(vaults, wanted)
    register = wanted.register
    wide = len(new.value) == 16
    try:
        digits = key_change_tokens(
            new,
            old,
            ken=register.ken,
            krn=register.krn,
            ti=wanted.ti,
            key_type=register.key_type,
            rollover=register.base_date != present.register.base_date,
            sgc=register.sgc if wide or three_kct else None,
        )
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None
    return [
        {"digits": token, "class": 2, "subclass": subclass, "name": token_name(2, subclass)}
        for token, subclass in zip(digits, _KEY_SECTIONS, strict=False)
    ]


def decoder_key(vaults: Vaults, meter: Meter) -> DecoderKey:
    """Return the decoder key of a meter, for reading a token.

    Raises:
        Refused: ``token-failed``.
    """
    return _key(vaults, meter)


def tid_to_json(tid: int, base_date: BaseDate) -> dict[str, Any]:
    """The TID and the minute that it names."""
    return _identifier_to_json(TokenIdentifier(tid, base_date))


def _identifier_to_json(identifier: TokenIdentifier) -> dict[str, Any]:
    return {
        "tid": identifier.tid,
        "time": identifier.instant.isoformat(),
        "base_date": int(identifier.base_date),
    }


def _key(vaults: Vaults, meter: Meter) -> DecoderKey:
    return vaults.derive(meter.register, MeterKeyName(meter.account, meter.ea, meter.ti))


def _stamped(make: Callable[[], Token], key: DecoderKey, stamp: Stamp) -> dict[str, Any]:
    return {**_answer(make, key), **_identifier_to_json(stamp.tid)}


def _answer(make: Callable[[], Token], key: DecoderKey | None) -> dict[str, Any]:
    try:
        token = make()
        digits = encode_token(token, key)
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None
    token_class, subclass = token.token_class, token.token_subclass
    return {
        "digits": digits,
        "class": token_class,
        "subclass": subclass,
        "name": token_name(token_class, subclass),
    }
