"""One meter of its own, and a small field behind a concentrator, each with a bench around it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from collecting import SECRET, Bench, plan_of
from memory_store import direct
from small_fields import small

from protocols.sts.token import TransferCredit, encode_token
from sim.scenarios.field import FieldWorld
from sim.scenarios.world import World
from system.head_end.store_port import Channel, MeterTarget
from system.head_end.vocabulary import ChannelKind

METER_URL, NORTH_URL, UPLINK_URL = "sim:meter", "sim:north", "sim:uplink"


class MeterBench(Bench):
    """One meter that anybody may call."""

    target: MeterTarget
    since: datetime

    def mint(self, tenths_kwh: int, tid: int = 6_400_000) -> str:
        """Twenty digits that give the meter so much credit."""
        key = self.world.meter.parts.tokens.register.decoder_key
        return encode_token(TransferCredit(0, 5, tid, tenths_kwh), key)

    def credit_wh(self) -> int:
        """What the meter holds."""
        return int(self.world.meter.parts.prepayment.credits.available_nj // 3_600_000_000_000)

    def soon(self, hours: float = 12.0) -> datetime:
        """A deadline."""
        return self.utc() + timedelta(hours=hours)


def meter_bench(
    hours: float = 3.0,
    *,
    access: str = "hls-gmac",
    framing: str = "wrapper",
    key_name: str = "",
    **wanted: Any,
) -> MeterBench:
    """A bench with one meter that has measured for so many hours."""
    world = World(seed=1)
    world.run(hours * 3600)
    profile = world.meter.profile
    bench = MeterBench(world, {METER_URL: world.port("meter", framing)})
    bench.target = MeterTarget(1, profile.serial, profile.logical_device_name, 1, access, key_name)
    bench.since = world.clock.utc() - timedelta(hours=hours)
    bench.store.add_channel(
        direct(1, METER_URL, framing=framing), plan_of(bench.target, bench.since, **wanted)
    )
    return bench


class FieldBench(Bench):
    """A nano-grid behind one concentrator."""

    targets: tuple[MeterTarget, ...]
    since: datetime


def field_bench(
    homes: int = 2, hours: float = 3.0, *, loss: float = 0.02, sessions_max: int = 1, **wanted: Any
) -> FieldBench:
    """A bench with a concentrator and its homes; so many hours after they began."""
    scenario = small("teorama_nano", homes=homes, hours=200.0).with_uplink_secret(SECRET)
    scenario = replace(scenario, plc={**scenario.plc, "loss": loss})
    world = FieldWorld(scenario)
    world.run(hours * 3600)
    bench = FieldBench(
        world,
        {
            NORTH_URL: world.port("concentrator", "dlms"),
            UPLINK_URL: world.port("concentrator", "uplink"),
        },
    )
    (concentrator,) = world.sites[0].wire.concentrators.values()
    records = {record.serial: record for record in concentrator.context.registry}
    bench.targets = tuple(
        MeterTarget(
            number,
            place.meter.profile.serial,
            place.meter.profile.logical_device_name,
            records[place.meter.profile.serial].sap,
            "hls-gmac",
        )
        for number, place in enumerate(world.sites[0].homes, 1)
    )
    bench.since = world.clock.utc() - timedelta(hours=hours)
    channel = Channel(
        1, ChannelKind.CONCENTRATOR, "north", NORTH_URL, "wrapper", UPLINK_URL, "north", sessions_max
    )
    bench.store.add_channel(channel, *(plan_of(target, bench.since, **wanted) for target in bench.targets))
    return bench
