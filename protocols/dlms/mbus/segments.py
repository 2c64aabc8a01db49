"""APDUs in M-Bus frames: CI 00 to 1f carries one segment of a DLMS APDU behind its two addresses.

The low four bits of CI count the segments from 0, modulo 16; bit 4 marks the last. Two octets follow: the
sender's and the receiver's SAP.

Source: EN 13757-3, CI field; observed in the pushes of Kaifa meters (Netz NÖ).
"""

from dataclasses import dataclass
from enum import StrEnum

from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.mbus.frame import MbusFrame

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
        """Whether segments wait for their last."""
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
        """What segment `number` is appended to; None when it does not follow. Number 0 may begin anew."""
        partial = self._partial.get(key)
        if partial is not None and partial.expected == number:
            return partial
        self._partial.pop(key, None)
        if number:
            return None
        if len(self._partial) >= _MAX_PARTIAL:
            self._partial.pop(next(iter(self._partial)))  # the oldest will not be finished any more
        return self._partial.setdefault(key, _Partial(bytearray(), 0))
