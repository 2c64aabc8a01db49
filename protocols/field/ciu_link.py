"""The link between the meter and its customer unit, version 1: one frame of at most 32 octets a message.

::

    octet 0       version 3 bits | repeated 1 bit | message 4 bits
    octets 1-2    address of the unit, in both directions
    octet 3       sequence: of a request and of its answers 1 to 255; 0 for an unasked message
    octets 4-…    payload, see `protocols.field.ciu_messages`
    last two      CRC-16 (polynomial 1021, start FFFF) over all before

The unit asks, the meter answers with the same sequence number. What is lost is repeated with the *repeated*
bit (`CiuUnitEnd`), which lets the meter answer again without doing it twice (`CiuMeterEnd`). Both work
over a wire as well as over a power line, whose short frames set the limit of 32 octets.

>>> from protocols.field.ciu_messages import Token
>>> frame = Frame(address=7, sequence=1, message=Token("12345678901234567890"))
>>> frame.to_bytes().hex()
'2200070112345678901234567890eab5'
>>> Frame.from_bytes(frame.to_bytes()) == frame
True
"""

import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from protocols.field.ciu_messages import MESSAGES, Message
from protocols.field.errors import CiuLinkError

VERSION = 1
FRAME_BYTES_MAX = 32
UNASKED = 0
LAST_SEQUENCE = 255

_HEADER_BYTES, _CRC_BYTES = 4, 2
_REPEATED = 0x10


@dataclass(frozen=True, slots=True)
class Frame:
    """One message on the link.

    Args:
        address: of the unit that speaks or is spoken to, 0 to 65535.
        sequence: 1 to 255 for a request and its answers, 0 for what nobody asked for.
        message: what is said.
        repeated: True for a request that was sent before.
    """

    address: int
    sequence: int
    message: Message
    repeated: bool = False

    def to_bytes(self) -> bytes:
        """The octets of the frame.

        Raises:
            CiuLinkError: a field is out of range.
        """
        if not (0 <= self.address < 2**16 and 0 <= self.sequence <= LAST_SEQUENCE):
            raise CiuLinkError(f"address {self.address} or sequence {self.sequence} is out of range")
        first = VERSION << 5 | _REPEATED * self.repeated | self.message.code
        head = bytes([first]) + self.address.to_bytes(2, "big") + bytes([self.sequence])
        body = head + self.message.payload()
        return body + binascii.crc_hqx(body, 0xFFFF).to_bytes(_CRC_BYTES, "big")

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Frame":
        """Read a frame.

        Raises:
            CiuLinkError: it is too short or too long, damaged, of another version, or means nothing.
        """
        if not _HEADER_BYTES + _CRC_BYTES <= len(raw) <= FRAME_BYTES_MAX:
            raise CiuLinkError(f"a frame has 6 to {FRAME_BYTES_MAX} octets, not {len(raw)}")
        body = raw[:-_CRC_BYTES]
        if binascii.crc_hqx(body, 0xFFFF) != int.from_bytes(raw[-_CRC_BYTES:], "big"):
            raise CiuLinkError("the checksum does not fit")
        if raw[0] >> 5 != VERSION:
            raise CiuLinkError(f"only version {VERSION} is spoken here, not {raw[0] >> 5}")
        kind = MESSAGES.get(raw[0] & 0x0F)
        if kind is None:
            raise CiuLinkError(f"message {raw[0] & 0x0F} is unknown")
        message = kind.read(body[_HEADER_BYTES:])
        return cls(int.from_bytes(raw[1:3], "big"), raw[3], message, bool(raw[0] & _REPEATED))


# The meter's side of the link: answers are remembered, so that a repeated request is not done twice.


class CiuMeterEnd:
    """The last answer to each unit. It forgets with the power; what must outlive that is the meter's own."""

    __slots__ = ("_answered",)

    def __init__(self) -> None:
        self._answered: dict[int, tuple[int, list[bytes]]] = {}

    def recall(self, request: Frame) -> list[bytes] | None:
        """The frames that answered `request` before; None for a request that is new."""
        if not request.repeated:
            return None
        sequence, frames = self._answered.get(request.address, (UNASKED, []))
        return frames if sequence == request.sequence else None

    def answer(self, request: Frame, messages: Iterable[Message]) -> list[bytes]:
        """The frames that carry `messages` back, remembered.

        Raises:
            CiuLinkError: a message cannot be sent.
        """
        frames = [Frame(request.address, request.sequence, message).to_bytes() for message in messages]
        self._answered[request.address] = (request.sequence, frames)
        return frames

    def tell(self, address: int, message: Message) -> bytes:
        """The frame that tells a unit something for which it did not ask.

        Raises:
            CiuLinkError: the message cannot be sent.
        """
        return Frame(address, UNASKED, message).to_bytes()

    def reset(self) -> None:
        """The power went."""
        self._answered.clear()


# The unit's side of the link: one request at a time, repeated until it is answered or given up.
#
# A request that was given up is *not* forgotten: whoever owns the unit may try it again, still under its
# number, as often as the link comes back. Only an answer ends it, or `drop`.


@dataclass(frozen=True, slots=True)
class RetryTerms:
    """Patience of a unit.

    Args:
        response_timeout_s: for so long it waits for an answer, above 0.
        retries: so often it repeats before it gives up, 0 or more.
    """

    response_timeout_s: float = 2.0
    retries: int = 3

    @property
    def longest_wait_s(self) -> float:
        """From the first sending of a request until it is given up."""
        return self.response_timeout_s * (self.retries + 1)


class CiuUnitEnd:
    """The requests of one unit.

    Args:
        address: of the unit.
        terms: how patient it is.

    >>> from protocols.field.ciu_messages import Poll
    >>> requester = CiuUnitEnd(7, RetryTerms(response_timeout_s=1.0, retries=1))
    >>> first = requester.ask(Poll(), 0.0)
    >>> Frame.from_bytes(requester.handle_timeout(1.0)).repeated
    True
    >>> requester.handle_timeout(2.0) is None, requester.outstanding
    (True, Poll())
    """

    __slots__ = ("_deadline_s", "_frame", "_sequence", "_tries_left", "address", "terms")

    def __init__(self, address: int, terms: RetryTerms) -> None:
        self.address = address
        self.terms = terms
        self._sequence = 0
        self._frame: Frame | None = None
        self._deadline_s: float | None = None
        self._tries_left = 0

    @property
    def outstanding(self) -> Message | None:
        """The request that was not answered yet."""
        return self._frame.message if self._frame else None

    @property
    def waiting(self) -> bool:
        """True while an answer may still come without anybody's doing."""
        return self._deadline_s is not None

    def ask(self, message: Message, now_s: float) -> bytes:
        """Begin a request; the octets to send.

        Raises:
            CiuLinkError: another one was not answered yet, or the message cannot be sent.
        """
        if self._frame is not None:
            raise CiuLinkError(f"{self._frame.message} was not answered yet")
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        frame = Frame(self.address, self._sequence, message)
        raw = frame.to_bytes()
        self._frame = frame
        self._start(now_s)
        return raw

    def again(self, now_s: float) -> bytes:
        """Take the outstanding request up again; the octets to send.

        Raises:
            CiuLinkError: there is none.
        """
        if self._frame is None:
            raise CiuLinkError("there is nothing to repeat")
        self._start(now_s)
        return self._repeated()

    def answers(self, frame: Frame) -> bool:
        """Tell whether `frame` answers the outstanding request, which then is over."""
        if self._frame is None or frame.sequence != self._frame.sequence:
            return False
        self.drop()
        return True

    def drop(self) -> None:
        """Give the request up for good."""
        self._frame = None
        self._deadline_s = None

    def rest(self) -> None:
        """Wait no more, but remember the request."""
        self._deadline_s = None

    def next_deadline(self) -> float | None:
        """When `handle_timeout` is due."""
        return self._deadline_s

    def handle_timeout(self, now_s: float) -> bytes | None:
        """The time to wait is over: the octets to send again, or None where it was too often."""
        if self._tries_left == 0:
            self._deadline_s = None
            return None
        self._tries_left -= 1
        self._deadline_s = now_s + self.terms.response_timeout_s
        return self._repeated()

    def _start(self, now_s: float) -> None:
        self._tries_left = self.terms.retries
        self._deadline_s = now_s + self.terms.response_timeout_s

    def _repeated(self) -> bytes:
        if self._frame is None:
            return b""
        frame = self._frame
        return Frame(frame.address, frame.sequence, frame.message, repeated=True).to_bytes()
