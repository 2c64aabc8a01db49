r"""The three messages of the opening, each a line that ends with CR LF.

>>> Identification.from_line(b"/ISK5\\2MT382-1000\r\n")
Identification(manufacturer='ISK', speed_letter='5', offers_hdlc=True, text='MT382-1000')
>>> OptionSelect("5").to_bytes()
b'\x06252\r\n'

Source: IEC 62056-21, 6.3 (formats of messages) and annex E.2.
"""

from dataclasses import dataclass

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.mode_e.characters import ACK, BAUD_OF_LETTER, LINE_END, OPENING_BAUD

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
    """Who is there: ``/?address!``.

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
    r"""What a device says of itself.

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
        """How long it wants to be left alone before it is answered."""
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
        """Whether it selects protocol mode E."""
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
