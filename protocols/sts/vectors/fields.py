"""What decoding a token gives back, as plain data under helpful names."""

from collections.abc import Callable
from typing import Any

from protocols.sts.amounts import MANTISSA_BITS, MANTISSA_END
from protocols.sts.currency import base_currency_text
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.token_identifier import TokenIdentifier
from protocols.sts.token.codec import Decoded
from protocols.sts.token.credit import UNITS, TransferCredit
from protocols.sts.token.currency_credit import TransferCurrencyCredit
from protocols.sts.token.layout import MakerAddressedToken
from protocols.sts.token.maker_tokens import ProprietaryMeterTest, ReadExtendedToken
from protocols.sts.token.management import (
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
)
from protocols.sts.token.meter_test import InitiateMeterTest
from protocols.sts.token.sections import (
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
)
from protocols.sts.token.settings import SetExtendedToken, SetTariffRate, SetWaterMeterFactor

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
