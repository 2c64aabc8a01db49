"""`World`: the rooms of the field joined: meters on their supplies, with clock, ports and control surface.

>>> world = World(seed=1)
>>> world.run(60.0)
>>> world.clock.now_s()
60.0
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol, get_args

from simpy import Environment

from links.clock import Clock
from protocols.dlms.framing import ApduReceived
from protocols.dlms.hdlc.splitter import FrameSplitter, GoodFrame
from protocols.dlms.wrapper import WrapperServer, encode_wpdu
from sim.grid import ServicePoint
from sim.kernel.control import ControlSurface
from sim.kernel.ports import Attachment, Port, PortSession, Write
from sim.kernel.random import RandomStreams
from sim.kernel.served import ServedWorld
from sim.kernel.timing import DEFAULT_EPOCH, FieldEnvironment, SimClock
from sim.kernel.virtual_time import SimLink, advance
from sim.meter import (
    DEFAULT_PARTS,
    TEST_CREDENTIALS,
    Credentials,
    Meter,
    MeterProfile,
    Parts,
    build,
    control_handlers,
    load_profile,
)
from sim.scenarios.identities import member
from sim.scenarios.operations import WorldOperations

# ---- meters on a shared port


class Sorter(Protocol):
    """Cuts a stream into pieces that each bear one server address; keeps a bounded rest."""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Server address and octets of each piece that is complete."""


class WrapperSorter:
    """Sorts wrapper PDUs by their destination port."""

    __slots__ = ("_wrapper",)

    def __init__(self) -> None:
        self._wrapper = WrapperServer()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Destination and octets of each PDU."""
        for event in self._wrapper.receive_data(data, 0.0):
            if isinstance(event, ApduReceived):
                piece = encode_wpdu(event.apdu, source=event.client_sap, destination=event.server_sap)
                yield event.server_sap, piece


class HdlcSorter:
    """Sorts HDLC frames by the upper part of their destination; frames that are damaged are nobody's."""

    __slots__ = ("_splitter",)

    def __init__(self) -> None:
        self._splitter = FrameSplitter()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Upper destination address and octets of each good frame."""
        for found in self._splitter.feed(data):
            if isinstance(found, GoodFrame):
                yield found.frame.destination.upper, found.raw


SORTERS: dict[str, Callable[[], Sorter]] = {"wrapper": WrapperSorter, "hdlc": HdlcSorter}


class SharedSession:
    """One peer of a shared port.

    Args:
        write: takes octets to the peer.
        sorter: of its octets.
        ports: server address -> the port of the meter there.
    """

    __slots__ = ("_attached", "_ports", "_sorter", "_write")

    def __init__(self, write: Write, sorter: Sorter, ports: Mapping[int, Port]) -> None:
        self._write = write
        self._sorter = sorter
        self._ports = ports
        self._attached: dict[int, Attachment] = {}

    def receive(self, data: bytes) -> None:
        """Octets came from the peer."""
        for sap, piece in self._sorter.feed(data):
            port = self._ports.get(sap)
            if port is None:
                continue
            if sap not in self._attached:
                self._attached[sap] = port.attach(self._write)
            self._attached[sap].send(piece)

    def closed(self) -> None:
        """The peer went away."""
        for attachment in self._attached.values():
            attachment.detach()
        self._attached.clear()


def shared_port(env: Environment, framing: str, ports: Mapping[int, Port]) -> Port:
    """A port that leads to the meter at each server address of `ports`."""

    def opened(write: Write) -> PortSession:
        return SharedSession(write, SORTERS[framing](), ports)

    return Port(env, framing, opened)


Framing = Literal["wrapper", "hdlc"]
FRAMINGS: tuple[Framing, ...] = get_args(Framing)

#: The first device of this world, as `link` and `port` call it; or, where several share a port, all of them.
METER = "meter"
#: So long the memories of meters that age are not written: what gathers meanwhile takes room.
_HELD_S = 6 * 3600.0


class World:
    """One meter on one supply, or many meters of one model, each on a supply of its own.

    The control surface acts on the first meter; `meters` holds them all.

    The caller's thread owns it: `receive` of a link, `run` and ``control.call`` move it, nothing else. Or it
    is handed by `serve` to an asyncio task that moves it with the wall clock.

    Args:
        profile: the model of meter, a file of ``sim/meter/profiles``.
        seed: of every random stream; same seed and same requests, same bytes.
        parts: what the meter is built from.
        credentials: passwords and keys that the meter is given; None gives the published test ones.
        epoch: the instant at which the world begins.
        meters: how many.
        shared: let them answer on one port of each framing, each at its own server address; else each has
            ports of its own, named ``meter-1``, ``meter-2`` …
        response_delay_s: how long they take to answer, 0 or more; None: as the model says.

    Raises:
        ProfileError: there is no such profile, or it cannot be had so often.
    """

    __slots__ = (
        "_operations",
        "_ports",
        "clock",
        "control",
        "env",
        "meter",
        "meters",
        "profile",
        "seed",
        "streams",
        "supply",
    )

    def __init__(
        self,
        profile: str = "ppkw",
        *,
        seed: int = 1,
        parts: Parts = DEFAULT_PARTS,
        credentials: Credentials | None = None,
        epoch: datetime = DEFAULT_EPOCH,
        meters: int = 1,
        shared: bool = True,
        response_delay_s: float | None = None,
    ) -> None:
        self.profile = profile
        self.seed = seed
        self.env = FieldEnvironment()
        self.clock = SimClock(self.env, epoch)
        self.streams = RandomStreams(seed)
        self.supply = ServicePoint()
        model = load_profile(profile)
        if response_delay_s is not None:
            model = replace(model, ports=replace(model.ports, response_delay_s=response_delay_s))
        self._build(model, meters, parts, credentials or TEST_CREDENTIALS, shared=shared)
        self.meter: Meter = self.meters[0]
        self._ports = self._name_ports(shared=shared and meters > 1)
        self.control = ControlSurface(self.env)
        info = {"drn": self.meter.drn, "profile": profile}
        ports = [port for named in self._ports.values() for port in named.values()]
        self._operations = WorldOperations(self.env, self.clock, ports, info)
        for op, handler in control_handlers(self.meter).items():
            self.control.register(op, handler)
        self._operations.register_on(self.control)

    def _build(
        self, model: MeterProfile, meters: int, parts: Parts, credentials: Credentials, *, shared: bool
    ) -> None:
        self.meters = tuple(
            build(
                member(model, number, shared=shared),
                parts,
                env=self.env,
                clock=self.clock,
                supply=self.supply if number == 1 else ServicePoint(),
                streams=self.streams,
                credentials=credentials,
                objects_on_demand=number > 1,
            )
            for number in range(1, meters + 1)
        )

    def _name_ports(self, *, shared: bool) -> dict[str, dict[str, Port]]:
        named = {f"{METER}-{number}": meter.ports for number, meter in enumerate(self.meters, 1)}
        if not shared:
            return {METER: self.meter.ports, **named}
        by_framing = {
            framing: {meter.profile.ports.server_sap: meter.ports[framing] for meter in self.meters}
            for framing in FRAMINGS
        }
        return {
            METER: {framing: shared_port(self.env, framing, by_framing[framing]) for framing in FRAMINGS},
            **named,
        }

    def port(self, name: str, framing: Framing = "wrapper") -> Port:
        """The device's port that speaks `framing`.

        Raises:
            LookupError: there is no such device or port.
        """
        if name not in self._ports:
            raise LookupError(f"there is no device {name!r} in this world; known: {', '.join(self._ports)}")
        if framing not in self._ports[name]:
            known = ", ".join(self._ports[name])
            raise LookupError(f"the meter has no {framing!r} port; known: {known}")
        return self._ports[name][framing]

    def link(self, name: str = METER, framing: Framing = "wrapper") -> SimLink:
        """A new link to a device; each has a session of its own.

        Raises:
            LookupError: there is no such device or port.
        """
        url = f"sim://{self.profile}?seed={self.seed}&framing={framing}"
        return SimLink(self.env, self.port(name, framing), url)

    def describe(self, **more: str) -> None:
        """Let ``device.info`` tell `more` about the device."""
        self._operations.info.update(more)

    def run(self, until_s: float) -> None:
        """Move to `until_s` seconds after the world began; a time that has passed does nothing."""
        advance(self.env, until_s)

    def age(self, duration_s: float) -> None:
        """Let the meters live through a time in which nobody can cut their power.

        They come to what `run` would bring them to, in less time: their memories are written now and then.
        """
        end_s = self.env.now + duration_s
        while self.env.now < end_s:
            for meter in self.meters:
                meter.hold_writes()
            self.run(min(end_s, self.env.now + _HELD_S))
            for meter in self.meters:
                meter.write_held()

    def serve(self, speed: float = 1.0, wall: Clock | None = None) -> ServedWorld:
        """Hand the world over to an owner whose `run` must be a task of the present event loop."""
        served = ServedWorld(self.env, speed=speed, wall=wall)
        self._operations.set_speed = served.set_speed
        return served
