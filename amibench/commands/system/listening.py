"""``collect --listen``: a listener beside the collector, for as long as that works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from links.errors import LinkUrlError
from links.url import LinkUrl

if TYPE_CHECKING:
    from system.head_end.acquisition import Collector, CollectorParts, Listener

LOOPBACK = "127.0.0.1"
_ASSIGNED_PORT = 4059


@dataclass(frozen=True, slots=True)
class _Options:
    framing: Literal["wrapper", "hdlc"] = "wrapper"


@dataclass(frozen=True, slots=True)
class Place:
    """Where is listened, and what meters speak there."""

    host: str
    port: int
    framing: str


def place_of(text: str) -> Place:
    """The place that a URL names.

    >>> place_of("tcp://:4060")
    Place(host='127.0.0.1', port=4060, framing='wrapper')

    Raises:
        LinkUrlError: it is no TCP port.
    """
    url = LinkUrl.parse(text)
    if url.scheme != "tcp" or url.path:
        raise LinkUrlError(f"cannot listen at {text}; write for example tcp://{LOOPBACK}:{_ASSIGNED_PORT}")
    port = _ASSIGNED_PORT if url.port is None else url.port
    return Place(url.host or LOOPBACK, port, url.options(_Options).framing)


class Heard:
    """A listener that works.

    Args:
        listener: it.
        url: where.
    """

    def __init__(self, listener: "Listener", url: str) -> None:
        self._listener = listener
        self.url = url

    @property
    def kept(self) -> int:
        """Pushes that were kept."""
        return self._listener.receiver.kept

    @property
    def refused(self) -> dict[str, int]:
        """How many were not, by kind."""
        return {kind.value: many for kind, many in sorted(self._listener.strangers.counts.items())}


@asynccontextmanager
async def listening(
    place: Place | None, parts: "CollectorParts", collector: "Collector"
) -> AsyncIterator[Heard | None]:
    """Listen while the block runs; an error of the listener stops the collector, and is raised after it.

    Args:
        place: where; None: nowhere.
        parts: of the collector: the listener works with the same.
        collector: woken where a meter should be visited.

    Raises:
        LinkOpenError: the port is taken.
    """
    if place is None:
        yield None
        return
    from system.head_end.acquisition import Listener, ListenerParts

    listener = Listener(
        ListenerParts(
            desk=parts.desk,
            book=parts.book,
            clock=parts.clock,
            utc=parts.utc,
            runner=parts.runner,
            visit=collector.wake,
            tell=parts.tell,
            framing=place.framing,
        )
    )
    opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(listener.run(place.host, place.port, opened.set_result))
    await asyncio.wait((opened, task), return_when=asyncio.FIRST_COMPLETED)
    if not opened.done():
        opened.cancel()
        await task
    task.add_done_callback(lambda _: collector.stop())
    try:
        host = f"[{place.host}]" if ":" in place.host else place.host
        yield Heard(listener, f"tcp://{host}:{opened.result()}")
    finally:
        listener.stop()
        await task
