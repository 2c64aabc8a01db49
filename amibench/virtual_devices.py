"""Virtual devices for the bench, made of the simulator and the mutants; imported when one is asked for."""

from collections.abc import Mapping
from typing import Any, cast

from conformance import mutants
from conformance.mutants import vending
from conformance.vending.vending_system import VendingSystem
from conformance.virtual_devices import MutantTraits
from links import Link
from sim.kernel.random import RandomStreams
from sim.meter import DEFAULT_PARTS
from sim.scenarios.world import World


class SimulatedMeter:
    """One meter in a world of its own."""

    def __init__(self, model: str, seed: int, mutant: str | None) -> None:
        parts = DEFAULT_PARTS if mutant is None else mutants.load(mutant).parts
        self._world = World(model, seed=seed, parts=parts)
        self._octets = RandomStreams(seed).octets("bench")

    def call(self, op: str, args: dict[str, Any]) -> Mapping[str, Any]:
        """Do one operation of the control surface."""
        return self._world.control.call(op, args)

    def link(self, framing: str) -> Link:
        """Open a link to the meter."""
        return cast(Link, self._world.link("meter", framing))  # type: ignore[arg-type]

    def random_octets(self, count: int) -> bytes:
        """Next octets of the bench's stream."""
        return bytes(self._octets.take(count))


class SimulatedDevices:
    """Meters of the simulator, and what the mutants make of them."""

    def meter(self, model: str, seed: int, mutant: str | None) -> SimulatedMeter:
        """Build a meter in a new world."""
        return SimulatedMeter(model, seed, mutant)

    def mutants(self) -> tuple[str, ...]:
        """Names of the meters built wrong."""
        return mutants.names()

    def traits(self, mutant: str) -> MutantTraits:
        """Model and framing of a meter built wrong."""
        found = mutants.load(mutant)
        return MutantTraits(found.profile, found.framing)

    def vending_mutants(self) -> tuple[str, ...]:
        """Names of the vending systems built wrong."""
        return vending.names()

    def vending_mutant(self, name: str) -> VendingSystem:
        """Build a vending system that is wrong."""
        return vending.load(name).build()
