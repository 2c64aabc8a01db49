"""Joining the blocks of a general-block-transfer stream, as receivers of pushed data need it.

Meters in the field repeat blocks and start streams anew; an APDU with a hole in it is never delivered.

Source: IEC 62056-5-3, general-block-transfer mechanism
"""

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer


class GbtReassembly:
    """Receiver of one stream, without acknowledgements.

    Block 1 starts anew whatever came before; a repeated block is ignored; after a gap everything is dropped
    until the next block 1.

    Args:
        max_octets: the longest APDU that is joined.

    Attributes:
        fault: why the last block was not taken, None when it was.
    """

    __slots__ = ("_expected", "_max_octets", "_parts", "_size", "fault")

    def __init__(self, max_octets: int = MAX_APDU_SIZE) -> None:
        self._max_octets = max_octets
        self.fault: str | None = None
        self._restart()

    def receive(self, apdu: bytes) -> bytes | None:
        """Take one general-block-transfer APDU; the joined APDU when the last block came in order, else None.

        Raises:
            DecodeError: `apdu` is not a general-block-transfer APDU.
        """
        block = decode_apdu(apdu)
        if not isinstance(block, GeneralBlockTransfer):
            raise DecodeError(f"general-block-transfer: this is a {block.name}")
        self.fault = self._refuse(block)
        if self.fault is not None:
            return None
        self._parts.append(block.block_data)
        self._size += len(block.block_data)
        self._expected = block.block_number + 1
        if not block.last_block:
            return None
        whole = b"".join(self._parts)
        self._restart()
        return whole

    def _refuse(self, block: GeneralBlockTransfer) -> str | None:
        if block.block_number == 1:
            self._restart()
        elif self._parts and block.block_number == self._expected - 1:
            return f"block {block.block_number} again: ignored"
        elif block.block_number != self._expected:
            expected = self._expected
            self._restart()
            return f"block {block.block_number} instead of {expected}: the stream is dropped"
        if self._size + len(block.block_data) > self._max_octets:
            self._restart()
            return f"more than {self._max_octets} octets: the stream is dropped"
        return None

    def _restart(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._expected = 1
