"""Virtual devices: the interface through which the composition root lends the bench devices of this process.

The bench imports neither the simulator nor the mutants, so that certifying real hardware drags neither along.
Small, because everything that opens a device imports it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.vending.vending_system import VendingSystem
from links.base import Link


@dataclass(frozen=True, slots=True)
class MutantTraits:
    """Model that a mutant is made of, and the framing that shows what is wrong with it."""

    profile: str
    framing: str


class VirtualDevice(Protocol):
    """One simulated meter in a world of its own, in virtual time."""

    def call(self, op: str, args: dict[str, Any]) -> Mapping[str, Any]:
        """Do one operation of the control surface: the stations' way into the world."""

    def link(self, framing: str) -> Link:
        """Open a link to the device, framed as ``wrapper`` or ``hdlc``."""

    def random_octets(self, count: int) -> bytes:
        """Next octets of the bench's stream: the same in every run of one seed."""


class VirtualDevices(Protocol):
    """Simulated meters, and devices built wrong on purpose."""

    def meter(self, model: str, seed: int, mutant: str | None) -> VirtualDevice:
        """Build a meter of a model, or one that is built wrong, in a new world."""

    def mutants(self) -> tuple[str, ...]:
        """Names of the meters built wrong, sorted."""

    def traits(self, mutant: str) -> MutantTraits:
        """Traits of a meter built wrong.

        Raises:
            LookupError: there is none of that name.
        """

    def vending_mutants(self) -> tuple[str, ...]:
        """Names of the vending systems built wrong, sorted."""

    def vending_mutant(self, name: str) -> VendingSystem:
        """Build a vending system that is wrong.

        Raises:
            LookupError: there is none of that name.
        """


class NoVirtualDevices(Exception):  # noqa: N818 - a fact about how the bench was started
    """The bench was started without virtual devices; the message is the whole sentence."""


_MISSING = "this bench has no virtual devices: start it as `amibench`, or name a real one"
_factories: list[Callable[[], VirtualDevices]] = []


def provide(factory: Callable[[], VirtualDevices]) -> None:
    """Let the bench make virtual devices by `factory`, which is called when the first one is asked for."""
    _factories[:] = [factory]


def virtual_devices() -> VirtualDevices:
    """Virtual devices of this bench.

    Raises:
        NoVirtualDevices: it has none.
    """
    if not _factories:
        raise NoVirtualDevices(
            "this bench has no virtual devices: start it as `amibench`, or name a real one"
        )
    return _factories[0]()
