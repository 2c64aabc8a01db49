"""Numbered information transfer of one link: segments, sequence numbers, the window of frames on the way.

The same bookkeeping serves both roles; who may send when is the business of `client` and `server`.

Source: IEC 62056-46, 6.4.4.4.4 (data transfer); ISO/IEC 13239, 5.2.2.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from protocols.dlms.framing import MAX_APDU_SIZE, LinkParameters
from protocols.dlms.hdlc.control import MODULUS, Control, Kind
from protocols.dlms.hdlc.frame import LLC_SIZE, Frame


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an information to be sent; `more` sets the S bit."""

    information: bytes
    more: bool


class Intake(Enum):
    """Outcome of a received I-frame."""

    SEGMENT = auto()
    COMPLETE = auto()
    OUT_OF_SEQUENCE = auto()
    TOO_LONG = auto()


def segments(information: bytes, size: int) -> list[Segment]:
    """Cut `information` into pieces of at most `size` octets.

    >>> [(piece.information, piece.more) for piece in segments(b"abcde", 2)]
    [(b'ab', True), (b'cd', True), (b'e', False)]
    """
    return [
        Segment(information[start : start + size], start + size < len(information))
        for start in range(0, len(information), size)
    ]


#: octets that wait on one link at most, counted as full segments: more than a window of general blocks needs
MAX_QUEUED_OCTETS = 0x40000


class Transfer:
    """State variables of one link: V(S), V(R), what waits, what is on its way, what is half received."""

    __slots__ = (
        "_acknowledged",
        "_cursor",
        "_incoming",
        "_outgoing",
        "_sent",
        "parameters",
        "peer_busy",
        "v_r",
    )

    def __init__(self, parameters: LinkParameters) -> None:
        self.parameters = parameters
        self.v_r = 0
        self.peer_busy = False
        self._outgoing: deque[Segment] = deque()
        self._acknowledged = 0  # N(S) of the head of the queue
        self._sent = 0  # segments at the head that were sent at least once
        self._cursor = 0  # the next one to send; behind `_sent` after a rewind
        self._incoming = bytearray()

    @property
    def v_s(self) -> int:
        """The number that the next new I-frame will have."""
        return (self._acknowledged + self._sent) % MODULUS

    @property
    def has_unacknowledged(self) -> bool:
        """True if something was sent that the other side has not confirmed."""
        return self._sent > 0

    @property
    def can_send(self) -> bool:
        """True if an I-frame may go out now: something waits, the window is open, the peer is not busy."""
        return not self.peer_busy and self._cursor < min(len(self._outgoing), self.parameters.window_tx)

    @property
    def is_assembling(self) -> bool:
        """True if segments came whose last one is still missing."""
        return bool(self._incoming)

    def takes(self, information: bytes) -> bool:
        """True if `information` may still be lined up; one always may where nothing waits."""
        size = self.parameters.max_info_tx
        return not self._outgoing or len(self._outgoing) * size + len(information) <= MAX_QUEUED_OCTETS

    def queue(self, information: bytes) -> None:
        """Line up an information for sending."""
        self._outgoing.extend(segments(information, self.parameters.max_info_tx))

    def acknowledge(self, n_r: int) -> bool:
        """Take the other side's N(R); False when it confirms what was never sent."""
        confirmed = (n_r - self._acknowledged) % MODULUS
        if confirmed > self._sent:
            return False
        for _ in range(confirmed):
            self._outgoing.popleft()
        self._acknowledged = n_r
        self._sent -= confirmed
        self._cursor = max(0, self._cursor - confirmed)
        return True

    def rewind(self) -> None:
        """Send again from the first unconfirmed segment on."""
        self._cursor = 0

    def burst(self) -> list[tuple[Control, Segment]]:
        """The I-frames that may go out now; the last one has P/F set."""
        frames: list[tuple[Control, Segment]] = []
        while self.can_send:
            n_s = (self._acknowledged + self._cursor) % MODULUS
            segment = self._outgoing[self._cursor]
            self._cursor += 1
            last = not self.can_send
            frames.append((Control(Kind.I, last, self.v_r, n_s), segment))
        self._sent = max(self._sent, self._cursor)
        return frames

    def take(self, frame: Frame) -> Intake:
        """Take an I-frame; `collect` gives the information when it is COMPLETE."""
        if frame.control.n_s != self.v_r:
            return Intake.OUT_OF_SEQUENCE
        if len(self._incoming) + len(frame.information) > MAX_APDU_SIZE + LLC_SIZE:
            self._incoming.clear()
            return Intake.TOO_LONG
        self.v_r = (self.v_r + 1) % MODULUS
        self._incoming += frame.information
        return Intake.SEGMENT if frame.segmented else Intake.COMPLETE

    def collect(self) -> bytes:
        """The joined information; the next one begins."""
        information = bytes(self._incoming)
        self._incoming.clear()
        return information
