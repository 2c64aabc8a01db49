"""Joining general blocks in a confirmed exchange: out of order within the window, repeated, or anew.

Source: IEC 62056-5-3, general-block-transfer mechanism; Green Book, 9.4.6.13
"""

from protocols.dlms.blocks import BlockError, BlockFault
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.xdlms.block_transfer import MAX_WINDOW, GeneralBlockTransfer


class GbtReceiver:
    """The blocks of one APDU as they come.

    A block that only acknowledges has no data. Some peers number such blocks and some do not: both are taken.

    Args:
        max_octets: the longest APDU that is joined.

    Attributes:
        acknowledged: highest block up to which every block came.
    """

    __slots__ = ("_blocks", "_last", "_max_octets", "_size", "acknowledged")

    def __init__(self, max_octets: int = MAX_APDU_SIZE) -> None:
        self._max_octets = max_octets
        self.acknowledged = 0
        self._blocks: dict[int, bytes] = {}
        self._last: int | None = None
        self._size = 0

    def restart(self) -> None:
        """Forget everything: an exchange begins."""
        self.acknowledged = 0
        self._forget()

    @property
    def under_way(self) -> bool:
        """Whether some blocks came and others are still to come."""
        return bool(self._blocks)

    def begins_anew(self, block: GeneralBlockTransfer) -> bool:
        """Whether this first block belongs to another exchange than what was received until now."""
        if block.block_number != 1 or not block.block_data or not self.acknowledged:
            return False
        return self._blocks.get(1) != block.block_data

    def receive(self, block: GeneralBlockTransfer) -> bytes | None:
        """Take a block; the whole APDU when nothing is missing, else None.

        Raises:
            BlockError: what came joins to more than is kept; it is forgotten.
        """
        number = block.block_number
        if not block.block_data and not self._blocks:
            self.acknowledged = max(self.acknowledged, number)
            return None
        if not self.acknowledged < number <= self.acknowledged + MAX_WINDOW or number in self._blocks:
            return None
        self._keep(number, block)
        while self.acknowledged + 1 in self._blocks:
            self.acknowledged += 1
        if self._last is None or self.acknowledged < self._last:
            return None
        # What lies beyond the last block is left over from another transfer.
        whole = b"".join(self._blocks[number] for number in sorted(self._blocks) if number <= self._last)
        self._forget()
        return whole

    def _keep(self, number: int, block: GeneralBlockTransfer) -> None:
        self._size += len(block.block_data)
        if self._size > self._max_octets:
            self._forget()
            raise BlockError(BlockFault.TOO_LONG)
        self._blocks[number] = block.block_data
        if block.last_block:
            self._last = number

    def _forget(self) -> None:
        self._blocks = {}
        self._last = None
        self._size = 0
