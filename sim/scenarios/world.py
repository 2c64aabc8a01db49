"""`World`: the rooms of the field joined: one meter on one supply, with clock, ports and control surface.

>>> world = World(seed=1)
>>> world.run(60.0)
>>> world.clock.now_s()
60.0
"""

from datetime import datetime
from typing import Literal, get_args

from simpy import Environment

from links.clock import Clock
from sim.grid import ServicePoint
from sim.kernel.clock import DEFAULT_EPOCH, SimClock
from sim.kernel.control import ControlSurface
from sim.kernel.ports import Port
from sim.kernel.random import RandomStreams
from sim.kernel.served import ServedWorld
from sim.kernel.stepping import SimLink, advance
from sim.meter import DEFAULT_PARTS, TEST_CREDENTIALS, Credentials, Meter, Parts, build
from sim.scenarios.operations import WorldOperations

Framing = Literal["wrapper", "hdlc"]
FRAMINGS: tuple[Framing, ...] = get_args(Framing)

#: The one device of this world, as `link` and `port` call it.
METER = "meter"


class World:
    """One meter on one supply.

    The caller's thread owns it: `receive` of a link, `run` and ``control.call`` move it, nothing else. Or it
    is handed by `serve` to an asyncio task that moves it with the wall clock.

    Args:
        profile: the model of meter, a file of ``sim/meter/profiles``.
        seed: of every random stream; same seed and same requests, same bytes.
        parts: what the meter is built from.
        credentials: passwords and keys that the meter is given; None gives the published test ones.
        epoch: the instant at which the world begins.

    Raises:
        ProfileError: there is no such profile.
    """

    __slots__ = ("_operations", "clock", "control", "env", "meter", "profile", "seed", "streams", "supply")

    def __init__(
        self,
        profile: str = "ppkw",
        *,
        seed: int = 1,
        parts: Parts = DEFAULT_PARTS,
        credentials: Credentials | None = None,
        epoch: datetime = DEFAULT_EPOCH,
    ) -> None:
        self.profile = profile
        self.seed = seed
        self.env = Environment()
        self.clock = SimClock(self.env, epoch)
        self.streams = RandomStreams(seed)
        self.supply = ServicePoint()
        self.meter: Meter = build(
            profile,
            parts,
            env=self.env,
            clock=self.clock,
            supply=self.supply,
            streams=self.streams,
            credentials=credentials or TEST_CREDENTIALS,
        )
        self.control = ControlSurface(self.env)
        info = {"drn": self.meter.drn, "profile": profile}
        self._operations = WorldOperations(self.env, self.clock, self.meter.ports.values(), info)
        for op, handler in self.meter.control_handlers().items():
            self.control.register(op, handler)
        self._operations.register_on(self.control)

    def port(self, name: str, framing: Framing = "wrapper") -> Port:
        """The device's port that speaks `framing`.

        Raises:
            LookupError: there is no such device or port.
        """
        if name != METER:
            raise LookupError(f"there is no device {name!r} in this world; known: {METER}")
        if framing not in self.meter.ports:
            known = ", ".join(self.meter.ports)
            raise LookupError(f"the meter has no {framing!r} port; known: {known}")
        return self.meter.ports[framing]

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

    def serve(self, speed: float = 1.0, wall: Clock | None = None) -> ServedWorld:
        """Hand the world over to an owner whose `run` must be a task of the present event loop."""
        served = ServedWorld(self.env, speed=speed, wall=wall)
        self._operations.set_speed = served.set_speed
        return served
