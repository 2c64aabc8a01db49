"""Wired M-Bus as far as customer interfaces use it to push DLMS APDUs: decode only.

    frame.py      one frame of format class FT1.2: short, control, long, acknowledgement
    splitter.py   frames in a stream of octets
    segments.py   the DLMS transport layer: CI 00 to 1f, one segment each, joined to an APDU

Source: EN 13757-2 (link layer), EN 13757-3 (CI field); IEC 60870-5-2 (FT1.2).
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from protocols.dlms.errors import DecodeError, FrameError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.reader import Reader, Trace

# One M-Bus frame: start, length twice, control, address, CI, data, checksum, stop.
#
# Source: EN 13757-2, 5.4 (FT1.2); the sample telegrams of public grid operators.

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

    >>> decode_mbus(bytes.fromhex("6803036808017e8716")).kind
    <MbusKind.CONTROL: 'control'>
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
    """True if octets begin with an M-Bus frame, as far as its form tells: a wrong checksum is one, too.

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


# APDUs in M-Bus frames: CI 00 to 1f carries one segment of a DLMS APDU behind its two addresses.
#
# The low four bits of CI count the segments from 0, modulo 16; bit 4 marks the last. Two octets follow: the
# sender's and the receiver's SAP.
#
# Source: EN 13757-3, CI field; observed in the pushes of Kaifa meters (Netz NÖ).

#: CI below this is a segment of a DLMS APDU
SEGMENT_LIMIT = 0x20
_LAST = 0x10
_NUMBER = 0x0F
_SAPS = 2
#: pairs of addresses whose segments are kept at one time
_MAX_PARTIAL = 8


class SegmentFault(StrEnum):
    """Why a segment was dropped, and what waited with it."""

    NO_ADDRESSES = "mbus-no-addresses"
    WRONG_NUMBER = "mbus-wrong-segment"
    APDU_TOO_LONG = "apdu-too-long"


@dataclass(frozen=True, slots=True)
class MbusApdu:
    """A whole APDU and who speaks to whom: SAPs 0 to 255."""

    apdu: bytes
    source: int
    destination: int


@dataclass(slots=True)
class _Partial:
    joined: bytearray
    expected: int


class SegmentJoiner:
    """Joins segments, each pair of addresses by itself; bounded."""

    __slots__ = ("_partial",)

    def __init__(self) -> None:
        self._partial: dict[tuple[int, int, int], _Partial] = {}

    @property
    def is_unfinished(self) -> bool:
        """True if segments wait for their last."""
        return bool(self._partial)

    def take(self, frame: MbusFrame) -> MbusApdu | SegmentFault | None:
        """Take a frame: the APDU when this was its last segment; None for less, or when it carries none."""
        information = frame.information
        if information is None or information >= SEGMENT_LIMIT:
            return None
        if len(frame.data) < _SAPS:
            return SegmentFault.NO_ADDRESSES
        source, destination = frame.data[:_SAPS]
        key = (frame.address, source, destination)
        partial = self._next(key, information & _NUMBER)
        if partial is None:
            return SegmentFault.WRONG_NUMBER
        partial.joined += frame.data[_SAPS:]
        partial.expected = partial.expected + 1 & _NUMBER
        if len(partial.joined) > MAX_APDU_SIZE:
            del self._partial[key]
            return SegmentFault.APDU_TOO_LONG
        if not information & _LAST:
            return None
        del self._partial[key]
        return MbusApdu(bytes(partial.joined), source, destination)

    def _next(self, key: tuple[int, int, int], number: int) -> _Partial | None:
        """Partial APDU that segment `number` follows; None when it follows none. Number 0 may begin anew."""
        partial = self._partial.get(key)
        if partial is not None and partial.expected == number:
            return partial
        self._partial.pop(key, None)
        if number:
            return None
        if len(self._partial) >= _MAX_PARTIAL:
            self._partial.pop(next(iter(self._partial)))  # the oldest will not be finished any more
        return self._partial.setdefault(key, _Partial(bytearray(), 0))


# Finds M-Bus frames in a stream of octets: by length, back in step after garbage; bounded by one frame.


@dataclass(frozen=True, slots=True)
class GoodMbus:
    """A frame and the octets that it came in."""

    raw: bytes
    frame: MbusFrame


@dataclass(frozen=True, slots=True)
class BadMbus:
    """Octets that were dropped, and why."""

    raw: bytes
    error: FrameError


class MbusSplitter:
    """Feed it octets, get frames."""

    __slots__ = ("_buffer", "_garbage")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._garbage = bytearray()

    def reset(self) -> bytes:
        """Forget a half-received frame; gives what was dropped."""
        dropped = bytes(self._garbage + self._buffer)
        self._buffer.clear()
        self._garbage.clear()
        return dropped

    def feed(self, data: bytes) -> list[GoodMbus | BadMbus]:
        """Take octets; give what is complete, in order."""
        self._buffer += data
        found: list[GoodMbus | BadMbus] = []
        while self._buffer:
            size = self._size()
            if size is None or len(self._buffer) < size:
                break
            self._take(size, found)
        self._flush_garbage(found)
        return found

    def _size(self) -> int | None:
        """Octets of the frame at the head; 0 where none begins, None when that cannot be told yet."""
        buffer = self._buffer
        if buffer[0] == ACKNOWLEDGEMENT:
            return 1
        if buffer[0] == SHORT_START:
            return SHORT_SIZE
        if buffer[0] != LONG_START:
            return 0
        if len(buffer) < HEAD_SIZE:
            return None
        return buffer[1] + LONG_OVERHEAD if buffer[1] == buffer[2] and buffer[3] == LONG_START else 0

    def _take(self, size: int, found: list[GoodMbus | BadMbus]) -> None:
        raw = bytes(self._buffer[:size])
        try:
            frame = decode_mbus(raw) if size else None
        except FrameError as error:
            self._flush_garbage(found)
            found.append(BadMbus(raw, error))
            # its length cannot be trusted: the next frame may begin inside it
            inside = raw.find(bytes((LONG_START,)), HEAD_SIZE)
            del self._buffer[: inside if inside > 0 else size]
            return
        if frame is None:
            self._garbage.append(self._buffer[0])
            del self._buffer[0]
            return
        self._flush_garbage(found)
        found.append(GoodMbus(raw, frame))
        del self._buffer[:size]

    def _flush_garbage(self, found: list[GoodMbus | BadMbus]) -> None:
        if self._garbage:
            error = FrameError(MbusFault.BAD_START, "octets before a start were skipped", position=0)
            found.append(BadMbus(bytes(self._garbage), error))
            self._garbage.clear()
