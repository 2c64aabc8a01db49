"""A connection: opened when needed, it serves one meter after the other, and is dropped after a fault.

After a fault nobody knows what still comes on it: a late answer of one meter must not reach the session with
the next. So a connection goes on only from a session that ended well.
"""

from collections.abc import Awaitable, Callable

from links.aio import AsyncLink
from links.errors import LinkError
from system.head_end.acquisition.seams import Dialer


class Line:
    """One connection to a channel's port.

    Args:
        dialer: opens it.
        url: where to.

    Attributes:
        dead: nobody answered there when it was opened last.
    """

    __slots__ = ("_dialer", "_link", "_url", "dead")

    def __init__(self, dialer: Dialer, url: str) -> None:
        self._dialer = dialer
        self._url = url
        self._link: AsyncLink | None = None
        self.dead = False

    async def link(self) -> AsyncLink:
        """The open link.

        Raises:
            LinkOpenError: nobody answers there.
        """
        if self._link is None:
            self.dead = True
            self._link = await self._dialer(self._url)
            self.dead = False
        return self._link

    async def drop(self) -> None:
        """Close it; the next who needs one opens it anew."""
        link, self._link = self._link, None
        if link is not None:
            await _quietly(link.close)


async def _quietly(close: Callable[[], Awaitable[None]]) -> None:
    try:
        await close()
    except LinkError:
        return  # it is gone all the same
