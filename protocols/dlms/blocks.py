"""Cutting a long value into blocks and joining blocks again, with a bound on what is kept.

Source: IEC 62056-5-3, long GET, SET and ACTION with DataBlock-G and DataBlock-SA
"""

from enum import Enum

from protocols.dlms.axdr import encode_length
from protocols.dlms.errors import LocalProtocolError, RemoteProtocolError
from protocols.dlms.xdlms.fields import DataBlock

# The most that one transfer may join, unless its owner says otherwise.
MAX_TRANSFER_OCTETS = 65_536


def block_room(apdu_octets_max: int, overhead_octets: int) -> int:
    """Octets of raw data that fit into one block, below 1 when none do.

    Args:
        apdu_octets_max: the longest APDU that may be sent.
        overhead_octets: of the APDU that carries the block, without the length of the raw data.
    """
    room = 0
    for length_octets in (1, 2, 3):
        room = apdu_octets_max - overhead_octets - length_octets
        if room < 1 or len(encode_length(room)) <= length_octets:
            break
    return room


class BlockFault(Enum):
    """Why a transfer was broken off."""

    NUMBER_INVALID = "the block number is not the one expected"
    TOO_LONG = "the blocks join to more than is kept"


class BlockError(RemoteProtocolError):
    """A block that breaks the transfer off; `fault` says why."""

    def __init__(self, fault: BlockFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class BlockSender:
    """Cuts `payload` into blocks, numbered from 1.

    Args:
        payload: what is cut.
        block_octets: octets of a block.
        first_octets: octets of the first block, where it shares its APDU with more; None as the others.
    """

    __slots__ = ("_block_octets", "_next_octets", "_payload", "_position", "block_number", "done")

    def __init__(self, payload: bytes, block_octets: int, first_octets: int | None = None) -> None:
        first = block_octets if first_octets is None else first_octets
        if min(first, block_octets) < 1:
            raise LocalProtocolError(f"a block must hold at least one octet, not {min(first, block_octets)}")
        self._next_octets = first
        self._payload = payload
        self._block_octets = block_octets
        self._position = 0
        self.block_number = 0
        self.done = False

    def next(self) -> DataBlock:
        """The next block; `block_number` is then its number and `done` whether it was the last.

        Raises:
            LocalProtocolError: the last block was already given.
        """
        if self.done:
            raise LocalProtocolError("no block follows the last one")
        raw = self._payload[self._position : self._position + self._next_octets]
        self._next_octets = self._block_octets
        self._position += len(raw)
        self.block_number += 1
        self.done = self._position >= len(self._payload)
        return DataBlock(self.done, self.block_number, raw)


class BlockReceiver:
    """Joins blocks that come in order from 1, up to `max_octets`."""

    __slots__ = ("_max_octets", "_parts", "_size", "block_number")

    def __init__(self, max_octets: int = MAX_TRANSFER_OCTETS) -> None:
        self._max_octets = max_octets
        self._parts: list[bytes] = []
        self._size = 0
        self.block_number = 0

    def receive(self, block: DataBlock) -> bytes | None:
        """Take a block; the whole when it was the last, None before.

        Raises:
            BlockError: the number is not the one expected, or the whole grows too long.
        """
        if block.block_number != self.block_number + 1:
            raise BlockError(BlockFault.NUMBER_INVALID)
        self._size += len(block.raw_data)
        if self._size > self._max_octets:
            raise BlockError(BlockFault.TOO_LONG)
        self.block_number = block.block_number
        self._parts.append(block.raw_data)
        return b"".join(self._parts) if block.last_block else None
