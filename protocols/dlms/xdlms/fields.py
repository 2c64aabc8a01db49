"""Fields that several APDUs share: codes, optional parts, octet strings, invoke-id, data blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import Code, DataAccessResult
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader

C = TypeVar("C", bound=Code)
T = TypeVar("T")

# invoke-id-and-priority: bits 0-3 invoke-id, bit 6 service class (1 confirmed), bit 7 priority (1 high).
INVOKE_ID_MASK = 0x0F
CONFIRMED = 0x40
HIGH_PRIORITY = 0x80


def read_invoke(reader: Reader) -> int:
    """Read invoke-id-and-priority as one octet."""
    return reader.u8("invoke-id-and-priority")


def read_code(reader: Reader, kind: type[C], name: str) -> C:
    """Read a one-byte code and show its name.

    Raises:
        DecodeError: the standard gives this value no meaning.
    """
    with reader.group(name) as group:
        value = reader.u8("value")
        try:
            code = kind(value)
        except ValueError:
            raise DecodeError(f"{name}: {value} has no meaning", code=value) from None
        group.value = code.label
    return code


def read_choice(reader: Reader, name: str, choices: tuple[int, ...]) -> int:
    """Read the tag of a choice.

    Raises:
        DecodeError: not one of `choices`.
    """
    value = reader.u8(name)
    if value not in choices:
        raise DecodeError(f"{name}: choice {value} is not one of {', '.join(map(str, choices))}", code=value)
    return value


def read_boolean(reader: Reader, name: str) -> bool:
    """Read a boolean; any value but 0 is true, as A-XDR says."""
    return reader.u8(name) != 0


def read_optional(reader: Reader, name: str, read: Callable[[Reader], T]) -> T | None:
    """Read a part that may be absent (00) or present (01).

    Raises:
        DecodeError: the flag is neither.
    """
    return read(reader) if read_choice(reader, f"{name}-present", (0, 1)) else None


def read_octets(reader: Reader, name: str) -> bytes:
    """Read a length and that many octets."""
    with reader.group(name) as group:
        value = reader.take(reader.length(), "octets")
        group.value = value.hex()
    return value


def octets(value: bytes) -> bytes:
    """A length and the octets."""
    return axdr.encode_length(len(value)) + value


def optional(value: bytes | None) -> bytes:
    """The flag 00, or 01 and the value."""
    return b"\x00" if value is None else b"\x01" + value


def read_list(reader: Reader, name: str, read: Callable[[Reader], T]) -> tuple[T, ...]:
    """Read a count and that many items."""
    with reader.group(name) as group:
        count = reader.length("count")
        items = tuple(read(reader) for _ in range(count))
        group.value = count
    return items


def list_of(items: list[bytes]) -> bytes:
    """A count and the items, already encoded."""
    return axdr.encode_length(len(items)) + b"".join(items)


def read_data(reader: Reader, name: str = "value") -> Data:
    """Read a `Data` inside a node called `name`."""
    with reader.group(name):
        return axdr.read(reader)


Result = Data | DataAccessResult


def read_result(reader: Reader) -> Result:
    """Read Get-Data-Result: 00 and the data, or 01 and why there is none."""
    with reader.group("get-data-result"):
        if read_choice(reader, "choice", (0, 1)) == 0:
            return read_data(reader, "data")
        return read_code(reader, DataAccessResult, "data-access-result")


def result_bytes(result: Result) -> bytes:
    """Encode Get-Data-Result."""
    if isinstance(result, DataAccessResult):
        return bytes((1, result))
    return b"\x00" + axdr.encode(result)


@dataclass(frozen=True, slots=True)
class DataBlock:
    """One block of a long request (DataBlock-SA) or of a long action response.

    Args:
        last_block: no block follows.
        block_number: from 1, 32 bits.
        raw_data: piece of the encoded whole.
    """

    last_block: bool
    block_number: int
    raw_data: bytes

    @classmethod
    def read(cls, reader: Reader, name: str = "datablock") -> "DataBlock":
        """Read a data block."""
        with reader.group(name) as group:
            last = read_boolean(reader, "last-block")
            number = reader.u32("block-number")
            raw = read_octets(reader, "raw-data")
            group.value = f"block {number}{', the last' if last else ''}"
        return cls(last, number, raw)

    def to_bytes(self) -> bytes:
        """The block as it travels."""
        return bytes((self.last_block,)) + self.block_number.to_bytes(4, "big") + octets(self.raw_data)


# Long-Invoke-Id-And-Priority, 32 bits, and the date-time that goes with it: of ACCESS and data-notification.
#
# Source: IEC 62056-5-3, Long-Invoke-Id-And-Priority

# bits 0-23 invoke-id, 28 self-descriptive, 29 processing-option, 30 service class, 31 priority
LONG_INVOKE_ID_MASK = 0x00FF_FFFF
SELF_DESCRIPTIVE = 1 << 28
BREAK_ON_ERROR = 1 << 29
LONG_CONFIRMED = 1 << 30
LONG_HIGH_PRIORITY = 1 << 31

_DATE_TIME_OCTETS = 12
_TAGGED = bytes((0x09, _DATE_TIME_OCTETS))


def read_date_time(reader: Reader) -> bytes | None:
    """Read a length of 0 or 12 and its octets; None for 0.

    Raises:
        DecodeError: another length.
    """
    with reader.group("date-time") as group:
        size = reader.length()
        if size not in (0, _DATE_TIME_OCTETS):
            raise DecodeError(f"date-time: {size} octets, 0 or 12 are expected")
        raw = reader.take(size, "octets")
        group.value = _text(raw) if reader.trace else None
    return raw or None


def read_tagged_date_time(reader: Reader) -> tuple[bytes | None, bool]:
    """As `read_date_time`; the tag of an octet-string before the length is tolerated, and whether it came."""
    tagged = reader.data[reader.pos : reader.pos + 2] == _TAGGED
    if tagged:
        reader.u8("tag of an octet-string (tolerated)")
    return read_date_time(reader), tagged


def _text(raw: bytes) -> str:
    if not raw:
        return "none"
    try:
        return CosemDateTime.from_bytes(raw).to_text()
    except DecodeError:
        return raw.hex()
