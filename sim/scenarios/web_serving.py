"""A local web page on loopback, in the event loop of a served world."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import uvicorn

from links.clock import WallClock
from links.errors import LinkOpenError
from sim.kernel.control_server import LOOPBACK

#: Between two looks whether the page is up.
_LOOK_S = 0.01

AsgiApp = Callable[..., Awaitable[Any]]


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals to whoever runs the world."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def served_page(app: AsgiApp, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` while the block lasts; gives its URL.

    Raises:
        LinkOpenError: the port cannot be had.
    """
    config = uvicorn.Config(app, host=LOOPBACK, port=port, log_config=None, lifespan="off", access_log=False)
    server = _QuietServer(config)
    clock, task = WallClock(), asyncio.ensure_future(_run(server))
    try:
        while not server.started:
            if task.done():
                raise LinkOpenError(f"the local page cannot have port {port} of {LOOPBACK}")
            await clock.sleep(_LOOK_S)
        yield f"http://{LOOPBACK}:{_port(server)}"
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


async def _run(server: uvicorn.Server) -> None:
    with contextlib.suppress(SystemExit):  # how uvicorn says that a port is taken
        await server.serve()


def _port(server: uvicorn.Server) -> int:
    return int(server.servers[0].sockets[0].getsockname()[1])
