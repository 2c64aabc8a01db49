"""Lines out of octets with parity, bounded: what both roles of the opening read."""

from protocols.dlms.framing import FrameRejected
from protocols.dlms.mode_e.characters import ACK, LINE_END, without_parity
from protocols.dlms.mode_e.messages import MAX_LINE

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
        """Whether the beginning of a line waits for its rest."""
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
