"""The customer units of a served world as pages on loopback; see `sim.meter.panel`."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime

from links.clock import Clock, WallClock
from sim.kernel.served import ServedWorld
from sim.meter.panel import Panel, PanelMeter, panel_app
from sim.scenarios.web_serving import served_page


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
