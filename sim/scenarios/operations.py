"""Control operations of the world rather than of the meter in it: time, silence, devices."""

from collections.abc import Callable, Iterable
from typing import Any

from simpy import Environment

from sim.kernel.control import ControlSurface, Result, Steps
from sim.kernel.ports import Port
from sim.kernel.timing import SimClock

SetSpeed = Callable[[float], None]


class WorldOperations:
    """Clock, link and device operations.

    Args:
        env: the world's environment.
        clock: the world's clock.
        ports: every port of the device, which ``link.pause`` silences.
        info: what ``device.info`` tells.
        devices: gives the names that ``device.list`` tells.
    """

    __slots__ = ("_clock", "_devices", "_env", "_ports", "info", "set_speed")

    def __init__(
        self,
        env: Environment,
        clock: SimClock,
        ports: Iterable[Port],
        info: dict[str, str],
        devices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._env = env
        self._clock = clock
        self._ports = tuple(ports)
        self._devices = devices
        #: What ``device.info`` tells.
        self.info = info
        #: What changes the speed where the world is served; a stepped world has none and takes any.
        self.set_speed: SetSpeed = lambda _: None

    def register_on(self, surface: ControlSurface) -> None:
        """Offer these operations."""
        table: dict[str, Callable[[dict[str, Any]], Result | Steps]] = {
            "clock.now": self._now,
            "clock.wait": self._wait,
            "clock.speed": self._speed,
            "link.pause": lambda _: self._pause(True),
            "link.resume": lambda _: self._pause(False),
            "device.info": lambda _: dict(self.info),
            "device.list": lambda _: {"devices": list(self._devices())},
        }
        for op, handler in table.items():
            surface.register(op, handler)

    def _now(self, _: dict[str, Any]) -> Result:
        return {"device_time_s": self._clock.now_s(), "utc": self._clock.utc().isoformat()}

    def _wait(self, args: dict[str, Any]) -> Steps:
        yield self._env.timeout(args["seconds"])
        return {"device_time_s": self._clock.now_s()}

    def _speed(self, args: dict[str, Any]) -> Result:
        self.set_speed(args["factor"])
        return {"factor": args["factor"]}

    def _pause(self, paused: bool) -> None:
        for port in self._ports:
            port.paused = paused
