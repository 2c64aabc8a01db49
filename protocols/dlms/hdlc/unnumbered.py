"""UI frames: APDUs without acknowledgement, perhaps in segments (the S bit), from either side.

Source: IEC 62056-46, 6.4.4.4.5; segmented UI is seen on Iskraemeco meters.
"""

from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.transfer import segments

#: pairs of addresses whose segments are kept at one time
_MAX_PARTIAL = 8


def unnumbered_frames(
    information: bytes, destination: HdlcAddress, source: HdlcAddress, max_info: int
) -> list[Frame]:
    """`information` in UI frames; P/F is set in the last one."""
    return [
        Frame(destination, source, Control(Kind.UI, not piece.more), piece.information, piece.more)
        for piece in segments(information, max_info)
    ]


class UnnumberedJoiner:
    """Joins segmented UI frames, each pair of addresses by itself; bounded."""

    __slots__ = ("_partial",)

    def __init__(self) -> None:
        self._partial: dict[tuple[HdlcAddress, HdlcAddress], bytearray] = {}

    def take(self, frame: Frame) -> bytes | None:
        """Take a UI frame; the whole information when this was its last segment."""
        key = (frame.destination, frame.source)
        if not frame.segmented and key not in self._partial:
            return frame.information
        if key not in self._partial and len(self._partial) >= _MAX_PARTIAL:
            self._partial.pop(next(iter(self._partial)))  # the oldest will not be finished any more
        joined = self._partial.setdefault(key, bytearray())
        joined += frame.information
        if len(joined) > MAX_APDU_SIZE:
            del self._partial[key]
            return None
        if frame.segmented:
            return None
        del self._partial[key]
        return bytes(joined)
