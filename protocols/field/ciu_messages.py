"""Messages between meter and customer unit, one value type each, and the payload of each.

No standard fixes this link; the messages are those that the published manuals of split meters have in common:
the unit decides nothing, it is keys and a display.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, TypeVar

from protocols.field.errors import CiuLinkError

# The letters of the customer unit: 64 of them, six bits each: a whole display fits one short frame.

LINES = 2
LINE_LENGTH = 16

#: Code -> letter. Capitals and digits, the small letters of "kWh", and what a display line needs beside them.
ALPHABET = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZkh.,:;/+-*%?!()='\"#&_<>@$[]"
SUBSTITUTE = "?"

_BITS = 6
PACKED_BYTES = LINES * LINE_LENGTH * _BITS // 8
_CODES = {letter: code for code, letter in enumerate(ALPHABET)}
#: A display shows the same few texts over and over.
_KEPT = 512


@lru_cache(_KEPT)
def pack_text(lines: tuple[str, ...]) -> bytes:
    """Two lines as 24 bytes; a letter that is not in the alphabet becomes a question mark.

    Raises:
        CiuLinkError: more lines, or longer ones, than the display has.

    >>> unpack_text(pack_text(("ACEPTADO", "+10.0 kWh")))
    ('ACEPTADO', '+10.0 kWh')
    """
    if len(lines) > LINES or any(len(line) > LINE_LENGTH for line in lines):
        raise CiuLinkError(f"a display has {LINES} lines of {LINE_LENGTH} letters, not {lines!r}")
    text = "".join(line.ljust(LINE_LENGTH) for line in lines).ljust(LINES * LINE_LENGTH)
    packed = 0
    for letter in text:
        packed = packed << _BITS | _CODES.get(letter, _CODES[SUBSTITUTE])
    return packed.to_bytes(PACKED_BYTES, "big")


@lru_cache(_KEPT)
def unpack_text(packed: bytes) -> tuple[str, ...]:
    """The two lines of 24 bytes, without the blanks at their ends."""
    value = int.from_bytes(packed, "big")
    places = range(_BITS * (LINES * LINE_LENGTH - 1), -1, -_BITS)
    text = "".join(ALPHABET[value >> place & (1 << _BITS) - 1] for place in places)
    return tuple(text[start : start + LINE_LENGTH].rstrip() for start in range(0, len(text), LINE_LENGTH))


KEYS: tuple[str, ...] = (*"0123456789", "ok", "del")

_TOKEN_DIGITS, _DRN_DIGITS = 20, 14
_FILLER = "f"

Code = TypeVar("Code", bound=IntEnum)


class LinkEvent(IntEnum):
    """Something that happened, said without being asked."""

    STARTED = 1  # unit: it begins anew, and so do its sequence numbers
    BEEP = 2  # meter: sound once, something needs attention


class AckStatus(IntEnum):
    """Outcome of a request that has no display for an answer."""

    DONE = 0
    NO_PLACE = 1  # pairing: as many units are bound as may be


@dataclass(frozen=True, slots=True)
class Key:
    """Unit to meter: one key, from a unit that leaves the collecting of digits to the meter."""

    code: ClassVar[int] = 1
    key: str

    def payload(self) -> bytes:
        """One octet: the place of the key in `KEYS`."""
        if self.key not in KEYS:
            raise CiuLinkError(f"there is no key {self.key!r}")
        return bytes([KEYS.index(self.key)])

    @classmethod
    def read(cls, payload: bytes) -> "Key":
        """Read the payload back."""
        if len(payload) != 1 or payload[0] >= len(KEYS):
            raise CiuLinkError(f"key: {payload.hex()} is no key")
        return cls(KEYS[payload[0]])


@dataclass(frozen=True, slots=True)
class Token:
    """Unit to meter: a finished entry, 1 to 20 digits: a token or a short code."""

    code: ClassVar[int] = 2
    digits: str

    def payload(self) -> bytes:
        """Ten octets of BCD, filled up with F."""
        return _to_bcd(self.digits, _TOKEN_DIGITS)

    @classmethod
    def read(cls, payload: bytes) -> "Token":
        """Read the payload back."""
        return cls(_from_bcd(payload, _TOKEN_DIGITS))


@dataclass(frozen=True, slots=True)
class Display:
    """Meter to unit: what to show.

    Args:
        lines: two lines of sixteen letters.
        comms: the lamp: the meter is talking to somebody.
        alarm: the lamp: a tamper condition stands.
        credit: the lamp: there is credit to use.
        warns: sound until a key is pressed: the credit is about to end.
        append: show it after what is shown now, as a further page, instead of at once.
        beep_s: sound for so long, 0 to 3.
        hold_s: show it for so long, 1 to 15; 0 makes it the idle page, which stays.
        result: number of a token's result, 0 to 31; 0 is none.
    """

    code: ClassVar[int] = 3
    lines: tuple[str, ...]
    comms: bool = False
    alarm: bool = False
    credit: bool = False
    warns: bool = False
    append: bool = False
    beep_s: int = 0
    hold_s: int = 0
    result: int = 0

    def payload(self) -> bytes:
        """24 octets of text, then two of bit fields: the five flags, beep 2, hold 4, result 5."""
        if not (0 <= self.beep_s <= 3 and 0 <= self.hold_s <= 15 and 0 <= self.result <= 31):
            raise CiuLinkError(
                f"display: beep_s {self.beep_s}, hold_s {self.hold_s} or result {self.result} is too large"
            )
        bits = 0
        for flag in (self.comms, self.alarm, self.credit, self.warns, self.append):
            bits = bits << 1 | flag
        bits = (bits << 2 | self.beep_s) << 9 | self.hold_s << 5 | self.result
        return pack_text(self.lines) + bits.to_bytes(2, "big")

    @classmethod
    def read(cls, payload: bytes) -> "Display":
        """Read the payload back."""
        if len(payload) != PACKED_BYTES + 2:
            raise CiuLinkError(f"display: {len(payload)} octets instead of {PACKED_BYTES + 2}")
        bits = int.from_bytes(payload[PACKED_BYTES:], "big")
        comms, alarm, credit, warns, append = (bool(bits >> place & 1) for place in range(15, 10, -1))
        return cls(
            unpack_text(payload[:PACKED_BYTES]),
            comms,
            alarm,
            credit,
            warns,
            append,
            beep_s=bits >> 9 & 3,
            hold_s=bits >> 5 & 15,
            result=bits & 31,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Either way: something happened."""

    code: ClassVar[int] = 4
    event: LinkEvent

    def payload(self) -> bytes:
        """One octet."""
        return bytes([self.event])

    @classmethod
    def read(cls, payload: bytes) -> "Event":
        """Read the payload back."""
        return cls(_member(LinkEvent, payload))


@dataclass(frozen=True, slots=True)
class Pair:
    """Unit to whichever meter bears this number: be mine. `drn` has 11 or 13 digits."""

    code: ClassVar[int] = 5
    drn: str

    def payload(self) -> bytes:
        """Seven octets of BCD, filled up with F."""
        return _to_bcd(self.drn, _DRN_DIGITS)

    @classmethod
    def read(cls, payload: bytes) -> "Pair":
        """Read the payload back."""
        return cls(_from_bcd(payload, _DRN_DIGITS))


@dataclass(frozen=True, slots=True)
class Unpair:
    """Unit to its meter: forget me."""

    code: ClassVar[int] = 6

    def payload(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def read(cls, payload: bytes) -> "Unpair":
        """Read the payload back."""
        _expect_nothing(payload)
        return cls()


@dataclass(frozen=True, slots=True)
class Ack:
    """Meter to unit: heard, and what became of it."""

    code: ClassVar[int] = 7
    status: AckStatus = AckStatus.DONE

    def payload(self) -> bytes:
        """One octet."""
        return bytes([self.status])

    @classmethod
    def read(cls, payload: bytes) -> "Ack":
        """Read the payload back."""
        return cls(_member(AckStatus, payload))


@dataclass(frozen=True, slots=True)
class Poll:
    """Unit to meter: tell me what there is to show."""

    code: ClassVar[int] = 8

    def payload(self) -> bytes:
        """Nothing."""
        return b""

    @classmethod
    def read(cls, payload: bytes) -> "Poll":
        """Read the payload back."""
        _expect_nothing(payload)
        return cls()


Message = Key | Token | Display | Event | Pair | Unpair | Ack | Poll

#: Code -> message type.
MESSAGES: dict[int, type[Message]] = {
    kind.code: kind for kind in (Key, Token, Display, Event, Pair, Unpair, Ack, Poll)
}


def _to_bcd(digits: str, length: int) -> bytes:
    if not (1 <= len(digits) <= length and digits.isascii() and digits.isdecimal()):
        raise CiuLinkError(f"{digits!r} is not 1 to {length} decimal digits")
    return bytes.fromhex(digits.ljust(length, _FILLER))


def _from_bcd(packed: bytes, length: int) -> str:
    digits = packed.hex().rstrip(_FILLER)
    if len(packed) * 2 != length or not digits.isdecimal():
        raise CiuLinkError(f"{packed.hex()!r} is not 1 to {length} decimal digits")
    return digits


def _member(kind: type[Code], payload: bytes) -> Code:
    if len(payload) != 1 or payload[0] not in {int(member) for member in kind}:
        raise CiuLinkError(f"{kind.__name__}: {payload.hex()!r} has no meaning")
    return kind(payload[0])


def _expect_nothing(payload: bytes) -> None:
    if payload:
        raise CiuLinkError(f"{payload.hex()} follows a message that is over")
