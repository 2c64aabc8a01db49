"""HDLC on the device's link, frame by frame: hand-made, good and broken, owing nothing to the codec.

>>> make_frame(SNRM, bytes.fromhex("03"), bytes.fromhex("21")).hex()
'7ea0070321930f017e'
>>> read_frames(bytes.fromhex("7ea00721037301407e"))[0].name
'UA'

Source: IEC 62056-46, 6.4; ISO/IEC 13239, 4 and 5; IEC 62056-6-2, IEC HDLC setup (class_id 23)
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.raw_apdu import hear, must_answer
from i18n import Message
from links.base import LinkError
from protocols.dlms.errors import DlmsError
from protocols.dlms.session.errors import LinkLost, NoAnswer

# ---------------------------------------------------------------- hand-made frames

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
    """Parameters of a UA, from the device's point of view: octets and frames."""

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


# ---------------------------------------------------------------- frames on the link

#: A frame that was begun is whole after this long at the slowest line.
_REST_S = 1.0
#: frames of one answer, at most: a device that never ends is stopped
_MOST_FRAMES = 600


@dataclass(frozen=True, slots=True)
class Reply:
    """Reply of the device: all octets, and the good frames among them."""

    raw: bytes
    frames: tuple[FrameSeen, ...]

    @property
    def last(self) -> FrameSeen | None:
        """The last good frame; None for silence and for octets that are none."""
        return self.frames[-1] if self.frames else None

    @property
    def names(self) -> str:
        """``UA``, or ``I I I``; a dash for silence."""
        return " ".join(frame.name for frame in self.frames) or ("?" if self.raw else "–")


class HdlcWire:
    """Sends frames and hears the answers; counts its I-frames since the last SNRM.

    Attributes:
        destination: the device's address in the declared form.
        source: the public client's.
        v_s, v_r: numbers of the next I-frame to be sent and to come.
        longest: octets of information in the longest I-frame that came.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        link = bench.statement.link
        self._lower = link.physical_address
        self.destination = self.address(link.address_bytes)
        self.source = bytes((bench.association_section("public").client_sap << 1 | 1,))
        self.v_s = self.v_r = self.longest = 0

    def address(self, size: int, *, upper: int | None = None, lower: int | None = None) -> bytes:
        """An address of the device in `size` octets, whatever the size is; 2 and 4 hold both parts."""
        high = self._bench.statement.link.server_sap if upper is None else upper
        low = self._lower if lower is None else lower
        if size == 1:
            return bytes((high << 1 | 1,))
        if size == 2:
            return bytes((high << 1 & 0xFE, low << 1 | 1))
        parts = bytes((high >> 6 & 0xFE, high << 1 & 0xFE, low >> 6 & 0xFE, low << 1 & 0xFE | 1))
        return parts if size == 4 else (parts[:2] + parts[3:] if size == 3 else b"\x00" + parts)

    # ------------------------------------------------------------------ frames out, frames in

    def frame(self, control: int, information: bytes = b"", *, segmented: bool = False) -> bytes:
        """A good frame to the device."""
        return make_frame(control, self.destination, self.source, information, segmented=segmented)

    def ask(self, control: int, information: bytes = b"", *, segmented: bool = False) -> Reply:
        """Send a good frame; what comes back. An SNRM begins the counting anew."""
        if control == SNRM:
            self.v_s = self.v_r = 0
        return self.send(self.frame(control, information, segmented=segmented))

    def send(self, raw: bytes) -> Reply:
        """Send octets as they are and hear what comes back until the device gives the word or is silent."""
        self._bench.stimulus(Message("frame {raw}", raw=raw.hex()))
        reply = self._exchange(raw)
        said = reply.raw.hex()
        self._bench.observe(
            Message("it answers {names}: {said}", names=reply.names, said=said)
            if reply.raw
            else Message("it does not answer")
        )
        return reply

    def quietly(self, control: int) -> Reply:
        """Send a frame that belongs to no sub-test, and take what comes."""
        return self._exchange(self.frame(control))

    def _exchange(self, raw: bytes) -> Reply:
        bench, link = self._bench, self._bench.link()
        bench.recorder.frame("tx", raw)
        link.send(raw)
        answer = hear(bench, link)
        frames = read_frames(answer)
        while answer and not (frames and frames[-1].final) and len(frames) < _MOST_FRAMES:
            more = link.receive(_REST_S)
            if not more:
                break
            answer += more
            frames = read_frames(answer)
        if answer:
            bench.recorder.frame("rx", answer)
        return Reply(answer, tuple(frames))

    # ------------------------------------------------------------------ information

    def request(self, apdu: bytes, size: int | None = None) -> bytes | None:
        """Send an APDU in pieces of `size` octets and give the APDU that answers, polled piece by piece.

        None where the device does not go along to the end.
        """
        information = LLC_REQUEST + apdu
        step = size or len(information)
        pieces = [information[at : at + step] for at in range(0, len(information), step)]
        reply = Reply(b"", ())
        for piece in pieces:
            control = information_control(self.v_s, self.v_r)
            reply = self.ask(control, piece, segmented=piece is not pieces[-1])
            self.v_s += 1
            if reply.last is None or reply.last.name not in ("RR", "I"):
                return None
        joined = self.collect(reply)
        return joined[len(LLC_REQUEST) :] if joined else None

    def collect(self, reply: Reply) -> bytes:
        """Join the I-frames of `reply` and of the polls that follow; empty where they do not add up."""
        joined = b""
        for _ in range(_MOST_FRAMES):
            for frame in reply.frames:
                if frame.name != "I" or frame.n_s != self.v_r % 8:
                    return b""
                self.v_r += 1
                joined += frame.information
                self.longest = max(self.longest, len(frame.information))
            if reply.last is None or not reply.last.segmented:
                return joined if reply.last is not None else b""
            reply = self.ask(ready_control(self.v_r))
        return b""


@contextmanager
def hdlc_wire(bench: Bench) -> Iterator[HdlcWire]:
    """A wire to a device that is disconnected, whatever was before; it is left so, whatever happens.

    Raises:
        CaseInconclusive: the device does not even answer DISC, so that its silence later would say nothing.
    """
    wire = HdlcWire(bench)
    must_answer(bench, wire.quietly(DISC).raw or None)
    try:
        yield wire
    finally:
        with suppress(LinkError):
            wire.quietly(DISC)


# ---------------------------------------------------------------------- judging


def must_be(bench: Bench, reply: Reply, text: Message, *due: str) -> FrameSeen:
    """The answer must be of a kind that is due; silence proves nothing.

    Raises:
        CaseInconclusive: nothing came.
        CaseFails: something else came.
    """
    must_answer(bench, reply.raw or None)
    last = reply.last
    said = reply.names
    bench.check(
        last is not None and last.name in due,
        Message("{sent} gets {due} ({said})", sent=text, due="/".join(due), said=said),
    )
    assert last is not None  # noqa: S101 - the check above has seen to it
    return last


def must_be_silent(bench: Bench, reply: Reply) -> None:
    """Nothing may come back.

    Raises:
        CaseFails: something came.
    """
    bench.check(not reply.raw, Message("it is not answered"))


def must_connect(bench: Bench, wire: HdlcWire, information: bytes = b"") -> Granted:
    """SNRM must be answered by UA; what it grants.

    Raises:
        CaseInconclusive: nothing came.
        CaseFails: something else came, or its parameters are not of the right form.
    """
    answer = must_be(bench, wire.ask(SNRM, information), Message("SNRM"), "UA")
    granted = read_parameters(answer.information)
    bench.check(granted is not None, Message("the parameters of the UA can be read"))
    assert granted is not None  # noqa: S101 - the check above has seen to it
    return granted


def unanswered_then_good(bench: Bench, wire: HdlcWire, *bad: bytes) -> None:
    """None of the bad frames is answered, and after each a good SNRM is; the device ends disconnected."""
    for raw in bad:
        must_be_silent(bench, wire.send(raw))
        must_connect(bench, wire)
        must_be(bench, wire.ask(DISC), Message("DISC"), "UA")


def broken_fcs(raw: bytes) -> bytes:
    """The frame with one bit of its FCS turned."""
    return raw[:-3] + bytes((raw[-3] ^ 0x01,)) + raw[-2:]


def broken_hcs(raw: bytes) -> bytes:
    """The frame with one bit of its HCS turned and an FCS that fits."""
    header = next(end for end in range(7, len(raw)) if raw[end : end + 2] == check_sequence(raw[1:end]))
    content = raw[1:header] + bytes((raw[header] ^ 0x01,)) + raw[header + 1 : -3]
    flag = bytes((FLAG,))
    return flag + content + check_sequence(content) + flag


# ---------------------------------------------------------------- HDLC setup

IEC_HDLC_SETUP, LOGICAL_NAME = 23, "0.0.22.0.0"


@dataclass(frozen=True, slots=True)
class SetupAttribute:
    """An attribute of class 23: its index, the default of the class, and its unit."""

    index: int
    default: int
    unit: str


INTER_OCTET = SetupAttribute(7, 25, "ms")
INACTIVITY = SetupAttribute(8, 120, "s")

_CLIENTS = ("reader", "public")


def setup_value(bench: Bench, attribute: SetupAttribute) -> int:
    """The value that the device gives, or the default of the class where it gives none.

    Raises:
        CaseInconclusive: it gives something that is no number.
    """
    for client in _CLIENTS:
        if client not in bench.statement.associations:
            continue
        try:
            with bench.associated(client) as dialogue:
                value = dialogue.integer(IEC_HDLC_SETUP, LOGICAL_NAME, attribute.index)
        except (NoAnswer, LinkLost):
            raise
        except DlmsError:
            continue  # refused: another client may have the right
        bench.measure(f"23/{attribute.index}", value, attribute.unit)
        return value
    bench.note(
        Message(
            "class 23 cannot be read; {default} {unit} is assumed",
            default=attribute.default,
            unit=attribute.unit,
        ),
    )
    return attribute.default
