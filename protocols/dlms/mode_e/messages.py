r"""The three messages of the opening, each a line that ends with CR LF.

>>> Identification.from_line(b"/ISK5\\2MT382-1000\r\n")
Identification(manufacturer='ISK', speed_letter='5', offers_hdlc=True, text='MT382-1000')
>>> OptionSelect("5").to_bytes()
b'\x06252\r\n'

Source: IEC 62056-21, 6.3 (formats of messages) and annex E.2.
"""

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.framing import FrameRejected

# Characters of the opening: speeds by their letter, even parity made in software, the block check.
#
# On the wire 7 data bits with even parity (7E1) are the same ten bits as 8 data bits without (8N1) whose
# highest is the parity. Making it here spares a change of the port's format between opening and HDLC.

#: every opening begins at this speed
OPENING_BAUD = 300
#: baud rate identification in protocol modes C and E; 7 to 9 are reserved
BAUD_OF_LETTER = {"0": 300, "1": 600, "2": 1200, "3": 2400, "4": 4800, "5": 9600, "6": 19_200}
LETTER_OF_BAUD = {baud: letter for letter, baud in BAUD_OF_LETTER.items()}

STX, ETX, ACK = b"\x02", b"\x03", b"\x06"
LINE_END = b"\r\n"

_SEVEN_BITS = 0x7F
_EVEN = bytes(octet | (octet.bit_count() & 1) << 7 if octet <= _SEVEN_BITS else octet for octet in range(256))
_STRIPPED = bytes(octet & _SEVEN_BITS for octet in range(256))


def with_parity(text: bytes) -> bytes:
    """`text` (7 bits an octet) with even parity in the highest bit."""
    return text.translate(_EVEN)


def without_parity(octets: bytes) -> tuple[bytes, bool]:
    """The 7-bit text of `octets`, and whether every parity bit was right.

    >>> with_parity(b"/?!").hex()
    'af3f21'
    >>> without_parity(with_parity(b"/?!"))
    (b'/?!', True)
    """
    text = octets.translate(_STRIPPED)
    return text, text.translate(_EVEN) == octets


def block_check(text: bytes) -> int:
    """Exclusive or of all octets behind STX up to and with ETX.

    Source: IEC 62056-21, 6.2 (block check character, ISO 1155).
    """
    return reduce(xor, text, 0)


#: longest device address and identification text
MAX_ADDRESS = 32
MAX_TEXT = 16
#: longest line of all: "/", maker, speed, escape sequences, text, CR LF
MAX_LINE = 64

_REQUEST = b"/?"
_HDLC = "2"
_MAKER = 3
_OPTION_SIZE = 6


@dataclass(frozen=True, slots=True)
class Request:
    """Request message: ``/?address!``.

    Args:
        address: of the device, at most 32 letters, digits and blanks; empty asks whoever hears.

    Raises:
        DlmsValueError: the address has other characters or is too long.
    """

    address: str = ""

    def __post_init__(self) -> None:
        plain = self.address.replace(" ", "")
        if len(self.address) > MAX_ADDRESS or not plain.isascii() or (plain and not plain.isalnum()):
            raise DlmsValueError(f"a device address has at most {MAX_ADDRESS} letters and digits")

    @classmethod
    def from_line(cls, line: bytes) -> "Request":
        """Read a whole line.

        Raises:
            DecodeError: it is no request.
        """
        if not line.startswith(_REQUEST) or not line.endswith(b"!" + LINE_END):
            raise DecodeError("request: must be /?…! CR LF", position=0)
        try:
            return cls(line[len(_REQUEST) : -3].decode("ascii"))
        except (UnicodeDecodeError, DlmsValueError) as error:
            raise DecodeError(f"request: {error}", position=len(_REQUEST)) from error

    def to_bytes(self) -> bytes:
        """The line."""
        return _REQUEST + self.address.encode("ascii") + b"!" + LINE_END


@dataclass(frozen=True, slots=True)
class Identification:
    r"""Identification message of a device.

    Args:
        manufacturer: its three FLAG letters; a small third letter promises a reaction time of 20 ms.
        speed_letter: its fastest speed, ``0`` to ``6`` (`BAUD_OF_LETTER`); others belong to modes A and B.
        offers_hdlc: whether it announces ``\2``: HDLC, that is protocol mode E.
        text: at most 16 printable characters.
    """

    manufacturer: str
    speed_letter: str
    offers_hdlc: bool
    text: str

    @property
    def baud(self) -> int:
        """Its fastest speed in baud; 300 where the letter says nothing that we know."""
        return BAUD_OF_LETTER.get(self.speed_letter, OPENING_BAUD)

    @property
    def reaction_time_s(self) -> float:
        """Time that it asks for before it is answered."""
        return 0.02 if self.manufacturer[-1:].islower() else 0.2

    @classmethod
    def from_line(cls, line: bytes) -> "Identification":
        """Read a whole line.

        Raises:
            DecodeError: it is no identification.
        """
        try:
            text = line.decode("ascii")
        except UnicodeDecodeError as error:
            raise DecodeError("identification: not ASCII", position=error.start) from error
        head = text[1 : 1 + _MAKER]
        if text[:1] != "/" or not text.endswith("\r\n") or len(head) < _MAKER or not head.isalpha():
            raise DecodeError("identification: must be / and three letters … CR LF", position=0)
        letter, rest = text[1 + _MAKER], text[2 + _MAKER : -2]
        offers_hdlc = False
        while rest[:1] == "\\" and len(rest) > 1:  # escape sequences: a backslash and one character each
            offers_hdlc = offers_hdlc or rest[1] == _HDLC
            rest = rest[2:]
        if not letter.isprintable() or not rest.isprintable() or len(rest) > MAX_TEXT:
            raise DecodeError("identification: at most 16 printable characters", position=2 + _MAKER)
        return cls(head, letter, offers_hdlc, rest)

    def to_bytes(self) -> bytes:
        """The line."""
        hdlc = f"\\{_HDLC}" if self.offers_hdlc else ""
        return f"/{self.manufacturer}{self.speed_letter}{hdlc}{self.text}".encode("ascii") + LINE_END


@dataclass(frozen=True, slots=True)
class OptionSelect:
    """ACK V Z Y: how to go on. The device confirms HDLC by sending the same back.

    Args:
        speed_letter: Z, the speed from then on.
        protocol: V; ``2`` is HDLC, ``0`` the normal protocol.
        mode: Y; ``2`` is binary (HDLC), ``0`` data read-out, ``1`` programming.
    """

    speed_letter: str
    protocol: str = _HDLC
    mode: str = _HDLC

    @property
    def is_hdlc(self) -> bool:
        """True if it selects protocol mode E."""
        return self.protocol == self.mode == _HDLC

    @classmethod
    def from_line(cls, line: bytes) -> "OptionSelect":
        """Read a whole line.

        Raises:
            DecodeError: it is no option select.
        """
        middle = line[1:4].decode("ascii", "replace")
        if len(line) != _OPTION_SIZE or line[:1] != ACK or not line.endswith(LINE_END):
            raise DecodeError("option select: must be ACK, three characters, CR LF", position=0)
        if middle[1] not in BAUD_OF_LETTER:
            raise DecodeError(f"option select: no speed {middle[1]!r}", position=2)
        return cls(middle[1], middle[0], middle[2])

    def to_bytes(self) -> bytes:
        """The line."""
        return ACK + f"{self.protocol}{self.speed_letter}{self.mode}".encode("ascii") + LINE_END


# Lines out of octets with parity, bounded: what both roles of the opening read.

#: octets with which a message begins
_STARTS = (b"/", ACK)


class LineReader:
    """Feed it octets, get lines (7 bits, with CR LF) and what was dropped.

    Args:
        parity: whether the highest bit is even parity, to be checked and taken off.
    """

    __slots__ = ("_buffer", "_parity")

    def __init__(self, *, parity: bool) -> None:
        self._buffer = bytearray()
        self._parity = parity

    def reset(self) -> None:
        """Forget half a line."""
        self._buffer.clear()

    @property
    def is_half(self) -> bool:
        """True if the beginning of a line waits for its rest."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes | FrameRejected]:
        """Take octets; give what is complete, in order."""
        found: list[bytes | FrameRejected] = []
        self._buffer += data
        while self._buffer:
            text, is_right = (
                without_parity(bytes(self._buffer)) if self._parity else (bytes(self._buffer), True)
            )
            end = text.find(LINE_END)
            start = min((at for at in map(text.find, _STARTS) if at >= 0), default=len(text))
            if start and not 0 <= end < start:
                self._drop(start, "garbage: octets before a message", found)
            elif end >= 0:
                size = end + len(LINE_END)
                if self._parity and not is_right and not without_parity(bytes(self._buffer[:size]))[1]:
                    self._drop(size, "bad-parity: a line with wrong parity", found)
                elif start:
                    self._drop(size, "garbage: a line that is no message", found)
                else:
                    found.append(text[:size])
                    del self._buffer[:size]
            elif len(text) > MAX_LINE:
                self._drop(1, "bad-length: a line without end", found)
            else:
                break
        return found

    def _drop(self, size: int, reason: str, found: list[bytes | FrameRejected]) -> None:
        found.append(FrameRejected(reason, bytes(self._buffer[:size])))
        del self._buffer[:size]


# Events of an opening, besides those of every framing.


@dataclass(frozen=True, slots=True)
class Opened:
    """The line is ready for HDLC at `baud`."""

    identification: Identification
    baud: int


@dataclass(frozen=True, slots=True)
class OpeningFailed:
    """There is no HDLC.

    `reason` is a short stable name: ``no-identification``, ``bad-identification``, ``no-hdlc`` (the device
    does not offer mode E), ``not-confirmed``, ``wrong-confirmation``.
    """

    reason: str
    identification: Identification | None = None


# The states of the opening as data: state -> message -> (action, next state).
#
# An action is the name of a method of `ModeEClient` or `ModeEServer`; it may return another next state, where
# that depends on what the message says. What no row names is dropped.


class Message(Enum):
    """Kind of a line, by its first characters."""

    REQUEST = "request"
    IDENTIFICATION = "identification"
    OPTION_SELECT = "option select"


class OpeningState(Enum):
    """Where the client's opening is."""

    IDLE = "idle"
    ASKING = "request sent"
    SELECTING = "option select sent"
    OPEN = "open"
    FAILED = "failed"


class ListeningState(Enum):
    """Where the device's side is."""

    LISTENING = "listening at 300 baud"
    IDENTIFIED = "identification sent"
    HDLC = "HDLC"


Row = tuple[str, OpeningState]
CLIENT: dict[OpeningState, dict[Message, Row]] = {
    OpeningState.ASKING: {
        Message.REQUEST: ("take_echo", OpeningState.ASKING),
        Message.IDENTIFICATION: ("take_identification", OpeningState.SELECTING),
    },
    OpeningState.SELECTING: {
        Message.OPTION_SELECT: ("take_confirmation", OpeningState.OPEN),
    },
}

SERVER: dict[ListeningState, dict[Message, tuple[str, ListeningState]]] = {
    ListeningState.LISTENING: {
        Message.REQUEST: ("take_request", ListeningState.IDENTIFIED),
    },
    ListeningState.IDENTIFIED: {
        Message.REQUEST: ("take_request", ListeningState.IDENTIFIED),
        Message.OPTION_SELECT: ("take_option", ListeningState.HDLC),
    },
}


def message_of(line: bytes) -> Message:
    """Kind of a line; it begins with ``/`` or ACK."""
    if line.startswith(b"/?"):
        return Message.REQUEST
    return Message.IDENTIFICATION if line.startswith(b"/") else Message.OPTION_SELECT
