"""The unit's side of the link: one request at a time, repeated until it is answered or given up.

A request that was given up is *not* forgotten: whoever owns the unit may try it again, still under its
number, as often as the link comes back. Only an answer ends it, or `drop`.
"""

from dataclasses import dataclass

from protocols.field.ciu_link import LAST_SEQUENCE, Frame
from protocols.field.ciu_link_messages import Message
from protocols.field.errors import CiuLinkError


@dataclass(frozen=True, slots=True)
class RetryTerms:
    """How patient a unit is.

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


class CiuRequester:
    """The requests of one unit.

    Args:
        address: of the unit.
        terms: how patient it is.

    >>> from protocols.field.ciu_link import Poll
    >>> requester = CiuRequester(7, RetryTerms(response_timeout_s=1.0, retries=1))
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
