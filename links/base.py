"""`Link`: the one shape of a pipe of bytes, whatever carries them, and the errors that every link raises."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import ClassVar, Literal, Self

from links.clock import monotonic_s

# Errors of links.
#
# ::
#
#     LinkError
#     ├── LinkUrlError      no known scheme, or a bad or unknown option (also a ValueError)
#     ├── LinkOpenError     the URL is fine and what it names cannot be opened (also an OSError)
#     └── LinkClosedError   the link is closed, or the peer went away (also a ConnectionError)
#
# Every message is one sentence that can be shown to a person as it is.


class LinkError(Exception):
    """Anything that a link raises."""


class LinkUrlError(LinkError, ValueError):
    """The URL cannot be understood: a mistake of whoever wrote it."""


class LinkOpenError(LinkError, OSError):
    """The device or address behind a good URL cannot be opened."""


class LinkClosedError(LinkError, ConnectionError):
    """The link was used after it was closed, or the peer closed it."""


# `Link`: the one shape of a pipe of bytes, whatever carries them.
#
# The public methods do the common work once (closed check, traffic hook); a back-end overrides private twins:
#
# =================  ============================================================================
# a back-end must    `_send`, `_receive`, `_close`
# a back-end might   `now_s` (where device time is not the wall's), `DATAGRAMS` (where boundaries survive)
# =================  ============================================================================

Direction = Literal["tx", "rx"]
TrafficHook = Callable[[Direction, bytes], None]


class Link(ABC):
    """A blocking pipe of bytes to a device.

    Args:
        description: what a person should read in a message, usually the URL.

    `on_traffic`, when set, is called with ``("tx" | "rx", data)`` for all bytes that pass.
    """

    #: True where one `send` arrives as one `receive`.
    DATAGRAMS: ClassVar[bool] = False

    def __init__(self, description: str) -> None:
        self.description = description
        self.on_traffic: TrafficHook | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._closed

    def send(self, data: bytes) -> None:
        """Hand `data` to the medium; sending nothing does nothing.

        Raises:
            LinkClosedError: the link is closed or the peer is gone.
        """
        self._check_open()
        if not data:
            return
        if self.on_traffic is not None:
            self.on_traffic("tx", bytes(data))
        self._send(bytes(data))

    def receive(self, max_wait_s: float) -> bytes:
        """The bytes that came (of datagrams, one); ``b""`` for none in `max_wait_s` device s.

        Raises:
            LinkClosedError: the link is closed, or the peer is gone and all that it sent was received.
        """
        self._check_open()
        data = self._receive(max(0.0, max_wait_s))
        if data and self.on_traffic is not None:
            self.on_traffic("rx", data)
        return data

    def close(self) -> None:
        """Free what the link holds; closing twice is fine."""
        if not self._closed:
            self._closed = True
            self._close()

    def now_s(self) -> float:
        """Device seconds from any origin: the monotonic wall unless the device lives in another time."""
        return monotonic_s()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.description}{' closed' if self._closed else ''}>"

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosedError(f"the link {self.description} is closed")

    @abstractmethod
    def _send(self, data: bytes) -> None:
        """Send all of `data`, which is never empty."""

    @abstractmethod
    def _receive(self, max_wait_s: float) -> bytes:
        """Octets that came, waiting at most `max_wait_s` >= 0; ``b""`` for nothing."""

    @abstractmethod
    def _close(self) -> None:
        """Free the resources; called once."""
