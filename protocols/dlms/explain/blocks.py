"""Joins the blocks of a general-block-transfer that somebody else received (a listener: it cannot ask again).

A duplicate is skipped, block 1 begins again, a gap gives the APDU up until the next block 1.

Source: IEC 62056-5-3, 9.4.6.13 (general block transfer).
"""

from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer


class BlockJoiner:
    """Feed it blocks in the order of their arrival."""

    __slots__ = ("_data", "_expected", "notes", "problem")

    def __init__(self) -> None:
        self._data = bytearray()
        self._expected = 1
        #: what was let through, as ``(kind, block)``: ``duplicate``, ``restart``
        self.notes: list[tuple[str, int]] = []
        #: ``(block that came, block that was expected)`` of the gap that spoiled the transfer
        self.problem: tuple[int, int] | None = None

    @property
    def is_unfinished(self) -> bool:
        """Whether blocks wait for those that follow."""
        return bool(self._data)

    def take(self, block: GeneralBlockTransfer) -> bytes | None:
        """Take a block; the whole APDU when it was the last one."""
        number = block.block_number
        if number == 1:
            if self._expected != 1:
                self.notes.append(("restart", number))
            self._begin()
        elif number < self._expected:
            self.notes.append(("duplicate", number))
            return None
        elif number > self._expected or self.problem is not None:
            self.problem = self.problem or (number, self._expected)
            self._data.clear()
            return None
        self._data += block.block_data
        self._expected += 1
        if len(self._data) > MAX_APDU_SIZE:
            self.problem = (number, self._expected)
            self._data.clear()
            return None
        if not block.last_block:
            return None
        joined = bytes(self._data)
        self._begin()
        return joined

    def _begin(self) -> None:
        self._data.clear()
        self._expected = 1
        self.problem = None
