"""Hand-made HDLC frames, and a reader for what comes back: they owe nothing to the codec under test.

>>> make_frame(SNRM, bytes.fromhex("03"), bytes.fromhex("21")).hex()
'7ea0070321930f017e'
>>> read_frames(bytes.fromhex("7ea00721037301407e"))[0].name
'UA'

Source: IEC 62056-46, 6.4; ISO/IEC 13239, 4 and 5.
"""

from dataclasses import dataclass

FLAG = 0x7E
FORMAT_TYPE = 0xA
#: control octets of commands, P set
SNRM, DISC, RR, UNKNOWN = 0x93, 0x53, 0x11, 0xFF
#: LLC of requests and of answers
LLC_REQUEST, LLC_ANSWER = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")
#: what a link has whose SNRM proposes nothing
DEFAULT_INFORMATION, DEFAULT_WINDOW = 128, 1

_POLL = 0x10
_SEGMENTED = 0x0800
_LENGTH = 0x07FF
#: octets that the length counts besides addresses and information: format, control, FCS
_FIXED = 5
_CHECK = 2
_LONGEST_ADDRESS = 4

_SUPERVISORY = {0x01: "RR", 0x05: "RNR", 0x09: "REJ", 0x0D: "SREJ"}
_UNNUMBERED = {0x63: "UA", 0x0F: "DM", 0x87: "FRMR", 0x03: "UI", 0x83: "SNRM", 0x43: "DISC"}
_PARAMETERS = {0x05: "info_tx", 0x06: "info_rx", 0x07: "window_tx", 0x08: "window_rx"}


def check_sequence(octets: bytes) -> bytes:
    """The two octets of HCS or FCS: CRC-16/X-25, bit by bit."""
    register = 0xFFFF
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return (register ^ 0xFFFF).to_bytes(_CHECK, "little")


def make_frame(
    control: int,
    destination: bytes,
    source: bytes,
    information: bytes = b"",
    *,
    segmented: bool = False,
    format_type: int = FORMAT_TYPE,
    length: int | None = None,
) -> bytes:
    """A frame with both flags and fitting check sequences.

    Args:
        control: its control octet.
        destination: the octets of the address, whatever they are.
        source: the same.
        information: its information field.
        segmented: the S bit.
        format_type: four bits; 0xA is the right one.
        length: what the length field says; None for the truth.
    """
    size = _FIXED + len(destination) + len(source) + (len(information) + _CHECK if information else 0)
    said = size if length is None else length
    word = format_type << 12 | (_SEGMENTED if segmented else 0) | said & _LENGTH
    body = word.to_bytes(2, "big") + destination + source + bytes((control,))
    if information:
        body += check_sequence(body) + information
    flag = bytes((FLAG,))
    return flag + body + check_sequence(body) + flag


def information_control(n_s: int, n_r: int, *, poll: bool = True) -> int:
    """The control octet of an I-frame."""
    return n_r % 8 << 5 | (_POLL if poll else 0) | n_s % 8 << 1


def ready_control(n_r: int) -> int:
    """The control octet of RR with P set."""
    return n_r % 8 << 5 | RR


def parameters(info: int, window: int) -> bytes:
    """The information field of an SNRM that proposes the same for both directions."""
    size = 1 if info <= 0xFF else 2
    lengths = b"".join(bytes((number, size)) + info.to_bytes(size, "big") for number in (0x05, 0x06))
    windows = b"".join(bytes((number, 4)) + window.to_bytes(4, "big") for number in (0x07, 0x08))
    return bytes((0x81, 0x80, len(lengths + windows))) + lengths + windows


@dataclass(frozen=True, slots=True)
class Granted:
    """What a UA says, from the device's point of view: octets and frames."""

    info_tx: int = DEFAULT_INFORMATION
    info_rx: int = DEFAULT_INFORMATION
    window_tx: int = DEFAULT_WINDOW
    window_rx: int = DEFAULT_WINDOW


def read_parameters(information: bytes) -> Granted | None:
    """The parameters of a UA; None where they are not of that form."""
    if not information:
        return Granted()
    if information[:2] != b"\x81\x80" or len(information) < 3 or information[2] != len(information) - 3:
        return None
    values, place = {}, 3
    while place + 2 <= len(information):
        number, size = information[place : place + 2]
        content = information[place + 2 : place + 2 + size]
        if len(content) < size:
            return None
        if number in _PARAMETERS:
            values[_PARAMETERS[number]] = int.from_bytes(content, "big")
        place += 2 + size
    return Granted(**values)


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """A good frame that came: its control octet and what belongs to it."""

    control: int
    destination: bytes
    source: bytes
    information: bytes
    segmented: bool

    @property
    def name(self) -> str:
        """``I``, ``RR``, ``UA``, ``DM``, ``FRMR`` …; the octet where it has none."""
        if not self.control & 1:
            return "I"
        found = _SUPERVISORY.get(self.control & 0x0F) or _UNNUMBERED.get(self.control & ~_POLL)
        return found or f"{self.control:02x}"

    @property
    def final(self) -> bool:
        """The F bit."""
        return bool(self.control & _POLL)

    @property
    def n_r(self) -> int:
        """N(R), where the frame has one."""
        return self.control >> 5

    @property
    def n_s(self) -> int:
        """N(S), where the frame has one."""
        return self.control >> 1 & 7


def read_frames(octets: bytes) -> list[FrameSeen]:
    """The good frames in `octets`, by their length field; what is none is passed over."""
    found, place = [], 0
    while place + 3 < len(octets):
        length = int.from_bytes(octets[place + 1 : place + 3], "big") & _LENGTH
        end = place + 1 + length
        body = octets[place + 1 : end]
        seen = None
        if octets[place] == FLAG and end < len(octets) and octets[end] == FLAG:
            seen = _read_frame(body)
        if seen is not None:
            found.append(seen)
            place = end  # its closing flag may open the next
        else:
            place += 1
    return found


def _read_frame(body: bytes) -> FrameSeen | None:
    """A frame without its flags; None where it is not a good one."""
    if body[0] >> 4 != FORMAT_TYPE or len(body) < _FIXED + 2 or check_sequence(body[:-2]) != body[-2:]:
        return None
    middle = _address_end(body, 2)
    end = _address_end(body, middle)
    header, rest = body[: end + 1], body[end + 1 : -2]
    if rest and (len(rest) < _CHECK or check_sequence(header) != rest[:_CHECK]):
        return None
    segmented = bool(int.from_bytes(body[:2], "big") & _SEGMENTED)
    return FrameSeen(body[end], body[2:middle], body[middle:end], rest[_CHECK:], segmented)


def _address_end(body: bytes, start: int) -> int:
    for end in range(start + 1, min(start + _LONGEST_ADDRESS, len(body) - 3) + 1):
        if body[end - 1] & 1:
            return end
    return min(start + 1, len(body) - 3)
