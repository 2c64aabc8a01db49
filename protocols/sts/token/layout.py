"""Which type a class and subclass is read as: the table that the decoder works by."""

from collections.abc import Callable

from protocols.sts.token.credit import TransferCredit
from protocols.sts.token.currency_credit import CURRENCY_SUBCLASSES, TransferCurrencyCredit
from protocols.sts.token.maker_tokens import PROPRIETARY_MFR_DIGITS, ProprietaryMeterTest, ReadExtendedToken
from protocols.sts.token.management import (
    ClearCredit,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
)
from protocols.sts.token.meter_test import InitiateMeterTest
from protocols.sts.token.sections import (
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
)
from protocols.sts.token.settings import SetExtendedToken, SetTariffRate, SetWaterMeterFactor

MakerAddressedToken = InitiateMeterTest | ReadExtendedToken | ProprietaryMeterTest
"""Any token of class 1: it names a maker, or every maker."""

Token = (
    TransferCredit
    | TransferCurrencyCredit
    | MakerAddressedToken
    | SetMaximumPowerLimit
    | SetMaximumPhasePowerUnbalanceLimit
    | SetTariffRate
    | SetWaterMeterFactor
    | SetExtendedToken
    | ClearCredit
    | ClearTamperCondition
    | KeySection
)
"""Any token that this room can make and read."""

Reader = Callable[[int, int], Token]
"""(subclass, 44 bits of content) -> token."""

_ANY_KEY: dict[tuple[int, int], Reader] = {
    **{(0, subclass): TransferCredit.from_content for subclass in range(4)},
    **{(0, subclass): TransferCurrencyCredit.from_content for subclass in CURRENCY_SUBCLASSES},
    (1, 0): InitiateMeterTest.from_content,
    (1, 1): InitiateMeterTest.from_content,
    (1, 2): ReadExtendedToken.from_content,
    **{(1, subclass): ProprietaryMeterTest.from_content for subclass in PROPRIETARY_MFR_DIGITS},
    (2, 0): SetMaximumPowerLimit.from_content,
    (2, 1): ClearCredit.from_content,
    (2, 2): SetTariffRate.from_content,
    (2, 3): Set1stSectionDecoderKey.from_content,
    (2, 4): Set2ndSectionDecoderKey.from_content,
    (2, 5): ClearTamperCondition.from_content,
    (2, 6): SetMaximumPhasePowerUnbalanceLimit.from_content,
    (2, 7): SetWaterMeterFactor.from_content,
    (2, 10): SetExtendedToken.from_content,
}

READERS: dict[int, dict[tuple[int, int], Reader]] = {
    8: {**_ANY_KEY, (2, 8): Set3rdSectionSupplyGroupCode.from_content},
    16: {
        **_ANY_KEY,
        (2, 8): Set3rdSectionDecoderKey.from_content,
        (2, 9): Set4thSectionDecoderKey.from_content,
    },
}
"""(class, subclass) -> reader, by the bytes of the decoder key: the third section differs."""

READABLE_FUNCTIONS: frozenset[tuple[int, int]] = frozenset(READERS[16])
"""(class, subclass) of every token that can be made and read, proprietary ones included."""

SUPPORTED_FUNCTIONS: frozenset[tuple[int, int]] = READABLE_FUNCTIONS - {
    (1, subclass) for subclass in PROPRIETARY_MFR_DIGITS
}
"""(class, subclass) of every token whose meaning is the standard's."""

KEY_SECTION_SUBCLASSES = frozenset({3, 4, 8, 9})
"""Subclasses of class 2 that load a key: no TID, exempt from validation."""

_TID_SUBCLASSES = {0: frozenset(range(16)), 2: frozenset({0, 1, 2, 5, 6, 7, 10})}


def has_tid(token_class: int, token_subclass: int) -> bool:
    """Tell whether tokens of this class and subclass carry a TID in bits 55 to 32, supported or not."""
    return token_subclass in _TID_SUBCLASSES.get(token_class, ())


def closed_by_crc_c(token_class: int, token_subclass: int) -> bool:
    """Tell whether tokens of this class and subclass close with CRC_C: the credit in currency."""
    return token_class == 0 and token_subclass in CURRENCY_SUBCLASSES
