"""The firmware image: taken in block by block, verified, activated; kept through power cuts.

An image of this maker is a container of our own::

    "AMBF1" | length of the identifier, 1 octet | identifier | content | CRC-32 of all that, 4 octets

Its CRC is the signature that attribute 7 shows. Every block is one write of the memory, so a cut loses the
block under way at most; activation is one write, too: the old firmware runs or the new one.

Source: IEC 62056-6-2, Image transfer (class_id 18)
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.access import ImageTransferStatus

MAGIC = b"AMBF1"
_CRC_OCTETS = 4
_SMALLEST_OCTETS = len(MAGIC) + 1 + 1 + _CRC_OCTETS

_BEFORE_BLOCKS = frozenset({ImageTransferStatus.NOT_INITIATED, ImageTransferStatus.ACTIVATION_SUCCESSFUL})


class ImageRefusedError(Exception):
    """The image, a block of it, or the moment is wrong; the message says which."""


@dataclass(frozen=True, slots=True)
class ImageTerms:
    """Sizes of image that a model takes.

    Args:
        block_octets: size of every block but the last, 1 or more.
        capacity_octets: the longest image.
    """

    block_octets: int = 128
    capacity_octets: int = 262_144


def make_image(firmware: str, content: bytes) -> bytes:
    r"""An image that `ImageStore` verifies.

    >>> make_image("1.2.0", b"code")[5:11]
    b'\x051.2.0'
    """
    identifier = firmware.encode("ascii")
    body = MAGIC + bytes((len(identifier),)) + identifier + content
    return body + zlib.crc32(body).to_bytes(_CRC_OCTETS, "big")


def firmware_of(image: bytes) -> str | None:
    """The identifier in an image; None where magic, length or CRC is wrong."""
    body, crc = image[:-_CRC_OCTETS], image[-_CRC_OCTETS:]
    if len(image) < _SMALLEST_OCTETS or not body.startswith(MAGIC):
        return None
    if zlib.crc32(body) != int.from_bytes(crc, "big"):
        return None
    begin = len(MAGIC) + 1
    identifier = body[begin : begin + body[begin - 1]]
    return identifier.decode("ascii") if identifier.isascii() and identifier else None


class BlockCells:
    """Blocks as cells of the memory: number of the transfer, number of the block, its octets."""

    __slots__ = ("_unsaved",)

    def __init__(self) -> None:
        self._unsaved: dict[int, list[int]] = {}

    def put(self, transfer: int, number: int, block: bytes) -> None:
        """A block is new."""
        self._unsaved[number] = [transfer, number, *block]

    def take_unsaved(self) -> dict[int, list[int]]:
        """Place -> content of each block that is new since this was last called."""
        unsaved, self._unsaved = self._unsaved, {}
        return unsaved


class ImageStore:
    """The image under way, and the firmware that runs.

    Args:
        terms: sizes.
        firmware: that a new meter runs.
    """

    __slots__ = (
        "_blocks",
        "_cells",
        "_identifier",
        "_size",
        "_terms",
        "_transfer",
        "enabled",
        "firmware",
        "status",
    )

    def __init__(self, terms: ImageTerms, firmware: str) -> None:
        self._terms = terms
        self.firmware = firmware
        #: Attribute 5: nothing is taken in while it is False.
        self.enabled = True
        self.status = ImageTransferStatus.NOT_INITIATED
        self._identifier = b""
        self._size = 0
        self._transfer = 0  # number of the transfer: cells of another one are not of this image
        self._blocks: dict[int, bytes] = {}
        self._cells = BlockCells()

    @property
    def block_octets(self) -> int:
        """Size of a block."""
        return self._terms.block_octets

    @property
    def block_count(self) -> int:
        """Blocks of the image under way."""
        return -(-self._size // self._terms.block_octets)

    @property
    def transferred(self) -> str:
        """One ``0`` or ``1`` a block, the first is block 0."""
        return "".join("1" if number in self._blocks else "0" for number in range(self.block_count))

    @property
    def first_not_transferred(self) -> int:
        """Number of the first block that is missing; the number of blocks where none is."""
        missing = (number for number in range(self.block_count) if number not in self._blocks)
        return next(missing, self.block_count)

    @property
    def to_activate(self) -> tuple[int, bytes, bytes] | None:
        """Size, identifier and signature of an image that is verified and waits; None without one."""
        if self.status is not ImageTransferStatus.VERIFICATION_SUCCESSFUL:
            return None
        return self._size, self._identifier, self._whole()[-_CRC_OCTETS:]

    def initiate(self, identifier: bytes, size: int) -> None:
        """Begin a transfer; whatever was under way is dropped.

        Raises:
            ImageRefusedError: not enabled, or a size that cannot be.
        """
        self._check_enabled()
        if not _SMALLEST_OCTETS <= size <= self._terms.capacity_octets or not identifier:
            raise ImageRefusedError(f"an image of {size} octets cannot be taken in")
        self._identifier, self._size = identifier, size
        self._transfer += 1
        self._blocks, self._cells = {}, BlockCells()
        self.status = ImageTransferStatus.INITIATED

    def take_block(self, number: int, block: bytes) -> None:
        """Take one block; the same one again is welcome.

        Raises:
            ImageRefusedError: no transfer under way, no such block, or a wrong length.
        """
        self._check_enabled()
        if self.status in _BEFORE_BLOCKS:
            raise ImageRefusedError("no transfer was initiated")
        if not 0 <= number < self.block_count:
            raise ImageRefusedError(f"the image has {self.block_count} blocks, none is number {number}")
        last = number == self.block_count - 1
        due = self._size - number * self.block_octets if last else self.block_octets
        if len(block) != due:
            raise ImageRefusedError(f"block {number} has {due} octets, not {len(block)}")
        self._blocks[number] = block
        self._cells.put(self._transfer, number, block)
        self.status = ImageTransferStatus.INITIATED

    def verify(self) -> bool:
        """Look at the whole image; True where identifier and CRC are right.

        Raises:
            ImageRefusedError: there is nothing to verify, or a block is missing.
        """
        self._check_enabled()
        if self.status in _BEFORE_BLOCKS or self.first_not_transferred < self.block_count:
            raise ImageRefusedError("the image is not complete")
        good = (firmware_of(self._whole()) or "").encode("ascii") == self._identifier
        self.status = (
            ImageTransferStatus.VERIFICATION_SUCCESSFUL if good else ImageTransferStatus.VERIFICATION_FAILED
        )
        return good

    def activate(self) -> None:
        """Run the verified image from now on.

        Raises:
            ImageRefusedError: no verified image waits.
        """
        self._check_enabled()
        if self.status is not ImageTransferStatus.VERIFICATION_SUCCESSFUL:
            raise ImageRefusedError("no verified image waits for activation")
        self.firmware = self._identifier.decode("ascii")
        self.status = ImageTransferStatus.ACTIVATION_SUCCESSFUL

    @property
    def rings(self) -> dict[str, BlockCells]:
        """Blocks, which are kept cell by cell."""
        return {"blocks": self._cells}

    @property
    def header(self) -> dict[str, Any]:
        """Record that is kept beside the blocks."""
        return {
            "firmware": self.firmware,
            "enabled": self.enabled,
            "status": int(self.status),
            "identifier": self._identifier.hex(),
            "size": self._size,
            "transfer": self._transfer,
        }

    def snapshot(self) -> dict[str, Any]:
        """Everything, as plain data."""
        cells = [[self._transfer, number, *block] for number, block in self._blocks.items()]
        return {"header": self.header, "rows": {"blocks": cells}}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept; blocks of an earlier transfer are left where they are."""
        header = kept["header"]
        self.firmware, self.enabled = header["firmware"], header["enabled"]
        self.status = ImageTransferStatus(header["status"])
        self._identifier = bytes.fromhex(header["identifier"])
        self._size, self._transfer = header["size"], header["transfer"]
        self._blocks = {
            number: bytes(block)
            for transfer, number, *block in kept["rows"]["blocks"]
            if transfer == self._transfer
        }
        self._cells = BlockCells()

    def _whole(self) -> bytes:
        return b"".join(self._blocks[number] for number in range(self.block_count))

    def _check_enabled(self) -> None:
        if not self.enabled:
            raise ImageRefusedError("image transfer is not enabled")
