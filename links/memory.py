"""``memory://NAME``: two ends in one process; the first open of a name waits for the second."""

import threading
from dataclasses import dataclass, field

from links.base import Link, LinkClosedError, LinkUrlError
from links.clock import monotonic_s
from links.url import LinkUrl

#: Bytes that may wait for a reader; a sender that would exceed it is refused.
CAPACITY_BYTES = 1 << 20


@dataclass(slots=True)
class _Pipe:
    """Pipe of both ends: one inbox each, and the end that has left."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    inboxes: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    gone: list[bool] = field(default_factory=lambda: [False, False])


class MemoryLink(Link):
    """One end of a pipe in memory; made by `pair` or `open_memory`."""

    def __init__(self, pipe: _Pipe, end: int, description: str) -> None:
        super().__init__(description)
        self._pipe = pipe
        self._end = end

    def _send(self, data: bytes) -> None:
        pipe = self._pipe
        with pipe.changed:
            if pipe.gone[1 - self._end]:
                raise LinkClosedError(f"the other end of {self.description} is closed")
            inbox = pipe.inboxes[1 - self._end]
            if len(inbox) + len(data) > CAPACITY_BYTES:
                raise LinkClosedError(f"nobody reads the other end of {self.description}: it is full")
            inbox += data
            pipe.changed.notify_all()

    def _receive(self, max_wait_s: float) -> bytes:
        pipe, inbox = self._pipe, self._pipe.inboxes[self._end]
        deadline_s = monotonic_s() + max_wait_s
        with pipe.changed:
            while not inbox:
                if pipe.gone[1 - self._end]:
                    raise LinkClosedError(f"the other end of {self.description} is closed")
                left_s = deadline_s - monotonic_s()
                if left_s <= 0:
                    return b""
                pipe.changed.wait(left_s)
            data = bytes(inbox)
            inbox.clear()
            return data

    def _close(self) -> None:
        with self._pipe.changed:
            self._pipe.gone[self._end] = True
            self._pipe.changed.notify_all()


def pair(name: str = "pair") -> tuple[MemoryLink, MemoryLink]:
    """Both ends of a new pipe."""
    pipe, description = _Pipe(), f"memory://{name}"
    return MemoryLink(pipe, 0, description), MemoryLink(pipe, 1, description)


_waiting: dict[str, MemoryLink] = {}
_waiting_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class _NoOptions:
    """``memory://`` takes none."""


def open_memory(url: LinkUrl) -> Link:
    """One end of the pipe of that name: the second open gets the other end, a third begins a new pipe.

    Raises:
        LinkUrlError: the name is missing, or there are options.
    """
    url.options(_NoOptions)
    name = url.host
    if not name:
        raise LinkUrlError(f"{url.text} needs a name, as in memory://meter")
    with _waiting_lock:
        waiting = _waiting.pop(name, None)
        if waiting is not None and not waiting.closed:
            return waiting
        first, second = pair(name)
        _waiting[name] = second
        return first
