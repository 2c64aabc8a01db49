"""What both kinds of session show of their engine."""

from protocols.dlms.acse import Aare
from protocols.dlms.client import ClientConnection
from protocols.dlms.client_events import Notification
from protocols.dlms.framing import FrameRejected, Framing, ToleratedFault
from protocols.dlms.session.engine import SessionEngine
from protocols.dlms.session.transport import FrameHook


class SessionState:
    """The visible state of a session.

    Args:
        engine: the operations behind the calls.
    """

    def __init__(self, engine: SessionEngine) -> None:
        self.engine = engine

    @property
    def client(self) -> ClientConnection:
        """The association."""
        return self.engine.client

    @property
    def framing(self) -> Framing:
        """The client side of the data link."""
        return self.engine.transport.framing

    @property
    def connected(self) -> bool:
        """True while the data link is up."""
        return self.engine.transport.connected

    @property
    def negotiated(self) -> Aare | None:
        """The AARE of the open association, None when there is none."""
        return self.engine.client.negotiated

    @property
    def notifications(self) -> list[Notification]:
        """What the server sent unasked, in order."""
        return self.engine.notifications

    @property
    def faults(self) -> list[FrameRejected | ToleratedFault]:
        """Frames that were dropped or tolerated, in order."""
        return self.engine.transport.faults

    @property
    def response_timeout_s(self) -> float:
        """Device time to wait for an answer, seconds."""
        return self.engine.transport.response_timeout_s

    @response_timeout_s.setter
    def response_timeout_s(self, timeout_s: float) -> None:
        self.engine.transport.response_timeout_s = timeout_s

    @property
    def on_frame(self) -> FrameHook | None:
        """Called with ``tx`` or ``rx`` and the bytes, as they are sent or come."""
        return self.engine.transport.on_frame

    @on_frame.setter
    def on_frame(self, hook: FrameHook | None) -> None:
        self.engine.transport.on_frame = hook
