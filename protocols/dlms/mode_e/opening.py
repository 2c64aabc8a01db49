"""The client's opening over a blocking pipe: `open_mode_e(link)`, then a `DlmsSession` over the same link."""

from typing import Protocol, runtime_checkable

from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.framing import FrameRejected, SpeedChanged, ToleratedFault
from protocols.dlms.mode_e.characters import OPENING_BAUD
from protocols.dlms.mode_e.client import ModeEClient
from protocols.dlms.mode_e.events import Opened, OpeningFailed


class BytePipe(Protocol):
    """What the opening needs of a link."""

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        ...

    def receive(self, max_wait_s: float) -> bytes:
        """Bytes that came, empty when none came within `max_wait_s` of device time."""
        ...

    def now_s(self) -> float:
        """Device time, seconds."""
        ...


@runtime_checkable
class HasSpeed(Protocol):
    """A pipe that can change its speed, as `links` opens for ``serial://``."""

    def set_speed(self, baud: int) -> None:
        """Let what was sent go out, then run at `baud`."""
        ...


class ModeEError(RemoteProtocolError):
    """The device did not open the line for HDLC; `reason` is that of `OpeningFailed`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the opening of protocol mode E failed: {reason}")
        self.reason = reason


def open_mode_e(
    pipe: BytePipe,
    client: ModeEClient | None = None,
    faults: list[FrameRejected | ToleratedFault] | None = None,
) -> Opened:
    """Bring a line from 300 baud to HDLC.

    Args:
        pipe: the line; where it has a speed (`HasSpeed`), that is set to 300 baud first.
        client: how to ask; by default without address, at most 9600 baud, strict.
        faults: where dropped and tolerated lines are noted.

    Raises:
        ModeEError: there is no HDLC at the other end.
    """
    asking = client or ModeEClient()
    _set_speed(pipe, OPENING_BAUD)
    asking.open(pipe.now_s())
    while True:
        data = asking.data_to_send()
        if data:
            pipe.send(data)
        due_s = asking.next_deadline()
        received = pipe.receive(0.0 if due_s is None else max(0.0, due_s - pipe.now_s()))
        events = asking.receive_data(received, pipe.now_s())
        for event in [*events, *asking.handle_timeout(pipe.now_s())]:
            if isinstance(event, SpeedChanged):
                _set_speed(pipe, event.baud)
            elif isinstance(event, Opened):
                return event
            elif isinstance(event, OpeningFailed):
                raise ModeEError(event.reason)
            elif faults is not None:
                faults.append(event)


def _set_speed(pipe: BytePipe, baud: int) -> None:
    if isinstance(pipe, HasSpeed):
        pipe.set_speed(baud)
