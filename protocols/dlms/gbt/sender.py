"""Cutting an APDU into general blocks, and sending again what was lost.

Source: IEC 62056-5-3, general-block-transfer mechanism; Green Book, 9.4.6.13
"""

from protocols.dlms.axdr import encode_length
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer

# Block numbers have 16 bits.
MAX_BLOCK_NUMBER = 0xFFFF
# tag, block-control, block-number (2), block-number-ack (2); the length of the data follows
_OVERHEAD = 6


def block_octets_for(apdu_octets_max: int) -> int:
    """Octets of data in one block whose APDU has at most `apdu_octets_max`; at least 1."""
    room = 1
    for length_octets in (1, 2, 3):
        room = max(1, apdu_octets_max - _OVERHEAD - length_octets)
        if len(encode_length(room)) <= length_octets:
            break
    return room


def stream(apdu: bytes, block_octets: int) -> list[bytes]:
    """Every block of an APDU that nobody acknowledges, as pushed data goes out.

    Args:
        apdu: what is sent.
        block_octets: octets of data in one block.

    Raises:
        DlmsValueError: it needs more blocks than can be numbered.
    """
    sender = GbtSender(apdu, block_octets)
    return sender.burst(MAX_BLOCK_NUMBER, own_window=0, received=0)


class GbtSender:
    """The blocks of one APDU on their way.

    Args:
        apdu: what is sent.
        block_octets: octets of data in one block, at least 1.
        first_number: number of the first block.

    Raises:
        DlmsValueError: it needs more blocks than can be numbered.

    Attributes:
        acknowledged: highest block that the other side has, with all before it.
        last_number: number of the last block.
    """

    __slots__ = ("_apdu", "_block_octets", "_first", "acknowledged", "last_number")

    def __init__(self, apdu: bytes, block_octets: int, first_number: int = 1) -> None:
        self._apdu = apdu
        self._block_octets = block_octets
        self._first = first_number
        self.acknowledged = first_number - 1
        self.last_number = first_number - 1 + max(1, -(-len(apdu) // block_octets))
        if self.last_number > MAX_BLOCK_NUMBER:
            raise DlmsValueError(f"general-block-transfer: {len(apdu)} octets need too many blocks")

    @property
    def is_single(self) -> bool:
        """Whether there is one block only."""
        return self._first == self.last_number

    @property
    def done(self) -> bool:
        """Whether the other side has everything."""
        return self.acknowledged >= self.last_number

    def acknowledge(self, number: int) -> None:
        """The other side has every block up to `number`; a number that was never sent says nothing."""
        if self.acknowledged < number <= self.last_number:
            self.acknowledged = number

    def burst(self, window: int, own_window: int, received: int) -> list[bytes]:
        """The blocks after the acknowledged one, as many as fit into `window`; the last one ends our turn.

        Args:
            window: blocks that the other side takes at once.
            own_window: blocks that we take at once.
            received: highest block that came from the other side.
        """
        end = min(self.acknowledged + max(1, window), self.last_number)
        return [
            GeneralBlockTransfer(
                last_block=number == self.last_number,
                streaming=number != end,
                window=own_window,
                block_number=number,
                block_number_ack=received,
                block_data=self._piece(number),
            ).to_bytes()
            for number in range(self.acknowledged + 1, end + 1)
        ]

    def _piece(self, number: int) -> bytes:
        start = (number - self._first) * self._block_octets
        return self._apdu[start : start + self._block_octets]
