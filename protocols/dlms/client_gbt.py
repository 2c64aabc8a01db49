"""General block transfer of a client: which requests travel in blocks, and what comes in them.

Source: IEC 62056-5-3, general-block-transfer mechanism
"""

from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.gbt import GbtEndpoint, GbtReassembly, block_octets_for, decode_block


class ClientBlocks:
    """The blocks of one client.

    Args:
        window: blocks that this client takes at once, told with every request; None sends only the requests
            in blocks that are too long for one APDU, and takes one block at a time.
        max_octets: the longest APDU that is joined.
    """

    __slots__ = ("_endpoint", "_pushed", "_window")

    def __init__(self, window: int | None, max_octets: int) -> None:
        self._window = window
        self._endpoint = GbtEndpoint(window or 1, max_octets)
        self._pushed = GbtReassembly()

    def outgoing(self, apdu: bytes, octets_max: int, *, granted: bool) -> bytes:
        """A request as it travels: itself, or its first block. An exchange begins.

        Args:
            apdu: the request, protected already.
            octets_max: octets of the longest APDU that the server takes.
            granted: general-block-transfer may be used.
        """
        if self._endpoint.used:
            self._endpoint.reset()
        if not granted or (self._window is None and len(apdu) <= octets_max):
            return apdu
        # Until the server tells its window it takes one block, so this is all for now.
        return self._endpoint.send(apdu, block_octets_for(octets_max))[0]

    def incoming(self, apdu: bytes, *, confirmed: bool) -> tuple[bytes | None, tuple[bytes, ...]]:
        """The APDU that a block completes, else None, and what must be sent because of the block.

        Args:
            apdu: a general-block-transfer APDU.
            confirmed: an answer is awaited that may come in blocks; else the block is pushed.

        Raises:
            RemoteProtocolError: the block does not decode, or the transfer was broken off.
        """
        if not (confirmed or self._endpoint.busy):
            return self._pushed.receive(apdu), ()
        block = decode_block(apdu)
        if 0 < self._endpoint.sent < block.block_number_ack:
            # Late, from the exchange before: it acknowledges what was not sent in this one.
            return None, ()
        step = self._endpoint.receive(block)
        if step.aborted:
            raise RemoteProtocolError("general-block-transfer: broken off")
        return step.whole, step.to_send

    def recover(self) -> tuple[bytes, ...]:
        """What to send after silence: blocks that were not acknowledged, or the request for lost ones.

        Nothing where a whole request would go out again: the server may have served it, and to ask anew is
        for the caller to decide.
        """
        return () if self._endpoint.repeats_whole else self._endpoint.recover()
