"""One side of confirmed general block transfer: it sends and receives in turns, and asks for what was lost.

Source: IEC 62056-5-3, general-block-transfer mechanism; Green Book, 9.4.6.13
"""

from dataclasses import dataclass

from protocols.dlms.blocks import BlockError
from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt.receiver import GbtReceiver
from protocols.dlms.gbt.sender import GbtSender
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer

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
    """What a block led to.

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
        """Whether anything was sent or came since the last `reset`."""
        return self._next_number != 1 or self._receiver.acknowledged != 0 or self._receiver.under_way

    @property
    def busy(self) -> bool:
        """Whether blocks are still to be sent, to be acknowledged or to come."""
        return self._receiver.under_way or (self._sender is not None and not self._sender.done)

    @property
    def sent(self) -> int:
        """Number of the block that was sent last in this exchange, 0 before the first."""
        return self._next_number - 1

    @property
    def repeats_whole(self) -> bool:
        """Whether `recover` would send a whole APDU again, because it is of one block only."""
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
        """What to send after silence: the blocks that were not acknowledged, or the request for lost ones."""
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
