"""A world behind real ports: TCP for clients of the device, a serial line on demand, the control channel."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from links.clock import Clock
from links.serial_port import SerialOptions
from links.serial_server import serve_serial
from links.server import serve_tcp
from links.url import LinkUrl
from sim.kernel.control_server import LOOPBACK, ControlServer
from sim.kernel.gateway import Gateway
from sim.scenarios.world import Framing, World


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """How to serve a world.

    Args:
        framing: what the TCP port speaks.
        secret: of the control channel.
        port: TCP port of the device; 0 takes a free one.
        control_port: TCP port of the control channel; 0 takes a free one.
        serial_url: a ``serial://`` line on which the device answers too, in its URL's framing (HDLC).
        speed: device seconds that pass in a second of the wall.
    """

    framing: Framing
    secret: str = field(repr=False)
    port: int = 0
    control_port: int = 0
    serial_url: str | None = None
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a served world is reached: the device's link and the control channel, as URLs."""

    link: str
    control: str


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
        device = await serve_tcp(
            LOOPBACK, terms.port, Gateway(served, world.port("meter", terms.framing)).serve
        )
        opened.push_async_callback(device.close)
        control = await ControlServer(world.control, served, terms.secret).listen(terms.control_port)
        opened.push_async_callback(control.close)
        if terms.serial_url is not None:
            framing = LinkUrl.parse(terms.serial_url).options(SerialOptions).framing
            line = await serve_serial(terms.serial_url, Gateway(served, world.port("meter", framing)).serve)
            opened.push_async_callback(line.close)
        ready(Endpoints(f"tcp://{LOOPBACK}:{device.port}", f"tcp://{LOOPBACK}:{control.port}"))
        await _until_stopped(asyncio.ensure_future(served.run()), stop)


async def _until_stopped(owner: asyncio.Task[None], stop: asyncio.Event) -> None:
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
