"""Class 2, the tokens that carry a TID and a 16-bit value: limits, clearing credit, clearing tamper."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.identity import KeyType
from protocols.sts.token.carrier import check_register, check_width, pack_register, unpack_register

ALL_REGISTERS = 0xFFFF
"""`ClearCredit.register` that means every credit register."""


@dataclass(frozen=True, slots=True)
class _PowerToken:
    """Common part of the two power limits: RND, TID and watts in the amount coding (rounded up)."""

    token_class: ClassVar[int] = 2
    rnd: int
    tid: int
    power_w: int

    def __post_init__(self) -> None:
        check_register(self.rnd, self.tid)
        encode_amount(self.power_w)

    def content44(self) -> int:
        """Return RND, TID and the coded power."""
        return pack_register(self.rnd, self.tid, encode_amount(self.power_w))

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> Self:
        """Read the token back from its 44 bits."""
        rnd, tid, power = unpack_register(content44)
        return cls(rnd, tid, decode_amount(power))


@dataclass(frozen=True, slots=True)
class SetMaximumPowerLimit(_PowerToken):
    """Set the power above which the meter opens its switch.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        power_w: whole watts, 0 to 18 201 624, rounded up by the amount coding.

    Source: IEC 62055-41, 6.2.4
    """

    token_subclass: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class SetMaximumPhasePowerUnbalanceLimit(_PowerToken):
    """Set the largest difference of power between phases of a polyphase meter.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        power_w: whole watts, 0 to 18 201 624, rounded up by the amount coding.

    Source: IEC 62055-41, 6.2.10
    """

    token_subclass: ClassVar[int] = 6


SetPhasePowerUnbalanceLimit = SetMaximumPhasePowerUnbalanceLimit
"""Short name of `SetMaximumPhasePowerUnbalanceLimit`."""


@dataclass(frozen=True, slots=True)
class ClearCredit:
    """Set a credit register to zero.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        register: 0 electricity, 1 water, 2 gas, 3 time, 4-7 the same in currency, FFFF all; other values are
            reserved.

    Source: IEC 62055-41, 6.2.5 and 6.3.13
    """

    token_class: ClassVar[int] = 2
    token_subclass: ClassVar[int] = 1
    rnd: int
    tid: int
    register: int

    def __post_init__(self) -> None:
        check_register(self.rnd, self.tid)
        check_width("a register to clear", self.register, 16)

    def content44(self) -> int:
        """Return RND, TID and the register."""
        return pack_register(self.rnd, self.tid, self.register)

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "ClearCredit":
        """Read the token back from its 44 bits."""
        return cls(*unpack_register(content44))


@dataclass(frozen=True, slots=True)
class ClearTamperCondition:
    """End the tamper condition.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        pad: 16 bits that the standard sets to zero; kept so that a malformed token can be told.

    Source: IEC 62055-41, 6.2.9
    """

    token_class: ClassVar[int] = 2
    token_subclass: ClassVar[int] = 5
    rnd: int
    tid: int
    pad: int = 0

    def __post_init__(self) -> None:
        check_register(self.rnd, self.tid)
        check_width("the pad", self.pad, 16)

    def content44(self) -> int:
        """Return RND, TID and the pad."""
        return pack_register(self.rnd, self.tid, self.pad)

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "ClearTamperCondition":
        """Read the token back from its 44 bits."""
        return cls(*unpack_register(content44))


# Class 2, the tokens that set one 16-bit value: tariff rate, water meter factor, extended settings.

FLAGS_INDEX = 63
"""TokenIndex under which an extended token sets one flag (STS 202-5)."""

_CONTROL_BITS = 10


@dataclass(frozen=True, slots=True)
class _ValueToken:
    """Common part of the two plain settings: RND, TID and 16 bits."""

    token_class: ClassVar[int] = 2
    rnd: int
    tid: int
    value: int

    def __post_init__(self) -> None:
        check_register(self.rnd, self.tid)
        check_width("the value to set", self.value, 16)

    def content44(self) -> int:
        """Return RND, TID and the value."""
        return pack_register(self.rnd, self.tid, self.value)

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> Self:
        """Read the token back from its 44 bits."""
        return cls(*unpack_register(content44))


@dataclass(frozen=True, slots=True)
class SetTariffRate(_ValueToken):
    """Set the tariff rate; its use is reserved.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        value: 16 bits, the rate.

    Source: IEC 62055-41, 6.2.6
    """

    token_subclass: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class SetWaterMeterFactor(_ValueToken):
    """Set the factor of a water meter; its use is reserved.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        value: 16 bits, the factor.

    Source: IEC 62055-41, 6.2.11
    """

    token_subclass: ClassVar[int] = 7


@dataclass(frozen=True, slots=True)
class SetExtendedToken:
    """Set one of the values or flags that STS 202-5 adds.

    Args:
        rnd: 4 random bits.
        tid: 24-bit token identifier, minutes.
        token_index: 6 bits: which value; 63 sets a flag.
        control_value: 10 bits: the value; under index 63 the flag's number and, in bit 0, its state.

    Source: STS 202-5
    """

    token_class: ClassVar[int] = 2
    token_subclass: ClassVar[int] = 10
    rnd: int
    tid: int
    token_index: int
    control_value: int

    def __post_init__(self) -> None:
        check_register(self.rnd, self.tid)
        check_width("a TokenIndex", self.token_index, 6)
        check_width("a ControlValue", self.control_value, _CONTROL_BITS)

    @property
    def flag(self) -> tuple[int, bool] | None:
        """The flag's number and its new state, or None when another value is set."""
        if self.token_index != FLAGS_INDEX:
            return None
        return self.control_value >> 1, bool(self.control_value & 1)

    def content44(self) -> int:
        """Return RND, TID, index and value."""
        return pack_register(self.rnd, self.tid, self.token_index << _CONTROL_BITS | self.control_value)

    @classmethod
    def from_content(cls, token_subclass: int, content44: int) -> "SetExtendedToken":
        """Read the token back from its 44 bits."""
        rnd, tid, value = unpack_register(content44)
        return cls(rnd, tid, value >> _CONTROL_BITS, value & (1 << _CONTROL_BITS) - 1)


# Class 2, the sections of a new decoder key. No TID: the same change always gives the same tokens.
#
# The parts of the key are kept out of `repr`. Bytes of a 128-bit key travel in the order 0-3 (1st), 12-15
# (2nd), 4-7 (3rd), 8-11 (4th); those of a 64-bit key 0-3 (1st), 4-7 (2nd), and a third token then carries the
# supply group code.
#
# Source: IEC 62055-41:2018, 6.2.7, 6.2.8, 6.2.12 and 6.2.13

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
    """Common part of the third and fourth sections of a 128-bit key: half of the SGC and a key part.

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
