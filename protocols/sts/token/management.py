"""Class 2, the tokens that carry a TID and a 16-bit value: limits, clearing credit, clearing tamper."""

from dataclasses import dataclass
from typing import ClassVar, Self

from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.token.bits import check_register, check_width, pack_register, unpack_register

ALL_REGISTERS = 0xFFFF
"""`ClearCredit.register` that means every credit register."""


@dataclass(frozen=True, slots=True)
class _PowerToken:
    """What the two power limits share: RND, TID and watts in the amount coding (rounded up)."""

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
