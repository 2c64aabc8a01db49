"""HDLC addresses: seven bits per octet, the lowest bit marks the last octet.

A server has an upper address (logical device, SAP) and mostly a lower one (physical device) in one, two or
four octets; a client has one octet.

>>> HdlcAddress(1, 17, 2).to_bytes().hex()
'0223'

Source: IEC 62056-46, 6.4.2.
"""

from dataclasses import dataclass
from functools import lru_cache

from protocols.dlms.errors import DlmsValueError, FrameError
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.reader import Reader

#: allowed sizes, in octets
SIZES = (1, 2, 4)
#: an address that still has no last octet here is hopeless: the longest is four
_MAX_SCAN = 8
_BITS = {1: 7, 2: 7, 4: 14}
_BROADCAST = {1: 0x7F, 2: 0x7F, 4: 0x3FFF}


@dataclass(frozen=True, slots=True)
class HdlcAddress:
    """One address in one of its forms.

    Args:
        upper: logical device or client SAP; 0 to 127, with `size` 4 to 16383.
        lower: physical device, same range; None in the form of one octet.
        size: octets on the wire: 1, 2 or 4.

    Raises:
        DlmsValueError: a part does not fit the form.
    """

    upper: int
    lower: int | None = None
    size: int = 1

    def __post_init__(self) -> None:
        if self.size not in SIZES or (self.lower is None) != (self.size == 1):
            raise DlmsValueError(
                f"an address of {self.size} octets with lower address {self.lower} has no form"
            )
        limit = 1 << _BITS[self.size]
        if not 0 <= self.upper < limit or not 0 <= (self.lower or 0) < limit:
            raise DlmsValueError(f"address {self.upper}/{self.lower} does not fit {self.size} octets")

    @classmethod
    def from_bytes(cls, raw: bytes) -> "HdlcAddress":
        """Read a whole address; `raw` ends with its last octet.

        Raises:
            FrameError: three octets, or more than four.
        """
        parts = [octet >> 1 for octet in raw]
        if len(raw) == 1:
            return cls(parts[0])
        if len(raw) == 2:
            return cls(parts[0], parts[1], 2)
        if len(raw) == 4:
            return cls(parts[0] << 7 | parts[1], parts[2] << 7 | parts[3], 4)
        raise FrameError(Fault.BAD_ADDRESS_SIZE, f"an address of {len(raw)} octets: it must have 1, 2 or 4")

    def to_bytes(self) -> bytes:
        """The octets on the wire."""
        return _octets(self.upper, self.lower, self.size)

    @property
    def is_broadcast(self) -> bool:
        """Whether the upper address means every station."""
        return self.upper == _BROADCAST[self.size]

    @property
    def is_lower_broadcast(self) -> bool:
        """Whether the lower address means every physical device."""
        return self.lower is not None and self.lower == _BROADCAST[self.size]

    def __str__(self) -> str:
        return str(self.upper) if self.lower is None else f"{self.upper}/{self.lower}"


@lru_cache(maxsize=512)
def _octets(upper: int, lower: int | None, size: int) -> bytes:
    parts = [upper] if lower is None else [upper, lower]
    if size == 4:
        parts = [half for part in parts for half in (part >> 7, part & 0x7F)]
    raw = bytearray(part << 1 for part in parts)
    raw[-1] |= 1
    return bytes(raw)


@lru_cache(maxsize=512)
def known_address(raw: bytes) -> HdlcAddress:
    """`HdlcAddress.from_bytes`, remembering: the same few addresses come in every frame.

    Raises:
        FrameError: three octets, or more than four.
    """
    return HdlcAddress.from_bytes(raw)


def address_size(data: bytes, start: int, end: int) -> int | None:
    """Octets of the address at `start`; None when its last octet is not before `end` or too far away."""
    for size in range(1, min(end - start, _MAX_SCAN) + 1):
        if data[start + size - 1] & 1:
            return size
    return None


def read_address(reader: Reader, name: str) -> HdlcAddress:
    """Read an address at the cursor.

    Raises:
        FrameError: no last octet, or a size that is not 1, 2 or 4.
    """
    start = reader.pos
    size = address_size(reader.data, start, reader.end)
    if size is None:
        raise FrameError(Fault.BAD_ADDRESS_SIZE, f"{name}: no octet marks its end", position=start)
    try:
        address = HdlcAddress.from_bytes(reader.data[start : start + size])
    except FrameError as error:
        raise FrameError(error.fault, f"{name}: {error}", position=start) from error
    with reader.group(name) as group:
        reader.take(size, "octets")
        group.value = str(address)
    return address
