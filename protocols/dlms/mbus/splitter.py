"""Finds M-Bus frames in a stream of octets: by length, back in step after garbage; bounded by one frame."""

from dataclasses import dataclass

from protocols.dlms.errors import FrameError
from protocols.dlms.mbus.frame import (
    ACKNOWLEDGEMENT,
    HEAD_SIZE,
    LONG_OVERHEAD,
    LONG_START,
    SHORT_SIZE,
    SHORT_START,
    MbusFault,
    MbusFrame,
    decode_mbus,
)


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
