"""Meters on a bank beside their twins on service points, which live through the same."""

import dataclasses
from dataclasses import dataclass, field

import pytest

from sim.grid import Load, ServicePoint, Source
from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment, SimClock
from sim.kernel.virtual_time import advance
from sim.meter import DEFAULT_PARTS, Meter, build, load_profile
from sim.meter.bank import MeteringBank


class Point(ServicePoint):
    """A service point at which source and load change in one stroke."""

    def change(self, source, load):
        self._source, self._load = source, load
        self._tell()


@dataclass(frozen=True)
class Circuit:
    """What the grid has for one meter."""

    voltage_v: float = 120.0
    current_a: float = 0.0
    phase_deg: float = 0.0
    energised: bool = True


@dataclass
class Twins:
    """Meters on a bank, and the same ones each on a service point."""

    models: list
    env: FieldEnvironment = field(default_factory=FieldEnvironment)
    seed: int = 7
    looks: int = 0

    def __post_init__(self):
        clock, streams = SimClock(self.env), RandomStreams(self.seed)
        self.bank = MeteringBank(self.env, len(self.models))
        self.points = [Point(Source(energised=False)) for _ in self.models]
        self.banked: list[Meter] = []
        self.single: list[Meter] = []
        for row, model in enumerate(self.models):
            parts = dataclasses.replace(
                DEFAULT_PARTS, metrology=lambda constants, _now_us, row=row: self.bank.element(row, constants)
            )
            common = {"env": self.env, "clock": clock, "streams": streams, "objects_on_demand": row > 0}
            self.banked.append(build(model, parts, supply=self.bank.supply(row), **common))
            self.single.append(build(model, supply=self.points[row], **common))
            self.bank.supply(row).watch(self._looked)

    def _looked(self):
        self.looks += 1

    def change(self, *circuits, frequency_hz=60.0):
        """Let these be at the terminals of the rows from now on."""
        columns = ("voltage_v", "current_a", "phase_deg")
        arrays = [[getattr(item, name) for item in circuits] for name in columns]
        self.bank.observe(*arrays, frequency_hz, [item.energised for item in circuits])
        for point, item in zip(self.points, circuits, strict=True):
            source = Source(item.voltage_v, frequency_hz, item.energised)
            point.change(source, Load(item.current_a, item.phase_deg))

    def run(self, seconds):
        advance(self.env, self.env.now + seconds)

    def compare(self):
        """Both kinds came to the same."""
        for one, other in zip(self.banked, self.single, strict=True):
            one.settle()
            other.settle()
            assert one.powered == other.powered
            assert one.parts.metrology.sample == other.parts.metrology.sample
            assert one.parts.metrology.pulses() == other.parts.metrology.pulses()
            events, others = one.parts.events.entries, other.parts.events.entries
            assert [(item.code.name, item.epoch_us) for item in events] == [
                (item.code.name, item.epoch_us) for item in others
            ]
            kept, other_kept = one.snapshot(), other.snapshot()
            assert kept.keys() == other_kept.keys()
            for name, part in kept.items():
                assert part == other_kept[name], name


def model_of(profile="ppkw", credit=None, limit_w=None, **changes):
    """A model with another credit or limit than its profile says."""
    model = load_profile(profile)
    if credit is not None:
        changes["credit"] = dataclasses.replace(model.credit, initial_wh=credit)
    if limit_w is not None:
        changes["limiter"] = dataclasses.replace(model.limiter, limit_w=limit_w)
    return dataclasses.replace(model, **changes)


@pytest.fixture
def model():
    return model_of


@pytest.fixture
def circuit():
    return Circuit


@pytest.fixture
def twins_of():
    return lambda *models: Twins(list(models))
