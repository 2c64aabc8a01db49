"""Class 2, the tokens that set one 16-bit value: tariff rate, water meter factor, extended settings."""

from dataclasses import dataclass
from typing import ClassVar, Self

from protocols.sts.token.bits import check_register, check_width, pack_register, unpack_register

FLAGS_INDEX = 63
"""TokenIndex under which an extended token sets one flag (STS 202-5)."""

_CONTROL_BITS = 10


@dataclass(frozen=True, slots=True)
class _ValueToken:
    """What the two plain settings share: RND, TID and 16 bits."""

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
