"""A meter that sends the last block of a long read twice, and says only of the second that it is the last."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.blocks import BlockSender
from protocols.dlms.server import ServerConnection
from protocols.dlms.transfers import Outgoing
from protocols.dlms.xdlms.fields import DataBlock

CLAUSE = "dlms-yb/APPL_OPEN_14"
DESCRIPTION = Text("envía dos veces el último bloque", "sends the last block twice")


class Stuttering(BlockSender):
    """Says the last piece again."""

    __slots__ = ("_last",)

    def __init__(self, sender: BlockSender) -> None:
        for name in BlockSender.__slots__:
            setattr(self, name, getattr(sender, name))
        self._last: DataBlock | None = None

    def next(self) -> DataBlock:
        """The next block; the last piece comes twice."""
        if self._last is not None:
            self.block_number, self.done = self._last.block_number + 1, True
            return dataclasses.replace(self._last, last_block=True, block_number=self.block_number)
        block = super().next()
        if not block.last_block:
            return block
        self._last, self.done = block, False
        return dataclasses.replace(block, last_block=False)


class StutteringServer(ServerConnection):
    """Sends its blocks by such a sender."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        outgoing = association.transfers.get
        if outgoing is not None and not isinstance(outgoing.sender, Stuttering):
            association.transfers.get = Outgoing(outgoing.invoke, Stuttering(outgoing.sender))
        return answer


PARTS = with_server(StutteringServer)
