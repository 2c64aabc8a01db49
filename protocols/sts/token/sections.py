"""Class 2, the sections of a new decoder key. No TID: the same change always gives the same tokens.

The parts of the key are kept out of `repr`. Bytes of a 128-bit key travel in the order 0-3 (1st), 12-15
(2nd), 4-7 (3rd), 8-11 (4th); those of a 64-bit key 0-3 (1st), 4-7 (2nd), and a third token then carries the
supply group code.

Source: IEC 62055-41:2018, 6.2.7, 6.2.8, 6.2.12 and 6.2.13
"""

from dataclasses import dataclass, field
from typing import ClassVar

from protocols.sts.identity.key_attributes import KeyType
from protocols.sts.token.bits import check_width

PART_BITS = 32


@dataclass(frozen=True, slots=True)
class Set1stSectionDecoderKey:
    """First section: high half of the KEN, KRN, RO, 3KCT, key type, first key part.

    Args:
        ken_high: top 4 bits of the key expiry number.
        krn: new key revision number, 4 bits; 1 to 9 is valid.
        rollover: RO, whether the base date changes: the meter then forgets every TID.
        three_kct: whether a third token follows (64-bit keys).
        key_type: new key type.
        key_part: 32 bits.
    """

    token_class: ClassVar[int] = 2
    token_subclass: ClassVar[int] = 3
    ken_high: int
    krn: int
    rollover: bool
    three_kct: bool
    key_type: KeyType
    key_part: int = field(repr=False)

    def __post_init__(self) -> None:
        check_width("KENHO", self.ken_high, 4)
        check_width("KRN", self.krn, 4)
        check_width("a key part", self.key_part, PART_BITS)

    def content44(self) -> int:
        """Return the 44 bits."""
        flags = self.rollover << 3 | self.three_kct << 2 | self.key_type
        return self.ken_high << 40 | self.krn << 36 | flags << 32 | self.key_part

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "Set1stSectionDecoderKey":
        """Read the section back from its 44 bits."""
        flags = content44 >> 32 & 15
        return cls(
            ken_high=content44 >> 40,
            krn=content44 >> 36 & 15,
            rollover=bool(flags & 8),
            three_kct=bool(flags & 4),
            key_type=KeyType(flags & 3),
            key_part=content44 & 0xFFFFFFFF,
        )


@dataclass(frozen=True, slots=True)
class Set2ndSectionDecoderKey:
    """Second section: low half of the KEN, tariff index in binary, last key part.

    Args:
        ken_low: low 4 bits of the key expiry number.
        ti: new tariff index, 8 bits; 0 to 99 is valid.
        key_part: 32 bits.
    """

    token_class: ClassVar[int] = 2
    token_subclass: ClassVar[int] = 4
    ken_low: int
    ti: int
    key_part: int = field(repr=False)

    def __post_init__(self) -> None:
        check_width("KENLO", self.ken_low, 4)
        check_width("TI", self.ti, 8)
        check_width("a key part", self.key_part, PART_BITS)

    def content44(self) -> int:
        """Return the 44 bits."""
        return self.ken_low << 40 | self.ti << 32 | self.key_part

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "Set2ndSectionDecoderKey":
        """Read the section back from its 44 bits."""
        return cls(content44 >> 40, content44 >> 32 & 0xFF, content44 & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class _SgcPartSection:
    """What the third and fourth sections of a 128-bit key share: half of the SGC and a key part.

    Args:
        sgc_part: 12 bits of the supply group code in binary.
        key_part: 32 bits.
    """

    token_class: ClassVar[int] = 2
    sgc_part: int
    key_part: int = field(repr=False)

    def __post_init__(self) -> None:
        check_width("half an SGC", self.sgc_part, 12)
        check_width("a key part", self.key_part, PART_BITS)

    def content44(self) -> int:
        """Return the 44 bits."""
        return self.sgc_part << 32 | self.key_part


@dataclass(frozen=True, slots=True)
class Set3rdSectionDecoderKey(_SgcPartSection):
    """Third section of a 128-bit key: low half of the SGC, key bytes 4 to 7."""

    token_subclass: ClassVar[int] = 8

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "Set3rdSectionDecoderKey":
        """Read the section back from its 44 bits."""
        return cls(content44 >> 32, content44 & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Set4thSectionDecoderKey(_SgcPartSection):
    """Fourth section of a 128-bit key: high half of the SGC, key bytes 8 to 11."""

    token_subclass: ClassVar[int] = 9

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "Set4thSectionDecoderKey":
        """Read the section back from its 44 bits."""
        return cls(content44 >> 32, content44 & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Set3rdSectionSupplyGroupCode:
    """Third token of a 64-bit key, when 3KCT is set: the supply group code.

    Args:
        sgc: 24 bits in binary; 0 to 999999 is valid.
        pad: 20 bits that the standard sets to zero.
    """

    token_class: ClassVar[int] = 2
    token_subclass: ClassVar[int] = 8
    sgc: int
    pad: int = 0

    def __post_init__(self) -> None:
        check_width("an SGC", self.sgc, 24)
        check_width("the pad", self.pad, 20)

    def content44(self) -> int:
        """Return the 44 bits."""
        return self.sgc << 20 | self.pad

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "Set3rdSectionSupplyGroupCode":
        """Read the section back from its 44 bits."""
        return cls(content44 >> 20, content44 & 0xFFFFF)


KeySection = (
    Set1stSectionDecoderKey
    | Set2ndSectionDecoderKey
    | Set3rdSectionDecoderKey
    | Set3rdSectionSupplyGroupCode
    | Set4thSectionDecoderKey
)
"""Any section of a key change."""
