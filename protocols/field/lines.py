"""Lines out of a stream of bytes, with a bound on how long one may grow."""

from protocols.field.errors import StationControlError

#: Longest line, its newline included.
LINE_BYTES_MAX = 64 * 1024


class LineBuffer:
    r"""Collects bytes and gives whole lines.

    >>> buffer = LineBuffer()
    >>> buffer.feed(b'one\ntw'), buffer.feed(b'o\r\n\n')
    ([b'one'], [b'two'])
    """

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines completed by `data`, without their ends; empty lines are skipped.

        Raises:
            StationControlError: ``bad-args``: a line is longer than `LINE_BYTES_MAX`.
        """
        self._pending += data
        *lines, rest = bytes(self._pending).split(b"\n")
        self._pending = bytearray(rest)
        if len(rest) >= LINE_BYTES_MAX or any(len(line) >= LINE_BYTES_MAX for line in lines):
            self._pending.clear()
            raise StationControlError("bad-args", f"a line is limited to {LINE_BYTES_MAX} bytes")
        return [line.rstrip(b"\r") for line in lines if line.strip()]
