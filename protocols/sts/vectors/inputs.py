"""Reading the inputs of a vector: whatever form a number was written in, one meaning or one sentence why not.

=====================  =====================================================================================
input                  forms taken
=====================  =====================================================================================
dkga, ea, krn, ken     2, "2", "02"
ti, tid, rnd, value    42, "42"; "0x2a" is hexadecimal
sgc, drn, meter_pan    digits as text; as a number, zeros are put back in front
iin                    checked against the DRN; may be left out
base_date              1993, 2014, 2035, their two digits, or a date that begins with the year
key_type               0 to 3, or DITK, DDTK, DUTK, DCTK
vending_key            hexadecimal text
control_hex            hexadecimal text; a JSON number is that number
issue_time_utc         ISO 8601; without an offset it is UTC
amount_base_currency   whole number or decimal text, "1.82044E+14" too; or amount_1e5 in units of 10⁻⁵
rollover, three_kct    0, 1, false, true
=====================  =====================================================================================
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from protocols.sts.errors import StsValueError
from protocols.sts.identity import (
    BaseDate,
    DecoderReferenceNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    TokenIdentifier,
)
from protocols.sts.keys import VendingKey

Inputs = Mapping[str, Any]

LONGEST_NUMBER = 40
"""Characters of a number written as text; no input of a token comes near."""

_BASE_DATES = {str(form): date for date in BaseDate for form in (date.value, date.code)}


def required(inputs: Inputs, name: str) -> Any:
    """Return an input that must be there.

    Raises:
        StsValueError: it is missing or null.
    """
    value = inputs.get(name)
    if value is None:
        raise StsValueError(f"the input {name} is missing")
    return value


def whole_number(inputs: Inputs, name: str, base: int = 10) -> int:
    """Return an input as a whole number; text is read in `base`, or as hexadecimal after 0x.

    Raises:
        StsValueError: missing, or no whole number.
    """
    value = required(inputs, name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and len(value) <= LONGEST_NUMBER:
        text = value.strip().replace("_", "?").lower()
        try:
            return int(text, 16 if text.startswith("0x") else base)
        except ValueError:
            pass
    raise StsValueError(f"the input {name} must be a whole number, not {value!r}")


def flag(inputs: Inputs, name: str) -> bool:
    """Return an input that is 0, 1, false or true.

    Raises:
        StsValueError: missing, or something else.
    """
    value = required(inputs, name)
    number = int(value) if isinstance(value, bool) else whole_number(inputs, name)
    if number not in (0, 1):
        raise StsValueError(f"the input {name} must be 0 or 1, not {value!r}")
    return bool(number)


def digits(inputs: Inputs, name: str, width: int) -> str:
    """Return an input of decimal digits; a JSON number gets its leading zeros back up to `width`.

    Raises:
        StsValueError: missing, or neither text nor a number.
    """
    value = required(inputs, name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value).zfill(width)
    if isinstance(value, str):
        return value.strip()
    raise StsValueError(f"the input {name} must be digits, not {value!r}")


def code(inputs: Inputs, name: str) -> str:
    """Return a two-digit code such as an EA or a DKGA.

    Raises:
        StsValueError: missing, or no number.
    """
    return f"{whole_number(inputs, name):02d}"


def base_date(inputs: Inputs) -> BaseDate:
    """Return the base date.

    Raises:
        StsValueError: missing, or none of the three.
    """
    value = required(inputs, "base_date")
    text = str(value).strip()
    found = _BASE_DATES.get(text) or _BASE_DATES.get(text.partition("-")[0])
    if found is None:
        raise StsValueError(f"the base date must be 1993, 2014 or 2035, not {value!r}")
    return found


def key_type(inputs: Inputs) -> KeyType:
    """Return the key type.

    Raises:
        StsValueError: missing, or none of the four.
    """
    value = required(inputs, "key_type")
    if isinstance(value, str) and value.strip().upper() in KeyType.__members__:
        return KeyType[value.strip().upper()]
    number = whole_number(inputs, "key_type")
    if number not in list(KeyType):
        raise StsValueError(f"the key type must be 0 to 3, not {value!r}")
    return KeyType(number)


def vending_key(inputs: Inputs) -> VendingKey:
    """Return the vending key.

    Raises:
        StsValueError: missing, not hexadecimal, or of another length than 8 or 20 bytes. Never quotes the
            key.
    """
    value = required(inputs, "vending_key")
    try:
        raw = bytes.fromhex(value.strip().lower().removeprefix("0x"))
    except (AttributeError, ValueError):
        raise StsValueError("the vending key must be hexadecimal text") from None
    return VendingKey(raw)


def meter_pan(inputs: Inputs) -> MeterPrimaryAccountNumber:
    """Return the MeterPAN: given whole, or made from the DRN; when both are given they must agree.

    Raises:
        StsValueError: a wrong check digit, a wrong length, or a contradiction.
    """
    drn = _drn(inputs)
    if inputs.get("meter_pan") is None:
        if drn is None:
            raise StsValueError("the inputs need meter_pan or drn")
        pan = MeterPrimaryAccountNumber.from_drn(drn)
    else:
        pan = MeterPrimaryAccountNumber(digits(inputs, "meter_pan", 18))
    if drn is not None and drn != pan.drn:
        raise StsValueError(f"the MeterPAN {pan.pan} holds DRN {pan.drn}, not the given {drn}")
    if inputs.get("iin") is not None and digits(inputs, "iin", len(pan.iin)) != pan.iin:
        raise StsValueError(f"the IIN of DRN {pan.drn} is {pan.iin}, not {inputs['iin']!r}")
    return pan


def token_identifier(inputs: Inputs) -> int:
    """Return the TID: as given, else from the issue time, where 00:01 counts as 00:02.

    Raises:
        StsValueError: neither is given, or the time lies outside the base date's 24 bits.
    """
    if inputs.get("tid") is not None:
        return whole_number(inputs, "tid")
    if inputs.get("issue_time_utc") is None:
        raise StsValueError("the inputs need tid or issue_time_utc")
    value = inputs["issue_time_utc"]
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise StsValueError(
            f"issue_time_utc must be a time such as 2026-07-29T00:03:00Z, not {value!r}"
        ) from None
    return TokenIdentifier.at(instant, base_date(inputs)).tid


def _drn(inputs: Inputs) -> str | None:
    if inputs.get("drn") is None:
        return None
    text = digits(inputs, "drn", 11)
    return DecoderReferenceNumber(text.zfill(13) if len(text) == 12 else text).drn
