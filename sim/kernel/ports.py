"""`Port`: where bytes enter and leave a device; simulated links, TCP clients and serial lines attach to it.

Each attachment gets a session of its own from the device, so two clients never share an association. Device
code runs only inside the world's event loop: bytes from outside are an event of the world like any other.
"""

from collections.abc import Callable
from typing import Protocol

from simpy import Environment

#: Start bit, eight data bits, stop bit.
BITS_PER_BYTE = 10


class PortSession(Protocol):
    """The device's side of one attachment."""

    def receive(self, data: bytes) -> None:
        """Bytes came from outside, at the world's present time."""

    def closed(self) -> None:
        """The outside went away: free the session, its timers and its association."""


Write = Callable[[bytes], None]
OnSpeed = Callable[[int], None]
OpenSession = Callable[[Write], PortSession]


class Attachment:
    """One peer attached to a port; made by `Port.attach`."""

    __slots__ = ("_free_in_s", "_free_out_s", "_on_bytes", "_on_speed", "_port", "_session", "attached")

    def __init__(
        self, port: "Port", on_bytes: Callable[[bytes], None], on_speed: OnSpeed | None = None
    ) -> None:
        self._port = port
        self._on_bytes = on_bytes
        self._on_speed = on_speed
        self._free_in_s = 0.0
        self._free_out_s = 0.0
        self.attached = True
        self._session = port.open_session(self._write)

    def send(self, data: bytes) -> None:
        """Bytes for the device; they arrive now, or when the line's speed allows."""
        if self.attached and data:
            self._free_in_s = self._port.schedule(self._free_in_s, data, self._arrive)

    def hand_over(self, data: bytes) -> None:
        """`send` for whoever is in the world already: on a line without speed the bytes arrive at once."""
        if self._port.baud is not None:
            self.send(data)
        elif self.attached and not self._port.paused:
            self._session.receive(data)

    def detach(self) -> None:
        """Go away: the device's session is closed; detaching twice is fine."""
        if self.attached:
            self.attached = False
            self._port.forget(self)
            self._session.closed()

    def change_speed(self, baud: int) -> None:
        """The device's line runs at `baud` from now on; the outside hears of it behind what is under way."""
        on_speed = self._on_speed
        if on_speed is not None:
            self._free_out_s = self._port.schedule(self._free_out_s, b"", lambda _: on_speed(baud))

    def _arrive(self, data: bytes) -> None:
        if self.attached and not self._port.paused:
            self._session.receive(data)

    def _write(self, data: bytes) -> None:
        if not self.attached or not data or self._port.paused:
            return
        if self._port.baud is None:
            self._on_bytes(data)
        else:
            self._free_out_s = self._port.schedule(self._free_out_s, data, self._deliver)

    def _deliver(self, data: bytes) -> None:
        if self.attached and not self._port.paused:
            self._on_bytes(data)


class Port:
    """A byte port of a device.

    Args:
        env: the world's environment.
        name: how messages call it.
        open_session: the device's factory of sessions; given the function that writes to the outside.
        baud: line speed in bit/s where the time on the wire matters; None costs no device time.
    """

    __slots__ = ("_attachments", "_env", "baud", "name", "open_session", "paused")

    def __init__(
        self, env: Environment, name: str, open_session: OpenSession, *, baud: int | None = None
    ) -> None:
        self._env = env
        self._attachments: list[Attachment] = []
        self.name = name
        self.open_session = open_session
        self.baud = baud
        #: True while the device is deaf and mute here; what is sent meanwhile is lost.
        self.paused = False

    @property
    def attached_count(self) -> int:
        """Number of attached peers."""
        return len(self._attachments)

    def attach(self, on_bytes: Callable[[bytes], None], on_speed: OnSpeed | None = None) -> Attachment:
        """A new peer: `on_bytes` is given what the device writes, `on_speed` a new speed of its line."""
        attachment = Attachment(self, on_bytes, on_speed)
        self._attachments.append(attachment)
        if self.baud is not None:
            attachment.change_speed(self.baud)
        return attachment

    def set_speed(self, baud: int) -> None:
        """Let the line run at `baud` from now on."""
        self.baud = baud
        for attachment in self._attachments:
            attachment.change_speed(baud)

    def forget(self, attachment: Attachment) -> None:
        """Take `attachment` off the list; it is detached already."""
        if attachment in self._attachments:
            self._attachments.remove(attachment)

    def schedule(self, free_at_s: float, data: bytes, arrive: Callable[[bytes], None]) -> float:
        """Let `data` arrive once the line, free at `free_at_s`, has carried it; when it is free again."""
        now_s = float(self._env.now)
        on_wire_s = len(data) * BITS_PER_BYTE / self.baud if self.baud else 0.0
        free_again_s = max(now_s, free_at_s) + on_wire_s
        self._env.timeout(free_again_s - now_s).callbacks.append(lambda _: arrive(data))
        return free_again_s
