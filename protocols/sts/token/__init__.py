"""Tokens as values, and the 20 digits that carry them.

One frozen type per class and subclass (IEC 62055-41, 6.2); `encode_token` and `decode_token` go to digits and
back, `key_change_tokens` makes the two, three or four tokens that load a new decoder key.
"""

from protocols.sts.token.codec import Decoded, decode_token, encode_token
from protocols.sts.token.credit import TransferCredit
from protocols.sts.token.currency_credit import TransferCurrencyCredit
from protocols.sts.token.key_change import KeyChange, key_change_sections, key_change_tokens
from protocols.sts.token.layout import (
    KEY_SECTION_SUBCLASSES,
    READABLE_FUNCTIONS,
    SUPPORTED_FUNCTIONS,
    MakerAddressedToken,
    Token,
)
from protocols.sts.token.maker_tokens import ProprietaryMeterTest, ReadExtendedToken
from protocols.sts.token.management import (
    ALL_REGISTERS,
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetPhasePowerUnbalanceLimit,
)
from protocols.sts.token.meter_test import InitiateMeterTest
from protocols.sts.token.names import token_name
from protocols.sts.token.press import CreditPress
from protocols.sts.token.sections import (
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
)
from protocols.sts.token.settings import SetExtendedToken, SetTariffRate, SetWaterMeterFactor

__all__ = [
    "ALL_REGISTERS",
    "KEY_SECTION_SUBCLASSES",
    "READABLE_FUNCTIONS",
    "SUPPORTED_FUNCTIONS",
    "ClearCredit",
    "ClearTamperCondition",
    "CreditPress",
    "Decoded",
    "InitiateMeterTest",
    "KeyChange",
    "KeySection",
    "MakerAddressedToken",
    "ProprietaryMeterTest",
    "ReadExtendedToken",
    "Set1stSectionDecoderKey",
    "Set2ndSectionDecoderKey",
    "Set3rdSectionDecoderKey",
    "Set3rdSectionSupplyGroupCode",
    "Set4thSectionDecoderKey",
    "SetExtendedToken",
    "SetMaximumPhasePowerUnbalanceLimit",
    "SetMaximumPowerLimit",
    "SetPhasePowerUnbalanceLimit",
    "SetTariffRate",
    "SetWaterMeterFactor",
    "Token",
    "TransferCredit",
    "TransferCurrencyCredit",
    "decode_token",
    "encode_token",
    "key_change_sections",
    "key_change_tokens",
    "token_name",
]
