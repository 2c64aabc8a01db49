"""Minting one vector and comparing it with the token that it expects, if it expects one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from protocols.sts.amounts import MANTISSA_BITS, MANTISSA_END, base_currency_text
from protocols.sts.errors import StsError
from protocols.sts.identity import BaseDate, TokenIdentifier
from protocols.sts.keys import DecoderKey
from protocols.sts.token.codec import (
    ENCIPHERED_CLASSES,
    Decoded,
    MakerAddressedToken,
    decode_token,
    encode_token,
)
from protocols.sts.token.credit import UNITS, TransferCredit, TransferCurrencyCredit
from protocols.sts.token.management import (
    ClearCredit,
    ClearTamperCondition,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)
from protocols.sts.token.non_specific_management import (
    InitiateMeterTest,
    ProprietaryMeterTest,
    ReadExtendedToken,
)
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.builders import BUILDERS, decoder_key, key_sections, new_inputs
from protocols.sts.vectors.inputs import Inputs

# Fields that decoding a token gives back, as plain data under helpful names.

Fields = dict[str, Any]


def decoded_fields(decoded: Decoded, base_date: BaseDate | None) -> Fields:
    """Return class, subclass, name and every field of a decoded token.

    Args:
        decoded: what `decode_token` gave.
        base_date: to show the TID as a time; None leaves the time out.
    """
    token = decoded.token
    fields: Fields = {
        "token_class": decoded.token_class,
        "token_subclass": decoded.token_subclass,
        "name": decoded.name,
        "crc_ok": decoded.crc_ok,
    }
    if token is None:
        return fields
    if decoded.tid is not None and decoded.content44 is not None:
        in_currency = isinstance(token, TransferCurrencyCredit)
        fields |= _register_fields(decoded.content44, decoded.tid, base_date, in_currency=in_currency)
    return fields | _FIELDS[type(token)](token)


def _register_fields(content44: int, tid: int, base_date: BaseDate | None, *, in_currency: bool) -> Fields:
    # In the currency tokens sign and exponent stand where others have RND: the table below says them.
    fields: Fields = {} if in_currency else {"rnd": content44 >> 40}
    fields["tid"] = tid
    if base_date is not None:
        instant = TokenIdentifier(tid, base_date).instant
        fields["issue_time_utc"] = f"{instant:%Y-%m-%dT%H:%M:%SZ}"
    return fields | {"field16": f"{content44 & 0xFFFF:04x}"}


def _amount(field16: int, units: int) -> Fields:
    return {
        "exponent": field16 >> MANTISSA_BITS,
        "mantissa": field16 & (MANTISSA_END - 1),
        "decoded_units": units,
    }


def _credit(token: TransferCredit) -> Fields:
    coded = _amount(token.content44() & 0xFFFF, token.amount_units)
    return {"amount_units": token.amount_units, "unit": UNITS[token.subclass], **coded}


def _currency(token: TransferCurrencyCredit) -> Fields:
    amount = token.amount
    return {
        "sign": amount.sign,
        "exponent": amount.exponent,
        "mantissa": amount.mantissa,
        "transfer_units_1e5": str(token.amount_1e5),
        "amount_base_currency": base_currency_text(token.amount_1e5),
    }


def _power(token: SetMaximumPowerLimit | SetMaximumPhasePowerUnbalanceLimit) -> Fields:
    return {"power_w": token.power_w, **_amount(token.content44() & 0xFFFF, token.power_w)}


def _clear_credit(token: ClearCredit) -> Fields:
    return {"register": token.register}


def _clear_tamper(token: ClearTamperCondition) -> Fields:
    return {"pad": token.pad}


def _value(token: SetTariffRate | SetWaterMeterFactor) -> Fields:
    return {"value": token.value}


def _extended(token: SetExtendedToken) -> Fields:
    fields: Fields = {"token_index": token.token_index, "control_value": token.control_value}
    if token.flag is not None:
        fields |= {"flag_index": token.flag[0], "flag_value": int(token.flag[1])}
    return fields


def _read_extended(token: ReadExtendedToken) -> Fields:
    return {**_meter_test(token), "token_index": token.token_index}


def _meter_test(token: MakerAddressedToken) -> Fields:
    return {
        "manufacturer_code": token.mfr_code,
        "mfr_code_digits": token.mfr_code_digits,
        "control_hex": f"{token.control:x}",
        "control_bits": token.control_bits,
    }


def _first(token: Set1stSectionDecoderKey) -> Fields:
    return {
        "kenho": token.ken_high,
        "krn": token.krn,
        "ro": int(token.rollover),
        "flag_3kct": int(token.three_kct),
        "kt": int(token.key_type),
        "nkho": f"{token.key_part:08x}",
    }


def _second(token: Set2ndSectionDecoderKey) -> Fields:
    return {"kenlo": token.ken_low, "ti": token.ti, "nklo": f"{token.key_part:08x}"}


def _third(token: Set3rdSectionDecoderKey) -> Fields:
    raw44 = f"{token.content44():011x}"
    return {"sgclo": token.sgc_part, "key_bits_32_63": f"{token.key_part:08x}", "raw44": raw44}


def _third_sgc(token: Set3rdSectionSupplyGroupCode) -> Fields:
    return {"sgc": f"{token.sgc:06d}", "raw44": f"{token.content44():011x}"}


def _fourth(token: Set4thSectionDecoderKey) -> Fields:
    return {"sgcho": token.sgc_part, "key_bits_64_95": f"{token.key_part:08x}"}


_FIELDS: dict[type, Callable[[Any], Fields]] = {
    TransferCredit: _credit,
    TransferCurrencyCredit: _currency,
    SetMaximumPowerLimit: _power,
    SetMaximumPhasePowerUnbalanceLimit: _power,
    ClearCredit: _clear_credit,
    ClearTamperCondition: _clear_tamper,
    SetTariffRate: _value,
    SetWaterMeterFactor: _value,
    SetExtendedToken: _extended,
    InitiateMeterTest: _meter_test,
    ReadExtendedToken: _read_extended,
    ProprietaryMeterTest: _meter_test,
    Set1stSectionDecoderKey: _first,
    Set2ndSectionDecoderKey: _second,
    Set3rdSectionDecoderKey: _third,
    Set3rdSectionSupplyGroupCode: _third_sgc,
    Set4thSectionDecoderKey: _fourth,
}


class VectorStatus(Enum):
    """Status of a vector."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Minted:
    """The outcome of one vector.

    Attributes:
        status: passed (minted, and equal to the expected token if there is one), failed, or unknown (a class
            that is not supported; neither good nor bad).
        token: 20 digits, or None.
        decoder_key: lower-case hexadecimal, or None (class 1 needs none).
        decoded: what decoding the minted token gives back.
        error: one sentence, when the inputs were refused.
    """

    status: VectorStatus
    token: str | None = None
    decoder_key: str | None = None
    decoded: dict[str, Any] | None = None
    error: str | None = None


def mint_vector(
    token_class: int, token_subclass: int, inputs: Mapping[str, Any], expected: str | None = None
) -> Minted:
    """Mint a token from a vector's inputs alone.

    Args:
        token_class: 0 to 3.
        token_subclass: 0 to 15.
        inputs: see `protocols.sts.vectors.inputs`.
        expected: 20 digits to compare with, or None.
    """
    builder = BUILDERS.get((token_class, token_subclass))
    if builder is None:
        return Minted(VectorStatus.UNKNOWN)
    key: DecoderKey | None = None
    try:
        if token_class in ENCIPHERED_CLASSES:
            key = decoder_key(inputs)
        digits = encode_token(builder(token_subclass, inputs), key)
        decoded = decoded_fields(decode_token(digits, key), _base_date(inputs))
    except StsError as error:
        return Minted(VectorStatus.FAILED, decoder_key=_hex(key), error=str(error))
    fits = expected is None or digits == expected.replace(" ", "")
    return Minted(VectorStatus.PASSED if fits else VectorStatus.FAILED, digits, _hex(key), decoded)


def _hex(key: DecoderKey | None) -> str | None:
    return key.value.hex() if key else None


def _base_date(inputs: Inputs) -> BaseDate | None:
    return read.base_date(inputs) if inputs.get("base_date") is not None else None


@dataclass(frozen=True, slots=True)
class MintedKeyChange:
    """A whole key change.

    Attributes:
        tokens: 20 digits by subclass, in the order 3, 4, 8, 9.
        decoded: what decoding each of them gives back, by subclass.
        decoder_key: the key in force, lower-case hexadecimal.
        new_decoder_key: the key to load, lower-case hexadecimal.
    """

    tokens: dict[int, str]
    decoded: dict[int, dict[str, Any]]
    decoder_key: str
    new_decoder_key: str


def mint_key_change(inputs: Mapping[str, Any]) -> MintedKeyChange:
    """Mint every section of the key change that the inputs describe, `new` among them.

    Raises:
        StsError: an input is missing or refused, or the new key has expired.
    """
    key = decoder_key(inputs)
    tokens = {subclass: encode_token(section, key) for subclass, section in key_sections(inputs).items()}
    decoded = {
        subclass: decoded_fields(decode_token(digits, key), _base_date(inputs))
        for subclass, digits in tokens.items()
    }
    return MintedKeyChange(tokens, decoded, key.value.hex(), decoder_key(new_inputs(inputs)).value.hex())
