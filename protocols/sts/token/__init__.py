"""Tokens as values, and the 20 digits that carry them.

One frozen type per class and subclass (IEC 62055-41, 6.2); `encode_token` and `decode_token` go to digits and
back, `key_change_tokens` makes the two, three or four tokens that load a new decoder key.
"""

from protocols.sts.token.codec import (
    KEY_SECTION_SUBCLASSES,
    READABLE_FUNCTIONS,
    SUPPORTED_FUNCTIONS,
    CreditMinter,
    Decoded,
    MakerAddressedToken,
    Token,
    decode_token,
    encode_token,
    token_name,
)
from protocols.sts.token.credit import TransferCredit, TransferCurrencyCredit
from protocols.sts.token.key_change import KeyChange, key_change_sections, key_change_tokens
from protocols.sts.token.management import (
    ALL_REGISTERS,
    ClearCredit,
    ClearTamperCondition,
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetPhasePowerUnbalanceLimit,
    SetTariffRate,
    SetWaterMeterFactor,
)
from protocols.sts.token.non_specific_management import (
    InitiateMeterTest,
    ProprietaryMeterTest,
    ReadExtendedToken,
)

__all__ = [
    "ALL_REGISTERS",
    "KEY_SECTION_SUBCLASSES",
    "READABLE_FUNCTIONS",
    "SUPPORTED_FUNCTIONS",
    "ClearCredit",
    "ClearTamperCondition",
    "CreditMinter",
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
