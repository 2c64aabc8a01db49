"""ARQ of one connection: messages cut in segments, each repeated until acknowledged; one direction each.

Stop and wait: one segment under way, numbered modulo 64; the receiver acknowledges each at once and takes a
number that it did not see last as new.
"""

from collections import deque
from collections.abc import Callable

from protocols.plc.errors import PduError
from protocols.plc.prime.connections import ARQ_MODULUS, Arq, Reassembly, segment
from sim.plc_channel.prime.network import Network


class ArqSender:
    """The sending side.

    Args:
        network: the world around.
        transmit: sends a payload (ARQ sub-header, SAR octet, data), and calls back when it has left.
        timeout_s: seconds from then until a segment is repeated the first time; later ones wait longer.
        on_done: called with each message, whether it was acknowledged whole, and the repetitions it took.
    """

    __slots__ = (
        "_count",
        "_life",
        "_messages",
        "_network",
        "_number",
        "_on_done",
        "_retries",
        "_segments",
        "_timeout_s",
        "_transmit",
    )

    def __init__(
        self,
        network: Network,
        transmit: Callable[[bytes, Callable[[bool], None]], None],
        timeout_s: Callable[[], float],
        on_done: Callable[[bytes, bool, int], None],
    ) -> None:
        self._network = network
        self._transmit = transmit
        self._timeout_s = timeout_s
        self._on_done = on_done
        self._messages: deque[bytes] = deque()
        self._segments: deque[bytes] = deque()
        self._number = 0
        self._count = 0
        self._retries = 0
        self._life = 0

    def put(self, message: bytes) -> None:
        """Queue a message."""
        self._messages.append(message)
        if len(self._messages) == 1:
            self._begin()

    def acknowledge(self, next_number: int) -> None:
        """The peer awaits this number next."""
        if not self._segments or next_number != (self._number + 1) % ARQ_MODULUS:
            return
        self._segments.popleft()
        self._number = next_number
        self._life += 1
        if self._segments:
            self._send_segment()
        else:
            self._end(done=True)

    def abandon(self) -> list[bytes]:
        """The connection is gone: forget all; gives the messages that were not acknowledged."""
        left = list(self._messages)
        self._messages.clear()
        self._segments.clear()
        self._number = 0
        self._life += 1
        return left

    def _begin(self) -> None:
        self._segments.extend(segment(self._messages[0], self._network.terms.segment_octets))
        self._retries = 0
        self._send_segment()

    def _send_segment(self) -> None:
        self._count = 0
        self._send()

    def _send(self) -> None:
        self._count += 1
        life = self._life
        self._transmit(
            Arq(self._number).encode() + self._segments[0], lambda sent: self._left(life, sent=sent)
        )

    def _left(self, life: int, *, sent: bool) -> None:
        if life == self._life:
            # a frame that found no way to the wire is known not to be acknowledged
            wait_s = self._timeout_s() * self._count if sent else 0.0
            self._network.later(wait_s, lambda: self._overdue(life))

    def _overdue(self, life: int) -> None:
        if life != self._life:
            return
        if self._count < self._network.terms.arq_transmissions:
            self._retries += 1
            self._life += 1
            self._send()
            return
        self._segments.clear()
        self._number = (self._number + 1) % ARQ_MODULUS
        self._life += 1
        self._end(done=False)

    def _end(self, *, done: bool) -> None:
        message = self._messages.popleft()
        retries = self._retries
        if self._messages:
            self._begin()
        self._on_done(message, done, retries)


class ArqReceiver:
    """The receiving side.

    A modem answers the wire first and hands a message over when its acknowledgement has left: with 50 ms for
    each frame, that is what makes round trips as long as the published ones (R5, R6).

    Args:
        acknowledge: sends the payload of an acknowledgement, and calls back when it has left.
        on_message: called with each whole message.
    """

    __slots__ = ("_acknowledge", "_joining", "_last", "_on_message")

    def __init__(
        self,
        acknowledge: Callable[[bytes, Callable[[bool], None]], None],
        on_message: Callable[[bytes], None],
    ) -> None:
        self._acknowledge = acknowledge
        self._on_message = on_message
        self._joining = Reassembly()
        self._last: int | None = None

    def reset(self) -> None:
        """A new connection."""
        self._joining = Reassembly()
        self._last = None

    def take(self, arq: Arq, data: bytes) -> None:
        """A segment came; a repeated one is only acknowledged again."""
        message = None if arq.packet == self._last else self._joined(data)
        self._last = arq.packet

        def left(sent: bool) -> None:
            if message is not None:
                self._on_message(message)

        self._acknowledge(Arq(0, 0, (arq.packet + 1) % ARQ_MODULUS).encode(), left)

    def _joined(self, data: bytes) -> bytes | None:
        try:
            return self._joining.take(data)
        except PduError:
            return None


class ArqConnection:
    """Both directions of one connection.

    Args:
        sender: what goes out.
        receiver: what comes in.
    """

    __slots__ = ("receiver", "sender")

    def __init__(self, sender: ArqSender, receiver: ArqReceiver) -> None:
        self.sender = sender
        self.receiver = receiver

    def take(self, payload: bytes) -> None:
        """A payload of the connection came; what does not decode falls on the floor."""
        try:
            arq, data = Arq.decode(payload)
        except PduError:
            return
        if arq.acknowledged is not None:
            self.sender.acknowledge(arq.acknowledged)
        if data:
            self.receiver.take(arq, data)
