"""Frames of format type 3: parsed by their length field, checked by HCS and FCS.

>>> snrm = Frame(HdlcAddress(1), HdlcAddress(1), Control(Kind.SNRM))
>>> snrm.to_bytes().hex()
'7ea0070303938c117e'
>>> decode_frame(bytes.fromhex("7ea0070303938c117e")) == snrm
True

Source: IEC 62056-46, 6.4.
"""

import binascii
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from struct import Struct

from protocols.dlms.errors import DecodeError, DlmsValueError, FrameError
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.reader import Reader, Trace

# Names of what can be wrong with a frame: stable, they appear in events, reports and tests.


class Fault(StrEnum):
    """Why bytes were dropped."""

    GARBAGE = "garbage"
    NO_OPENING_FLAG = "no-opening-flag"
    NO_CLOSING_FLAG = "no-closing-flag"
    BAD_FORMAT_TYPE = "bad-format-type"
    BAD_LENGTH = "bad-length"
    BAD_ADDRESS_SIZE = "bad-address-size"
    BAD_CLIENT_ADDRESS = "bad-client-address"
    BAD_HCS = "bad-hcs"
    BAD_FCS = "bad-fcs"
    BAD_LLC = "bad-llc"
    EMPTY_APDU = "empty-apdu"
    BAD_PARAMETERS = "bad-parameters"
    INTER_OCTET_TIMEOUT = "inter-octet-timeout"
    UNKNOWN_ADDRESS = "unknown-address"
    UNEXPECTED_FRAME = "unexpected-frame"
    WRONG_SEQUENCE = "wrong-n(s)"
    WRONG_ACKNOWLEDGEMENT = "wrong-n(r)"
    UNKNOWN_CONTROL = "unknown-control"
    INFORMATION_NOT_PERMITTED = "information-not-permitted"
    INFORMATION_TOO_LONG = "information-too-long"
    APDU_TOO_LONG = "apdu-too-long"
    QUEUE_FULL = "queue-full"


# HDLC addresses: seven bits per octet, the lowest bit marks the last octet.
#
# A server has an upper address (logical device, SAP) and mostly a lower one (physical device) in one, two or
# four octets; a client has one octet.
#
# Source: IEC 62056-46, 6.4.2.

#: allowed sizes, in octets
ADDRESS_SIZES = (1, 2, 4)
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

    >>> HdlcAddress(1, 17, 2).to_bytes().hex()
    '0223'
    """

    upper: int
    lower: int | None = None
    size: int = 1

    def __post_init__(self) -> None:
        if self.size not in ADDRESS_SIZES or (self.lower is None) != (self.size == 1):
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
        """True if the upper address means every station."""
        return self.upper == _BROADCAST[self.size]

    @property
    def is_lower_broadcast(self) -> bool:
        """True if the lower address means every physical device."""
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


# The frame check sequence: CRC-16/X-25, by `binascii.crc_hqx` (a C loop) over bit-reversed octets.
#
# Source: ISO/IEC 13239, 4.2.5.2; IEC 62056-46, 6.4.4.

#: octets of a check sequence on the wire
FCS_SIZE = 2
_REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def fcs_octets(data: bytes) -> bytes:
    """The two octets that follow `data` on the wire, low octet first."""
    # X-25 is the CCITT polynomial on reflected bits, crc_hqx runs it unreflected: mirror octets in and out
    crc = binascii.crc_hqx(data.translate(_REVERSED), 0xFFFF) ^ 0xFFFF
    return crc.to_bytes(FCS_SIZE, "big").translate(_REVERSED)


def fcs16(data: bytes) -> int:
    """The check sequence of `data` as a number.

    >>> hex(fcs16(b"123456789"))
    '0x906e'
    """
    return int.from_bytes(fcs_octets(data), "little")


#: what the (unreflected) register holds behind data and their good check sequence
_RESIDUE = 0x1D0F


def is_good_fcs(data: bytes) -> bool:
    """True if `data` end with the check sequence of what stands before it.

    >>> is_good_fcs(b"123456789" + fcs_octets(b"123456789"))
    True
    """
    return binascii.crc_hqx(data.translate(_REVERSED), 0xFFFF) == _RESIDUE


FLAG = 0x7E
FORMAT_TYPE = 0xA
#: the eleven bits of the length field
MAX_LENGTH = 0x7FF
#: format, two addresses of one octet, control, FCS
MIN_LENGTH = 7
_SEGMENTED = 0x0800
_FLAG = bytes((FLAG,))
_FORMAT_AT = Struct(">H")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, without flags and check sequences.

    Args:
        destination: who shall take it.
        source: who sent it.
        control: what it is.
        information: the information field, at most 2030 octets.
        segmented: the S bit: more of the same information follows.
    """

    destination: HdlcAddress
    source: HdlcAddress
    control: Control
    information: bytes = b""
    segmented: bool = False

    @property
    def kind(self) -> Kind:
        """Kind of the frame."""
        return self.control.kind

    def to_bytes(self) -> bytes:
        """The frame on the wire, between its two flags.

        Raises:
            DlmsValueError: the information field does not fit.
        """
        addresses = self.destination.to_bytes() + self.source.to_bytes()
        length = 2 + len(addresses) + 1 + FCS_SIZE
        if self.information:
            length += FCS_SIZE + len(self.information)
        if length > MAX_LENGTH:
            raise DlmsValueError(f"a frame of {length} octets is too long: {MAX_LENGTH} at most")
        format_field = FORMAT_TYPE << 12 | (_SEGMENTED if self.segmented else 0) | length
        body = format_field.to_bytes(2, "big") + addresses + bytes((self.control.to_byte(),))
        if self.information:
            body += fcs_octets(body) + self.information
        return _FLAG + body + fcs_octets(body) + _FLAG


def decode_frame(raw: bytes, trace: Trace | None = None) -> Frame:
    """Read one whole frame with both flags.

    Raises:
        FrameError: anything wrong with it, by name.
    """
    if trace is None:
        frame = _quick_frame(raw)
        if frame is not None:
            return frame
    reader = Reader(raw, trace)
    try:
        return _read_frame(reader)
    except FrameError:
        raise
    except DecodeError as error:  # short data
        raise FrameError(Fault.BAD_LENGTH, str(error), position=error.position) from error


def _quick_frame(raw: bytes) -> Frame | None:
    """A good frame without a `Reader` in between; None where anything is amiss, for `_read_frame` to name."""
    size = len(raw)
    if size < MIN_LENGTH + 2 or raw[0] != FLAG or raw[-1] != FLAG:
        return None
    (word,) = _FORMAT_AT.unpack_from(raw, 1)
    if word >> 12 != FORMAT_TYPE or word & MAX_LENGTH != size - 2 or not is_good_fcs(raw[1:-1]):
        return None
    middle = _address_end(raw, 3)
    end = middle and _address_end(raw, middle)
    if not end or (middle > 4 and end - middle > 1):  # the client's address has one octet
        return None
    body = end + 1
    if body == size - 3:
        information = b""
    elif body + FCS_SIZE <= size - 3 and is_good_fcs(raw[1 : body + FCS_SIZE]):
        information = raw[body + FCS_SIZE : -3]
    else:
        return None
    return Frame(
        known_address(raw[3:middle]),
        known_address(raw[middle:end]),
        Control.from_byte(raw[end]),
        information,
        bool(word & _SEGMENTED),
    )


def _address_end(raw: bytes, start: int) -> int:
    """Where the address at `start` ends; 0 when it has no allowed size or no room behind it."""
    stop = len(raw) - 4  # control, FCS and flag still follow
    for size in ADDRESS_SIZES:
        if start + size > stop:
            return 0
        if raw[start + size - 1] & 1:
            return start + size
        if size == 2 and raw[start + 2] & 1:  # three octets
            return 0
    return 0


def _read_frame(reader: Reader) -> Frame:
    if reader.peek_u8() != FLAG:
        raise FrameError(Fault.NO_OPENING_FLAG, "frame: does not begin with the flag 7e", position=0)
    reader.u8("flag")
    start = reader.pos
    length, segmented = _format_field(reader)
    _check_fcs(reader, start, length)
    with reader.within(start + length - reader.pos, "frame"):
        destination = read_address(reader, "destination-address")
        source = read_address(reader, "source-address")
        if destination.size > 1 and source.size > 1:
            raise FrameError(
                Fault.BAD_CLIENT_ADDRESS,
                f"addresses of {destination.size} and {source.size} octets: a client address has one",
                position=start + 2,
            )
        with reader.group("control") as group:
            control = Control.from_byte(reader.u8("octet"))
            group.value = str(control)
        information = _information(reader, start)
        reader.take(FCS_SIZE, "fcs")
    reader.u8("flag")
    reader.expect_end("frame")
    return Frame(destination, source, control, information, segmented)


def _format_field(reader: Reader) -> tuple[int, bool]:
    """Length and S bit."""
    start = reader.pos
    with reader.group("frame-format") as group:
        word = reader.u16("octets")
        length, segmented = word & MAX_LENGTH, bool(word & _SEGMENTED)
        group.value = f"type {word >> 12}, length {length}" + (", segmented" if segmented else "")
    if word >> 12 != FORMAT_TYPE:
        raise FrameError(Fault.BAD_FORMAT_TYPE, f"frame: format type {word >> 12:x} is not a", position=start)
    if length < MIN_LENGTH:
        raise FrameError(Fault.BAD_LENGTH, f"frame: length {length} is too small", position=start)
    return length, segmented


def _check_fcs(reader: Reader, start: int, length: int) -> None:
    """The frame has its announced length, its closing flag and a good FCS."""
    stop = start + length
    if reader.end != stop + 1:
        raise FrameError(
            Fault.BAD_LENGTH,
            f"frame: length field says {length}, the flags enclose {max(0, reader.end - start - 1)}",
            position=start,
        )
    if reader.data[stop] != FLAG:
        raise FrameError(Fault.NO_CLOSING_FLAG, "frame: does not end with the flag 7e", position=stop)
    expected = fcs_octets(reader.data[start : stop - FCS_SIZE])
    found = reader.data[stop - FCS_SIZE : stop]
    if found != expected:
        raise FrameError(
            Fault.BAD_FCS,
            f"frame: FCS is {found.hex()}, computed {expected.hex()}",
            position=stop - FCS_SIZE,
        )


def _information(reader: Reader, start: int) -> bytes:
    """HCS and information field; a frame without information has neither."""
    size = reader.remaining - FCS_SIZE
    if size == 0:
        return b""
    if size < FCS_SIZE:
        raise FrameError(Fault.BAD_LENGTH, "frame: no room for HCS and information", position=reader.pos)
    header = reader.data[start : reader.pos]
    position = reader.pos
    hcs = reader.take(FCS_SIZE, "hcs")
    if hcs != fcs_octets(header):
        raise FrameError(
            Fault.BAD_HCS,
            f"frame: HCS is {hcs.hex()}, computed {fcs_octets(header).hex()}",
            position=position,
        )
    return reader.take(size - FCS_SIZE, "information")


# The three octets of LLC that stand before an APDU in HDLC.
#
# Source: IEC 62056-46, 5.3 (LSAPs E6/E7, quality 00).

LLC_COMMAND = bytes.fromhex("e6e600")
LLC_RESPONSE = bytes.fromhex("e6e700")
LLC_SIZE = 3
