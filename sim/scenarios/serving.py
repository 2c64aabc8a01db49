"""World behind real ports: TCP for clients of the device, a serial line on demand, the control channel."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import uvicorn

from links.base import LinkOpenError
from links.clock import Clock, WallClock
from links.serial_line import SerialOptions, serve_pty, serve_serial
from links.server import serve_tcp
from links.url import LinkUrl
from sim.kernel.control import LOOPBACK, ControlServer
from sim.kernel.ports import Port
from sim.kernel.served import Gateway, ServedWorld
from sim.meter.panel import Panel, PanelMeter, panel_app
from sim.scenarios.push_destinations import Loopback, let_dial
from sim.scenarios.world import METER, Framing, World

# ---- pages

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


# ---- customer units


@contextlib.asynccontextmanager
async def served_panel(
    meters: Iterable[PanelMeter],
    world: ServedWorld,
    utc: Callable[[], datetime],
    port: int = 0,
    wall: Clock | None = None,
) -> AsyncIterator[str]:
    """Serve the panel of `meters` while the block lasts; gives its URL.

    Args:
        meters: in the order in which they are listed.
        world: their owner.
        utc: gives the world's time.
        port: TCP port; 0 takes a free one.
        wall: the wall clock.

    Raises:
        LinkOpenError: the port cannot be had.
    """
    panel = Panel(meters, world, utc, wall or WallClock())
    try:
        async with served_page(panel_app(panel), port) as url:
            yield url
    finally:
        await panel.pace.close()


#: In the place of a serial URL: make a pseudo-terminal. With ``?mode=e`` it speaks as an optical port does.
PTY = "pty"
#: The port of a meter that wants the opening of IEC 62056-21 first.
MODE_E = "mode-e"


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """Settings of a served world.

    Args:
        framing: what the TCP port speaks.
        secret: of the control channel.
        port: TCP port of the device; 0 takes a free one.
        control_port: TCP port of the control channel; 0 takes a free one.
        serial_url: a ``serial://`` line on which the device answers too, in its URL's framing (HDLC); ``pty``
            makes a pseudo-terminal for it; with ``mode=e`` as the optical port of the (first) meter, which
            begins at 300 baud and changes its speed.
        speed: device seconds that pass in a second of the wall.
        own_ports: give each of several meters a TCP port of its own, from `port` upwards.
        panel_port: TCP port of the page of the customer units; 0 takes a free one, None: no page.
    """

    framing: Framing
    secret: str = field(repr=False)
    port: int = 0
    control_port: int = 0
    serial_url: str | None = None
    speed: float = 1.0
    own_ports: bool = False
    panel_port: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a served world is reached, as URLs.

    Args:
        link: the device; where each meter has a port of its own, the first one.
        control: the control channel.
        links: each meter in turn; the same port for all, or a port for each.
        serial: the serial line, None where there is none.
        panel: the page of the customer units, None where there is none.
    """

    link: str
    control: str
    links: tuple[str, ...] = ()
    serial: str | None = None
    panel: str | None = None


async def serve_world(
    world: World,
    terms: ServiceTerms,
    ready: Callable[[Endpoints], None],
    stop: asyncio.Event,
    wall: Clock | None = None,
) -> None:
    """Serve `world` on loopback until `stop` is set.

    Args:
        world: nobody else may step it any more.
        terms: how.
        ready: called once, when every port is open.
        stop: ends the service; every client is hung up on.
        wall: the wall clock.

    Raises:
        LinkOpenError: a port is taken, or the serial line cannot be opened.
        LinkUrlError: the serial URL is wrong.
        Exception: whatever a device's code raised; the world cannot go on.
    """
    served = world.serve(terms.speed, wall)
    async with AsyncExitStack() as opened:
        links = [await _open_port(world, served, terms, number, opened) for number in _numbers(world, terms)]
        control = await ControlServer(world.control, served, terms.secret).listen(terms.control_port)
        opened.push_async_callback(control.close)
        serial = await _open_line(world, served, terms.serial_url, opened)
        panel = await _open_panel(world, served, terms.panel_port, wall, opened)
        everyone = tuple(links) if terms.own_ports else tuple(links) * len(world.meters)
        network = Loopback(served, wall)
        opened.push_async_callback(network.close)
        let_dial(world.meters, network.dial)
        ready(Endpoints(links[0], f"tcp://{LOOPBACK}:{control.port}", everyone, serial, panel))
        await until_stopped(asyncio.ensure_future(served.run()), stop)


def _numbers(world: World, terms: ServiceTerms) -> range:
    """The meters that get a TCP port of their own; only the first stands where all share one."""
    return range(1, len(world.meters) + 1) if terms.own_ports else range(1, 2)


async def _open_port(
    world: World, served: ServedWorld, terms: ServiceTerms, number: int, opened: AsyncExitStack
) -> str:
    """Open the TCP port of one meter, or of all; its URL."""
    name = f"{METER}-{number}" if terms.own_ports else METER
    gateway = Gateway(served, world.port(name, terms.framing))
    server = await serve_tcp(LOOPBACK, terms.port + number - 1 if terms.port else 0, gateway.serve)
    opened.push_async_callback(server.close)
    return f"tcp://{LOOPBACK}:{server.port}"


async def _open_line(
    world: World, served: ServedWorld, url: str | None, opened: AsyncExitStack
) -> str | None:
    """Open the serial line, where one is asked for; the URL of its other end."""
    if url is None:
        return None
    is_pty = url.partition("?")[0] == PTY
    # what stands behind the question mark is of use for both
    options = LinkUrl.parse(url.replace(PTY, "serial:///pty", 1) if is_pty else url).options(SerialOptions)
    port = _first_optical(world) if options.mode == "e" else world.port(METER, options.framing)
    gateway = Gateway(served, port)
    if is_pty:
        line = await serve_pty(gateway.serve)
        opened.push_async_callback(line.close)
        return line.url + ("?mode=e" if options.mode == "e" else "")
    opened.push_async_callback((await serve_serial(url, gateway.serve)).close)
    return url


async def _open_panel(
    world: World, served: ServedWorld, port: int | None, wall: Clock | None, opened: AsyncExitStack
) -> str | None:
    """Open the page of the customer units, where it is asked for; its URL."""
    if port is None:
        return None
    shown = [PanelMeter(f"{METER}-{number}", meter) for number, meter in enumerate(world.meters, 1)]
    return await opened.enter_async_context(served_panel(shown, served, world.clock.utc, port, wall))


def _first_optical(world: World) -> Port:
    """An optical port is of one meter, also where many share a line."""
    return world.meters[0].ports[MODE_E]


async def until_stopped(owner: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Let the world's task go on until `stop`; if it ends by itself, it broke, and that is raised."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((owner, stopped), return_when=asyncio.FIRST_COMPLETED)
        if owner.done():
            owner.result()
    finally:
        for task in (owner, stopped):
            task.cancel()
        await asyncio.gather(owner, stopped, return_exceptions=True)
