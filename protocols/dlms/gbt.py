"""General block transfer: a layer of its own that carries whole APDUs, ciphered ones too, in numbered blocks.

`GbtEndpoint` is one side of an exchange: windows, streaming, recovery of lost blocks, both directions.
`GbtReassembly` joins what is pushed without acknowledgements, and `stream` cuts it.

>>> client, server = GbtEndpoint(window=2), GbtEndpoint()
>>> (request,) = client.send(bytes(20), block_octets=64)
>>> len(server.receive(decode_block(request)).whole)
20
"""

from dataclasses import dataclass

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import encode_length
from protocols.dlms.blocks import BlockError, BlockFault
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.block_transfer import MAX_WINDOW, GeneralBlockTransfer

# Joining general blocks in a confirmed exchange: out of order within the window, repeated, or anew.
#
# Source: IEC 62056-5-3, general-block-transfer mechanism; Green Book, 9.4.6.13


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
        """True if some blocks came and others are still to come."""
        return bool(self._blocks)

    def begins_anew(self, block: GeneralBlockTransfer) -> bool:
        """True if this first block belongs to another exchange than what was received until now."""
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


# Cutting an APDU into general blocks, and sending again what was lost.
#
# Source: IEC 62056-5-3, general-block-transfer mechanism; Green Book, 9.4.6.13

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
        """True if there is one block only."""
        return self._first == self.last_number

    @property
    def done(self) -> bool:
        """True if the other side has everything."""
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


# One side of confirmed general block transfer: it sends and receives in turns, and asks for what was lost.
#
# Source: IEC 62056-5-3, general-block-transfer mechanism; Green Book, 9.4.6.13

# Says that the transfer ends here; from memory: docs/spec-notes/general-block-transfer.md.
ABORT = GeneralBlockTransfer(True, False, 0, 0, 0, b"")


def decode_block(apdu: bytes) -> GeneralBlockTransfer:
    """Read one general-block-transfer APDU.

    Raises:
        DecodeError: it is something else.
    """
    reader = Reader(apdu)
    if reader.u8("tag") != GeneralBlockTransfer.tag:
        raise DecodeError(f"general-block-transfer: tag {apdu[0]:#04x}", position=0)
    block = GeneralBlockTransfer.read(reader)
    reader.expect_end(GeneralBlockTransfer.name)
    return block


@dataclass(frozen=True, slots=True)
class GbtStep:
    """Outcome of a block.

    Args:
        whole: the APDU that is now complete, else None.
        to_send: APDUs that must go out, in order.
        aborted: the other side broke the transfer off.
    """

    whole: bytes | None = None
    to_send: tuple[bytes, ...] = ()
    aborted: bool = False


class GbtEndpoint:
    """One side of an exchange.

    Args:
        window: blocks that this side takes at once, 1 to 63; told with every block that it sends.
        max_octets: the longest APDU that is joined.
    """

    __slots__ = ("_next_number", "_peer_window", "_receiver", "_sender", "window")

    def __init__(self, window: int = 1, max_octets: int = MAX_APDU_SIZE) -> None:
        self.window = window
        self._receiver = GbtReceiver(max_octets)
        self.reset()

    def reset(self) -> None:
        """Forget both directions: an exchange begins. The other side's window is 1 until it tells."""
        self._sender: GbtSender | None = None
        self._receiver.restart()
        self._next_number = 1
        self._peer_window = 1

    @property
    def used(self) -> bool:
        """True if anything was sent or came since the last `reset`."""
        return self._next_number != 1 or self._receiver.acknowledged != 0 or self._receiver.under_way

    @property
    def busy(self) -> bool:
        """True if blocks are still to be sent, to be acknowledged or to come."""
        return self._receiver.under_way or (self._sender is not None and not self._sender.done)

    @property
    def sent(self) -> int:
        """Number of the block that was sent last in this exchange, 0 before the first."""
        return self._next_number - 1

    @property
    def repeats_whole(self) -> bool:
        """True if `recover` would send a whole APDU again, because it is of one block only."""
        sender = self._sender
        return sender is not None and not sender.done and sender.is_single

    def send(self, apdu: bytes, block_octets: int) -> tuple[bytes, ...]:
        """Begin to send an APDU: the first blocks, as many as the other side takes at once.

        Raises:
            DlmsValueError: it needs more blocks than can be numbered.
        """
        self._sender = GbtSender(apdu, block_octets, self._next_number)
        self._next_number = self._sender.last_number + 1
        return self._burst(self._sender)

    def receive(self, block: GeneralBlockTransfer) -> GbtStep:
        """Take a block of the other side."""
        if block == ABORT:
            self.reset()
            return GbtStep(aborted=True)
        if self._receiver.begins_anew(block):
            self.reset()
        self._peer_window = max(1, block.window)
        if self._sender is not None:
            self._sender.acknowledge(block.block_number_ack)
        try:
            whole = self._receiver.receive(block)
        except BlockError:
            self.reset()
            return GbtStep(to_send=(ABORT.to_bytes(),), aborted=True)
        if whole is not None:
            self._sender = None
            return GbtStep(whole)
        if block.streaming and not block.last_block:
            return GbtStep()
        return GbtStep(to_send=self._our_turn(block))

    def recover(self) -> tuple[bytes, ...]:
        """Blocks to send after silence: those not acknowledged, or the request for lost ones."""
        if self._sender is not None and not self._sender.done:
            return self._burst(self._sender)
        return (self._acknowledgement(),) if self._receiver.under_way else ()

    def _our_turn(self, block: GeneralBlockTransfer) -> tuple[bytes, ...]:
        if self._sender is not None and not self._sender.done:
            return self._burst(self._sender)
        return (self._acknowledgement(),) if block.block_data else ()

    def _burst(self, sender: GbtSender) -> tuple[bytes, ...]:
        return tuple(sender.burst(self._peer_window, self.window, self._receiver.acknowledged))

    def _acknowledgement(self) -> bytes:
        number, self._next_number = self._next_number, self._next_number + 1
        block = GeneralBlockTransfer(True, False, self.window, number, self._receiver.acknowledged, b"")
        return block.to_bytes()


# Joining the blocks of a stream, as receivers of pushed data need it.
#
# Meters in the field repeat blocks and start streams anew; an APDU with a hole in it is never delivered.
#
# Source: IEC 62056-5-3, general-block-transfer mechanism


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
