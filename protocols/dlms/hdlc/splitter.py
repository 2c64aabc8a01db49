"""Finds frames in a stream of octets: by length field, with shared flags, back in step after garbage.

The buffer never holds more than one frame of the longest kind.
"""

from dataclasses import dataclass

from protocols.dlms.errors import FrameError
from protocols.dlms.hdlc.frame import (
    ADDRESS_SIZES,
    FCS_SIZE,
    FLAG,
    FORMAT_TYPE,
    MAX_LENGTH,
    MIN_LENGTH,
    Fault,
    Frame,
    address_size,
    decode_frame,
    fcs_octets,
)

_FORMAT_END = 3  # flag and two octets of format


@dataclass(frozen=True, slots=True)
class BadFrame:
    """Octets that were dropped, and why."""

    raw: bytes
    error: FrameError

    @property
    def reason(self) -> str:
        """``"bad-fcs: frame: FCS is …"``."""
        return f"{self.error.fault}: {self.error}"


@dataclass(frozen=True, slots=True)
class GoodFrame:
    """A frame and the octets that it came in."""

    raw: bytes
    frame: Frame


class FrameSplitter:
    """Feed it octets, get frames."""

    __slots__ = ("_buffer", "_reported")

    def __init__(self) -> None:
        self._buffer = bytearray()
        # octets at the head that a BadFrame already named: searched for a flag, not reported twice
        self._reported = 0

    @property
    def has_partial(self) -> bool:
        """True if the beginning of a frame waits for its rest."""
        return len(self._buffer) > 1

    def reset(self) -> bytes:
        """Forget a half-received frame; gives what was dropped."""
        dropped = bytes(self._buffer)
        self._buffer.clear()
        self._reported = 0
        return dropped

    def feed(self, data: bytes) -> list[GoodFrame | BadFrame]:
        """Take octets; give what is complete, in order."""
        self._buffer += data
        found: list[GoodFrame | BadFrame] = []
        while self._buffer:
            if self._buffer[0] != FLAG:
                self._drop_garbage(found)
                continue
            if len(self._buffer) == 1:
                break
            step = self._step()
            if step is None:
                break
            if isinstance(step, FrameError):
                self._reject(step, found)
            elif isinstance(step, GoodFrame):
                found.append(step)
                # the closing flag may open the next frame: it stays
                self._consume(len(step.raw) - 1)
            else:
                self._consume(1)
        return found

    def _consume(self, size: int) -> None:
        del self._buffer[:size]
        if self._reported:
            self._reported = max(0, self._reported - size)

    def _drop_garbage(self, found: list[GoodFrame | BadFrame]) -> None:
        flag = self._buffer.find(FLAG)
        size = len(self._buffer) if flag < 0 else flag
        if size > self._reported:
            error = FrameError(Fault.GARBAGE, "octets before a flag were skipped", position=0)
            found.append(BadFrame(bytes(self._buffer[self._reported : size]), error))
        self._consume(size)

    def _reject(self, error: FrameError, found: list[GoodFrame | BadFrame]) -> None:
        """Name the octets from this flag to the end of the supposed frame, and search on behind the flag."""
        size = self._extent()
        if size > self._reported:
            found.append(BadFrame(bytes(self._buffer[:size]), error))
            self._reported = size
        self._consume(1)

    def _extent(self) -> int:
        """Octets of the rejected frame: by its length where a flag stands there, else up to the next flag."""
        end = 1 + self._length()
        if self._length() >= MIN_LENGTH and end < len(self._buffer) and self._buffer[end] == FLAG:
            return end + 1
        flag = self._buffer.find(FLAG, 1)
        return len(self._buffer) if flag < 0 else flag

    def _length(self) -> int:
        return int.from_bytes(self._buffer[1:_FORMAT_END], "big") & MAX_LENGTH

    def _step(self) -> "GoodFrame | FrameError | bool | None":
        """Look at the head, a flag and more: a frame, its fault, True to skip the flag, None to wait."""
        buffer = self._buffer
        if buffer[1] == FLAG:
            return True
        if buffer[1] >> 4 != FORMAT_TYPE:
            return FrameError(
                Fault.BAD_FORMAT_TYPE, f"frame: format type {buffer[1] >> 4:x} is not a", position=1
            )
        if len(buffer) < _FORMAT_END:
            return None
        length = self._length()
        if length < MIN_LENGTH:
            return FrameError(Fault.BAD_LENGTH, f"frame: length {length} is too small", position=1)
        end = 1 + length
        if len(buffer) <= end:
            return self._early_fault(end)
        if buffer[end] != FLAG:
            return FrameError(
                Fault.NO_CLOSING_FLAG, f"frame: no flag after its {length} octets", position=end
            )
        raw = bytes(buffer[: end + 1])
        try:
            return GoodFrame(raw, decode_frame(raw))
        except FrameError as error:
            return error

    def _early_fault(self, end: int) -> FrameError | None:
        """A header that is complete and wrong need not be waited out: its length cannot be trusted."""
        header = bytes(self._buffer[1:16])
        position = 2
        for _ in range(2):
            size = address_size(header, position, len(header))
            if size is None or size not in ADDRESS_SIZES:
                return None
            position += size
        position += 1  # control
        if position + FCS_SIZE >= end - 1 or len(header) < position + FCS_SIZE:
            return None
        expected = fcs_octets(header[:position])
        if header[position : position + FCS_SIZE] == expected:
            return None
        return FrameError(Fault.BAD_HCS, "frame: the header does not match its HCS", position=1 + position)
