"""One M-Bus frame: start, length twice, control, address, CI, data, checksum, stop.

>>> decode_mbus(bytes.fromhex("6803036808017e8716")).kind
<MbusKind.CONTROL: 'control'>

Source: EN 13757-2, 5.4 (FT1.2); the sample telegrams of public grid operators.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from protocols.dlms.errors import DecodeError, FrameError
from protocols.dlms.reader import Reader, Trace

LONG_START = 0x68
SHORT_START = 0x10
STOP = 0x16
ACKNOWLEDGEMENT = 0xE5
#: octets of a long frame up to its second start
HEAD_SIZE = 4
#: octets of a short frame, whole
SHORT_SIZE = 5
#: octets of a long frame that its length does not count: head of four, checksum, stop
LONG_OVERHEAD = 6
#: control, address and CI: the least that a length may say
MIN_LENGTH = 3


class MbusFault(StrEnum):
    """Why octets were dropped."""

    BAD_START = "mbus-bad-start"
    BAD_LENGTH = "mbus-bad-length"
    BAD_CHECKSUM = "mbus-bad-checksum"
    NO_STOP = "mbus-no-stop"


class MbusKind(Enum):
    """The four forms of a frame; a control frame is a long one without data."""

    ACKNOWLEDGEMENT = "acknowledgement"
    SHORT = "short"
    CONTROL = "control"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class MbusFrame:
    """One frame.

    Args:
        kind: its form.
        control: the C field; 0 in an acknowledgement.
        address: the A field; 254 and 255 are broadcasts.
        information: the CI field; None where the form has none.
        data: user data, at most 252 octets.
    """

    kind: MbusKind
    control: int = 0
    address: int = 0
    information: int | None = None
    data: bytes = b""


def checksum(octets: bytes) -> int:
    """The arithmetic sum modulo 256 of control, address, CI and data."""
    return sum(octets) & 0xFF


def decode_mbus(raw: bytes, trace: Trace | None = None) -> MbusFrame:
    """Read one whole frame.

    Raises:
        FrameError: anything wrong with it; `fault` is one of `MbusFault`.
    """
    reader = Reader(raw, trace)
    try:
        frame = _FORMS.get(raw[0] if raw else STOP, _no_start)(reader)
        reader.expect_end("frame")
    except FrameError:
        raise
    except DecodeError as error:  # short or over-long data
        raise FrameError(MbusFault.BAD_LENGTH, str(error), position=error.position) from error
    return frame


def starts_like_mbus(raw: bytes) -> bool:
    """Whether octets begin with an M-Bus frame, as far as its form tells: a wrong checksum is one, too.

    >>> [starts_like_mbus(bytes.fromhex(raw)) for raw in ("105b015c16", "e5", "105b")]
    [True, True, False]
    """
    return bool(raw) and _SIGNS.get(raw[0], _never)(raw)


def _never(_raw: bytes) -> bool:
    return False


def _like_acknowledgement(raw: bytes) -> bool:
    """It is one octet: what follows is another frame."""
    return len(raw) == 1 or raw[1] in _SIGNS


def _like_short(raw: bytes) -> bool:
    return len(raw) >= SHORT_SIZE and raw[SHORT_SIZE - 1] == STOP


def _like_long(raw: bytes) -> bool:
    return len(raw) >= HEAD_SIZE and raw[0] == raw[3] and raw[1] == raw[2]


def _no_start(reader: Reader) -> MbusFrame:
    raise FrameError(MbusFault.BAD_START, "frame: does not begin with 68, 10 or e5", position=reader.pos)


def _acknowledgement(reader: Reader) -> MbusFrame:
    reader.u8("acknowledgement")
    return MbusFrame(MbusKind.ACKNOWLEDGEMENT)


def _short(reader: Reader) -> MbusFrame:
    reader.u8("start")
    first = reader.pos
    control, address = reader.u8("control"), reader.u8("address")
    _read_end(reader, first)
    return MbusFrame(MbusKind.SHORT, control, address)


def _long(reader: Reader) -> MbusFrame:
    reader.u8("start")
    length, again = reader.u8("length"), reader.u8("length")
    if length != again or length < MIN_LENGTH:
        raise FrameError(MbusFault.BAD_LENGTH, f"frame: its lengths are {length} and {again}", position=1)
    if reader.u8("start") != LONG_START:
        raise FrameError(MbusFault.BAD_START, "frame: the second start is not 68", position=3)
    first = reader.pos
    control, address = reader.u8("control"), reader.u8("address")
    information = reader.u8("control-information")
    data = reader.take(length - MIN_LENGTH, "data")
    _read_end(reader, first)
    return MbusFrame(MbusKind.LONG if data else MbusKind.CONTROL, control, address, information, data)


def _read_end(reader: Reader, first: int) -> None:
    expected, position = checksum(reader.data[first : reader.pos]), reader.pos
    found = reader.u8("checksum")
    if found != expected:
        raise FrameError(
            MbusFault.BAD_CHECKSUM,
            f"frame: checksum is {found:02x}, computed {expected:02x}",
            position=position,
        )
    if reader.u8("stop") != STOP:
        raise FrameError(MbusFault.NO_STOP, "frame: does not end with 16", position=reader.pos - 1)


#: first octet -> how the rest is read
_FORMS = {LONG_START: _long, SHORT_START: _short, ACKNOWLEDGEMENT: _acknowledgement}
#: first octet -> whether the rest may be a frame
_SIGNS = {LONG_START: _like_long, SHORT_START: _like_short, ACKNOWLEDGEMENT: _like_acknowledgement}
