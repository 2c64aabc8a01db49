"""`build_ssfvi`: an individual PV system and its controller, joined."""

from dataclasses import dataclass

from simpy import Environment

from sim.kernel.faults import FaultInjector
from sim.kernel.random import RandomStreams
from sim.meter.credentials import TEST_CREDENTIALS, Credentials
from sim.meter.factory import build
from sim.meter.meter import Meter
from sim.meter.parts import DEFAULT_PARTS, Parts
from sim.meter.profile import MeterProfile, load_profile
from sim.meter.seams import WorldClock
from sim.meter.ssfvi.system import SsfviSystem
from sim.meter.ssfvi.terms import SystemTerms, load_system

PROFILE = "ssfvi"


@dataclass(frozen=True, slots=True)
class Ssfvi:
    """One home with its own sun: the controller, which is a meter, and the system behind it."""

    meter: Meter
    system: SsfviSystem


def build_ssfvi(
    profile: MeterProfile | str = PROFILE,
    system: SystemTerms | str = "household",
    parts: Parts = DEFAULT_PARTS,
    *,
    env: Environment,
    clock: WorldClock,
    streams: RandomStreams,
    credentials: Credentials = TEST_CREDENTIALS,
    objects_on_demand: bool = False,
) -> Ssfvi:
    """Build one individual PV system.

    Args:
        profile: a model of controller.
        system: a model of system, or the name of a file in ``systems/``.
        parts: what the controller is built from.
        env: the world's event loop.
        clock: the world's true time.
        streams: random streams of the world: sky and habits hang on the DRN.
        credentials: vending key and passwords.
        objects_on_demand: as in `sim.meter.build`.

    Raises:
        ProfileError: profile or system are not there or not complete.
    """
    model = load_profile(profile) if isinstance(profile, str) else profile
    terms = load_system(system) if isinstance(system, str) else system
    plant = SsfviSystem(
        env, clock, terms, streams, name=f"{model.drn}/ssfvi", deviation_minutes=model.deviation_minutes
    )
    meter = build(
        model,
        parts,
        env=env,
        clock=clock,
        supply=plant,
        streams=streams,
        credentials=credentials,
        objects_on_demand=objects_on_demand,
    )
    meter.on_relay.append(plant.set_closed)
    plant.set_closed(meter.parts.switch.relay_closed)
    _add_faults(meter.faults, plant)
    return Ssfvi(meter, plant)


def _add_faults(board: FaultInjector, plant: SsfviSystem) -> None:
    """What can go wrong with a system beside its meter."""
    board.add(
        "shade",
        lambda value: plant.shade(0.0 if value is None else value),
        plant.shade,
        "Only this share of the sun reaches the panels (0: none).",
    )
    board.add(
        "battery-drained",
        lambda _value: plant.drain(),
        lambda: None,
        "The battery loses at once what is above its floor.",
    )
