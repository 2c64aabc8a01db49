"""The general-block-transfer APDU: one block of any other APDU.

Source: IEC 62056-5-3, General-Block-Transfer; block-control of the Green Book, 9.3.5
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import octets, read_octets

_LAST = 0x80
_STREAMING = 0x40
# Blocks that one side can take at once.
MAX_WINDOW = 0x3F


@dataclass(frozen=True, slots=True)
class GeneralBlockTransfer:
    """One block.

    Args:
        last_block: no block follows.
        streaming: the sender goes on without waiting for an acknowledgement.
        window: blocks that the sender can take, 0 to 63.
        block_number: from 1, 16 bits.
        block_number_ack: highest block that came from the other side, 16 bits.
        block_data: piece of the APDU.
    """

    tag: ClassVar[int] = 0xE0
    name: ClassVar[str] = "general-block-transfer"
    last_block: bool
    streaming: bool
    window: int
    block_number: int
    block_number_ack: int
    block_data: bytes

    @classmethod
    def read(cls, reader: Reader) -> "GeneralBlockTransfer":
        """Read what follows the tag."""
        with reader.group("block-control") as group:
            control = reader.u8("octet")
            last, streaming, window = (
                bool(control & _LAST),
                bool(control & _STREAMING),
                control & MAX_WINDOW,
            )
            group.value = f"last-block {int(last)}, streaming {int(streaming)}, window {window}"
        number = reader.u16("block-number")
        acknowledged = reader.u16("block-number-ack")
        return cls(last, streaming, window, number, acknowledged, read_octets(reader, "block-data"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        control = (_LAST if self.last_block else 0) | (_STREAMING if self.streaming else 0) | self.window
        numbers = self.block_number.to_bytes(2, "big") + self.block_number_ack.to_bytes(2, "big")
        return bytes((self.tag, control)) + numbers + octets(self.block_data)
