"""Mutants of long transfers in blocks (APPL_OPEN_14, APPL_DATA_LN_N1)."""

import dataclasses

from conformance.mutants._bases import Retouching, with_initiate
from conformance.mutants._parts import SERVER
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.blocks import BlockSender
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.server.association import Association, Outgoing
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.fields import DataBlock
from protocols.dlms.xdlms.get import GetRequestNext
from protocols.dlms.xdlms.initiate import UNLIMITED_PDU


@mutant(
    "ignores-client-pdu-size",
    "dlms-yb/APPL_OPEN_14",
    Message("sends more than the PDU size of its client"),
    SERVER,
)
class IgnoresClientPduSize(Retouching):
    """A meter that sends answers of any length, whatever its client takes."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Say no limit in the client's place."""
        return with_initiate(aarq, max_receive_pdu=UNLIMITED_PDU)


class RepeatingBlockSender(BlockSender):
    """Block sender that repeats the last piece."""

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


@mutant(
    "repeats-last-block",
    "dlms-yb/APPL_OPEN_14",
    Message("sends the last block twice"),
    SERVER,
)
class RepeatsLastBlock(ServerConnection):
    """A meter that sends the last block of a long read twice, and marks only the second as the last."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        outgoing = association.transfers.get
        if outgoing is not None and not isinstance(outgoing.sender, RepeatingBlockSender):
            association.transfers.get = Outgoing(outgoing.invoke, RepeatingBlockSender(outgoing.sender))
        return answer


@mutant(
    "skips-block-of-long-read",
    "dlms-yb/APPL_OPEN_14",
    Message("skips a block of a long read"),
    SERVER,
)
class SkipsBlockOfLongRead(ServerConnection):
    """A meter that leaves out the second block of a long read and numbers the others without a gap."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        outgoing = association.transfers.get
        if outgoing is not None and outgoing.sender.block_number == 1 and not outgoing.sender.done:
            outgoing.sender.next()
            outgoing.sender.block_number = 1
        return answer


_NEXT = bytes((GetRequestNext.tag, GetRequestNext.choice))


@mutant(
    "ignores-block-number",
    "dlms-yb/APPL_DATA_LN_N1",
    Message("does not look at the number of the block asked for"),
    SERVER,
)
class IgnoresBlockNumber(ServerConnection):
    """A meter that gives the next block of a long read whichever block it is asked for."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        outgoing = association.transfers.get
        request = decode_apdu(apdu) if apdu[:2] == _NEXT else None
        if outgoing is not None and isinstance(request, GetRequestNext):
            apdu = dataclasses.replace(request, block_number=outgoing.sender.block_number).to_bytes()
        return super()._served(association, apdu)
