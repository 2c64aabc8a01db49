"""`build`: from a profile and parts to one meter in a world."""

from dataclasses import replace

from simpy import Environment

from sim.kernel.random import RandomStreams
from sim.meter.credentials import TEST_CREDENTIALS, Credentials
from sim.meter.interfaces import Supply, WorldClock
from sim.meter.meter import Meter
from sim.meter.metering.metrology import own_constants
from sim.meter.parts import DEFAULT_PARTS, Parts
from sim.meter.profile import DEFAULT_PROFILE, MeterProfile, load_profile
from sim.meter.station_control import meter_faults
from sim.meter.supply.power_quality import rated

DEFAULT_SEED = 1


def build(
    profile: MeterProfile | str = DEFAULT_PROFILE,
    parts: Parts = DEFAULT_PARTS,
    *,
    env: Environment,
    clock: WorldClock,
    supply: Supply,
    streams: RandomStreams | None = None,
    credentials: Credentials = TEST_CREDENTIALS,
    objects_on_demand: bool = False,
) -> Meter:
    """Build one meter.

    Args:
        profile: a model, or the name of a file in ``profiles/``.
        parts: the factories; replace one to build a meter that differs in that part.
        env: the world's event loop.
        clock: the world's true time.
        supply: the service point that it is connected to.
        streams: random streams of the world; what differs from meter to meter is drawn from them.
        credentials: vending key and passwords; published test values by default.
        objects_on_demand: make the COSEM objects when the first peer comes; for one of many meters of a
            profile that another has proved to be complete.

    Raises:
        ProfileError: the profile is not there or not complete.
        StsValueError: its DRN or its STS register is not valid.
    """
    model = load_profile(profile) if isinstance(profile, str) else profile
    streams = streams or RandomStreams(DEFAULT_SEED)
    own = own_constants(model.metrology, rated(model.nominal), lambda: streams.stream(f"{model.drn}/element"))
    if own is not model.metrology:
        model = replace(model, metrology=own)
    meter = Meter(model, parts, env, clock, supply, credentials, streams, meter_faults)
    if not objects_on_demand:
        meter.make_objects()
    return meter
