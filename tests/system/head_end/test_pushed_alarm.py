"""From the magnet at a meter to the screen: pushed over TCP, kept, its log read at once; replays refused."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from collecting import KEY_TABLE
from field_store import LOAD, MIDNIGHT, Field
from lent_connection import LentConnection
from vending_world import make_village

from amibench.commands.system.collect import listen_address, listening
from links.aio import open_async_link, send_by_tcp
from links.clock import Clock, WallClock
from links.server import serve_tcp
from protocols.dlms.cosem.access import TransportService
from protocols.dlms.obis import Obis
from sim.kernel.served import Gateway
from sim.meter.credentials import system_title
from sim.meter.events.tamper_protections import TamperKind
from sim.scenarios.push_destinations import Loopback, let_dial
from sim.scenarios.world import World
from system.config import clock as business
from system.head_end import store_port
from system.head_end.acquisition import Collector, CollectorParts, CollectorSettings, parse_key_file
from system.head_end.django_store import DjangoStore
from system.head_end.models import DeviceEvent, MeterAccess
from system.head_end.selectors.events import find_events
from system.head_end.services.device_events import REFUSED_PUSHES
from system.registry.models import Device

FRAUD, STRONG_FIELD = "0.0.99.98.1", 42
SETUP = Obis.from_string("0.0.25.9.0").to_bytes()
ALL_PROTECTED = 3


class WatchedDesk(DjangoStore):
    """Says when something was kept that a test waits for."""

    def __init__(self) -> None:
        self.on_events: Callable[[Sequence[store_port.EventRow]], None] = lambda rows: None
        self.on_push: Callable[[bool], None] = lambda kept: None

    def keep_events(self, lease: Any, rows: Any, cursor: Any = None) -> int:
        found = super().keep_events(lease, rows, cursor)
        self.on_events(rows)
        return found

    def keep_push(self, push: store_port.PushReport) -> bool:
        kept = super().keep_push(push)
        self.on_push(kept)
        return kept


class Wiretap:
    """The network of the meters, with somebody who keeps what passes."""

    def __init__(self, network: Loopback) -> None:
        self.seen: list[bytes] = []
        self._network = network

    def dial(self, way: TransportService, place: bytes, octets: bytes, told: Any) -> None:
        self.seen.append(octets)
        self._network.dial(way, place, octets, told)


class WorldTime:
    """Business time that follows a world."""

    def __init__(self, world: World) -> None:
        self._clock = world.clock

    def now(self) -> Any:
        return self._clock.utc()


@pytest.fixture
def world() -> Any:
    made = World(seed=1, epoch=MIDNIGHT)
    made.run(3 * 3600)
    business.use_clock(WorldTime(made))
    yield made
    business.use_clock(None)


def _registered(world: World, field: Field, url: str) -> MeterAccess:
    """The meter, all of whose logs were read a minute ago."""
    profile, now = world.meter.profile, world.clock.utc()
    device = field.device(1)
    Device.objects.filter(pk=device.pk).update(serial=profile.serial)
    device.identifiers.update(value=profile.drn)
    device.identifiers.create(
        provider=field.village.provider,
        kind="system_title",
        value=system_title(profile).hex().upper(),
        valid_from=MIDNIGHT,
    )
    return MeterAccess.objects.create(
        provider=field.village.provider,
        device=Device.objects.get(pk=device.pk),
        channel=field.channel("directo", url=url, due_at=now + timedelta(hours=1)),
        sap=1,
        access="hls-gmac",
        state_since=MIDNIGHT,
        wanted_since=now,
        events_seen_at=now - timedelta(minutes=1),
        clock_seen_at=now,
        last_ok_at=now,
    )


class Bench:
    """The meter served over TCP, and a collector that listens, in one loop; the test's own transaction."""

    def __init__(self, world: World) -> None:
        self.world, self.wall, self.store = world, WallClock(), WatchedDesk()
        self.field = Field(make_village(), self.store)
        self.runner = LentConnection()
        self.refused: dict[str, int] = {}

    async def live(self, act: Any) -> None:
        """Serve, listen and collect until what `act` returns is there."""
        served = self.world.serve()
        owner = asyncio.ensure_future(served.run())
        server = await serve_tcp("127.0.0.1", 0, Gateway(served, self.world.port("meter", "wrapper")).serve)
        network = Loopback(served, self.wall)
        tap = Wiretap(network)
        let_dial(self.world.meters, tap.dial)
        access = await self.runner.call(
            lambda: _registered(self.world, self.field, f"tcp://127.0.0.1:{server.port}")
        )
        parts = self._parts(self.wall)
        collector = Collector("one", parts)
        collecting = None
        try:
            async with listening(listen_address("tcp://127.0.0.1:0"), parts, collector) as heard:
                assert heard is not None
                collecting = asyncio.ensure_future(collector.run())
                await act(heard, served, tap, access)
            self.refused = heard.refused
        finally:
            collector.stop()
            if collecting is not None:
                await collecting
            await network.close()
            await server.close()
            owner.cancel()

    def _parts(self, wall: Clock) -> CollectorParts:
        return CollectorParts(
            store=self.store,
            key_file=parse_key_file(KEY_TABLE),
            clock=wall,
            utc=self.world.clock.utc,
            dialer=lambda url: open_async_link(url, wall),
            runner=self.runner,
            # nothing but a push makes it look for work
            settings=CollectorSettings(idle_s=3_600.0),
        )

    def event(self) -> Callable[[], None]:
        """An event of the running loop that the store's thread may set."""
        loop = asyncio.get_running_loop()
        self.came = asyncio.Event()
        return lambda: loop.call_soon_threadsafe(self.came.set) and None


def _push_to(world: World, url: str, *, client_sap: int) -> None:
    world.meter.parts.push_setups.change(
        SETUP,
        transport=TransportService.TCP,
        destination=url.removeprefix("tcp://").encode(),
        client_sap=client_sap,
    )


@pytest.mark.requirement("R4-02", "R3-01")
@pytest.mark.parametrize("client_sap", [1, 16], ids=["protected", "plain"])
def test_a_magnet_is_on_the_screen_before_anybody_asks(db: Any, world: World, client_sap: int) -> None:
    bench = Bench(world)
    world.meter.parts.security.activate_policy(ALL_PROTECTED)

    async def act(heard: Any, served: Any, tap: Wiretap, _access: Any) -> None:
        came = bench.event()
        bench.store.on_events = lambda rows: (
            came() if any((row.log, row.code) == (FRAUD, STRONG_FIELD) for row in rows) else None
        )
        _push_to(world, heard.url, client_sap=client_sap)
        served.post(lambda: world.meter.sense(TamperKind.MAGNET, present=True))
        await bench.came.wait()

    asyncio.run(bench.live(act))
    bench.runner.close()
    shown = [
        (row.log, row.name, row.alarm, row.device_id)
        for row in find_events(bench.field.operator(), text="strong-field")
    ]
    device_id = MeterAccess.objects.get().device_id
    logged = (FRAUD, "strong-field", True, device_id)
    pushed = ("push", "strong-field", True, device_id)
    assert sorted(shown) == sorted([logged, pushed] if client_sap == 1 else [logged])
    strangers = DeviceEvent.objects.filter(channel__name=REFUSED_PUSHES).values_list("name", "device_id")
    assert list(strangers) == ([] if client_sap == 1 else [("push-unproved", None)])


@pytest.mark.requirement("R4-02")
def test_what_was_heard_on_the_wire_cannot_be_said_again(db: Any, world: World) -> None:
    bench = Bench(world)
    world.meter.parts.security.activate_policy(ALL_PROTECTED)
    kept: list[bool] = []

    async def act(heard: Any, served: Any, tap: Wiretap, access: MeterAccess) -> None:
        came = bench.event()

        def note(one: bool) -> None:
            kept.append(one)
            came()

        bench.store.on_push = note
        _push_to(world, heard.url, client_sap=1)
        served.post(lambda: world.meter.sense(TamperKind.MAGNET, present=True))
        await bench.came.wait()
        (octets,) = tap.seen
        bench.came.clear()
        host, _, port = heard.url.removeprefix("tcp://").rpartition(":")
        await send_by_tcp(host, int(port), octets, bench.wall, within_s=60.0)
        await bench.came.wait()

    asyncio.run(bench.live(act))
    bench.runner.close()
    assert kept == [True, False]
    assert bench.refused == {"push-replayed": 1}
    assert DeviceEvent.objects.filter(log="push").count() == 1
    (stranger,) = DeviceEvent.objects.filter(channel__name=REFUSED_PUSHES)
    assert (stranger.name, stranger.device_id, stranger.alarm) == ("push-replayed", None, True)
    assert LOAD not in stranger.detail
