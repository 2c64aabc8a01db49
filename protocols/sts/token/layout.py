"""Which type a class and subclass is read as: the table that the decoder works by."""

from collections.abc import Callable

from protocols.sts.token.credit import TransferCredit
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

Token = (
    TransferCredit
    | InitiateMeterTest
    | SetMaximumPowerLimit
    | SetMaximumPhasePowerUnbalanceLimit
    | ClearCredit
    | ClearTamperCondition
    | KeySection
)
"""Any token that this room can make and read."""

Reader = Callable[[int, int], Token]
"""(subclass, 44 bits of content) -> token."""

_ANY_KEY: dict[tuple[int, int], Reader] = {
    (0, 0): TransferCredit.from_content,
    (0, 1): TransferCredit.from_content,
    (0, 2): TransferCredit.from_content,
    (0, 3): TransferCredit.from_content,
    (1, 0): InitiateMeterTest.from_content,
    (1, 1): InitiateMeterTest.from_content,
    (2, 0): SetMaximumPowerLimit.from_content,
    (2, 1): ClearCredit.from_content,
    (2, 3): Set1stSectionDecoderKey.from_content,
    (2, 4): Set2ndSectionDecoderKey.from_content,
    (2, 5): ClearTamperCondition.from_content,
    (2, 6): SetMaximumPhasePowerUnbalanceLimit.from_content,
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

SUPPORTED_FUNCTIONS: frozenset[tuple[int, int]] = frozenset(READERS[16])
"""(class, subclass) of every token that can be made and read."""

KEY_SECTION_SUBCLASSES = frozenset({3, 4, 8, 9})
"""Subclasses of class 2 that load a key: no TID, exempt from validation."""

CURRENCY_SUBCLASSES = range(4, 8)
"""Subclasses of class 0 in currency: not supported, but their CRC_C is checked."""

_TID_SUBCLASSES = {0: frozenset(range(16)), 2: frozenset({0, 1, 2, 5, 6, 7, 10})}


def has_tid(token_class: int, token_subclass: int) -> bool:
    """Tell whether tokens of this class and subclass carry a TID in bits 55 to 32, supported or not."""
    return token_subclass in _TID_SUBCLASSES.get(token_class, ())
