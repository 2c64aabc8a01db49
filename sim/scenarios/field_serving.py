"""Field behind real ports: concentrators, meters, pages and the control channel, all on loopback."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from links.clock import Clock
from links.server import serve_tcp
from sim.kernel.control import LOOPBACK, ControlServer
from sim.kernel.ports import Port
from sim.kernel.served import Gateway, ServedWorld
from sim.meter.panel import PanelMeter
from sim.scenarios.field import FieldWorld
from sim.scenarios.serving import served_page, served_panel, until_stopped
from sim.scenarios.site import Site, describe_meter
from sim.scenarios.site_meters import PlacedMeter

#: Names of a concentrator's ports that are opened, and how their URLs end.
_CONCENTRATOR_PORTS = {"dlms": "?framing=wrapper", "uplink": ""}
#: A meter on the power line has no network port: what is left is its bus.
_METER_PORT, _METER_SUFFIX = "hdlc", "?framing=hdlc"


@dataclass(frozen=True, slots=True)
class FieldService:
    """Settings of a served field.

    Args:
        secret: of the control channel.
        speed: device seconds that pass in a second of the wall.
        control_port: TCP port of the control channel; 0 takes a free one.
        meter_ports: open a port for each meter besides those of the concentrators.
        first_port: TCP port of the first link, the others follow; 0 takes free ones.
        pages: serve the local pages of the concentrators.
        panel_port: TCP port of the page of the customer units; 0 takes a free one, None: no page.
    """

    secret: str = field(repr=False)
    speed: float = 1.0
    control_port: int = 0
    meter_ports: bool = True
    first_port: int = 0
    pages: bool = True
    panel_port: int | None = None


Found = dict[str, Any]


async def serve_field(
    world: FieldWorld,
    terms: FieldService,
    ready: Callable[[Found], None],
    stop: asyncio.Event,
    wall: Clock | None = None,
) -> None:
    """Serve `world` on loopback until `stop` is set.

    Args:
        world: nobody else may step it any more.
        terms: how.
        ready: called once with where everything is, when every port is open.
        stop: ends the service; every client is hung up on.
        wall: the wall clock.

    Raises:
        LinkOpenError: a port is taken.
        Exception: whatever a device's code raised; the world cannot go on.
    """
    served = world.serve(terms.speed, wall)
    async with AsyncExitStack() as opened:
        doors = _Doors(served, opened, terms.first_port)
        sites = [await _open_site(site, terms, doors) for site in world.sites]
        control = await ControlServer(world.control, served, terms.secret).listen(terms.control_port)
        opened.push_async_callback(control.close)
        panel = await _open_panel(world, served, terms.panel_port, wall, opened)
        owner = asyncio.ensure_future(served.run())
        ready(
            {
                "scenario": world.scenario.name,
                "seed": world.scenario.frame.seed,
                "control": f"tcp://{LOOPBACK}:{control.port}",
                "sites": sites,
                **panel,
            }
        )
        await until_stopped(owner, stop)


class _Doors:
    """Opens ports, one after the other."""

    def __init__(self, served: ServedWorld, opened: AsyncExitStack, first_port: int) -> None:
        self._served = served
        self._opened = opened
        self._next_port = first_port

    async def tcp(self, port: Port) -> str:
        """Serve a port of a device; its URL."""
        server = await serve_tcp(LOOPBACK, self.take(), Gateway(self._served, port).serve)
        self._opened.push_async_callback(server.close)
        return f"tcp://{LOOPBACK}:{server.port}"

    async def page(self, app: Any) -> str:
        """Serve a page; its URL."""
        return await self._opened.enter_async_context(served_page(app, self.take()))

    def post(self, action: Callable[[], None]) -> None:
        """Have something done in the world."""
        self._served.post(action)

    def take(self) -> int:
        """The next port number; 0 where any will do."""
        taken = self._next_port
        if taken:
            self._next_port += 1
        return taken


async def _open_site(site: Site, terms: FieldService, doors: _Doors) -> Found:
    concentrators = []
    for name, concentrator in site.wire.concentrators.items():
        links = {
            port: await doors.tcp(concentrator.ports[port]) + suffix
            for port, suffix in _CONCENTRATOR_PORTS.items()
            if port in concentrator.ports
        }
        page = {"web": await doors.page(concentrator.web(doors.post))} if terms.pages else {}
        identity = {"serial": concentrator.terms.serial, "eui48": concentrator.terms.eui48.hex(), "sap": 1}
        concentrators.append({"name": name, **links, **page, **identity})
    meters = [await _open_meter(site, place, terms, doors) for place in site.homes]
    head = site.totaliser
    found: Found = {"concentrators": concentrators, "meters": meters}
    if head is not None:
        found["totaliser"] = await _open_meter(site, head, terms, doors)
    return found


async def _open_panel(
    world: FieldWorld, served: ServedWorld, port: int | None, wall: Clock | None, opened: AsyncExitStack
) -> Found:
    """The page of every customer unit of the field, where it is asked for."""
    if port is None:
        return {}
    placed = [place for site in world.sites for place in site.homes]
    shown = [PanelMeter(place.identity.name, place.meter) for place in placed]
    page = served_panel(shown, served, world.clock.utc, port, wall)
    return {"panel": await opened.enter_async_context(page)}


async def _open_meter(site: Site, place: PlacedMeter, terms: FieldService, doors: _Doors) -> Found:
    """Where a meter is: behind the concentrator, and on a port of its own where that is asked for."""
    meter = place.meter
    found: Found = describe_meter(site, place)
    found |= {"sap": site.wire.sap_of(place.eui48), "sts": found.pop("keying")}
    if terms.meter_ports:
        found["link"] = await doors.tcp(meter.ports[_METER_PORT]) + _METER_SUFFIX
        found["link_sap"] = meter.profile.ports.server_sap
    return found
