"""`DeviceDirectory`: the control surfaces of a world with several devices, and who answers a request.

>>> from simpy import Environment
>>> directory = DeviceDirectory()
>>> directory.add("m1", lambda: ControlSurface(Environment()))
>>> directory.names(), directory.surface() is directory.surface("m1")
(('m1',), True)
"""

from collections.abc import Callable, Mapping
from typing import Any

from simpy import Process

from sim.kernel.control import ControlError, ControlSurface

#: So many names stand in a refusal; a world may have thousands.
_NAMES_SHOWN = 8


class DeviceDirectory:
    """Every device that can be reached through one control channel, by name.

    A surface is made when its device is asked for the first time, so that thousands of meters cost nothing.

    Args:
        only: the surface of a world with a single device, which goes without a name.
    """

    __slots__ = ("_factories", "_only", "_surfaces")

    def __init__(self, only: ControlSurface | None = None) -> None:
        self._only = only
        self._factories: dict[str, Callable[[], ControlSurface]] = {}
        self._surfaces: dict[str, ControlSurface] = {}

    def add(self, name: str, make: Callable[[], ControlSurface]) -> None:
        """Let `make` give the surface of the device `name`, when somebody asks for it.

        Raises:
            ValueError: there is one of that name already.
        """
        if name in self._factories:
            raise ValueError(f"two devices are called {name!r}")
        self._factories[name] = make

    def names(self) -> tuple[str, ...]:
        """The devices, in the order in which they came."""
        return tuple(self._factories)

    def surface(self, device: str | None = None) -> ControlSurface:
        """The surface of a device; without a name, of the only or the first one.

        Raises:
            ControlError: ``unknown-device``.
        """
        if device is None:
            if self._only is not None:
                return self._only
            device = next(iter(self._factories), "")
        if device not in self._surfaces:
            make = self._factories.get(device)
            if make is None:
                raise ControlError("unknown-device", self._complaint(device))
            self._surfaces[device] = make()
        return self._surfaces[device]

    def start(self, op: str, args: Mapping[str, Any] | None = None, device: str | None = None) -> Process:
        """Begin `op` at a device as a process of the world; when it is processed, ask `outcome`.

        Raises:
            ControlError: the device, the operation or the arguments do not fit.
        """
        return self.surface(device).start(op, args)

    def call(
        self, op: str, args: Mapping[str, Any] | None = None, device: str | None = None
    ) -> dict[str, Any]:
        """Do `op` at a device and return its result; the caller owns the world.

        Raises:
            ControlError: with its code and one sentence.
        """
        return self.surface(device).call(op, args)

    def _complaint(self, device: str) -> str:
        known = ", ".join(self.names()[:_NAMES_SHOWN])
        more = ", …" if len(self._factories) > _NAMES_SHOWN else ""
        there = f"known: {known}{more}" if known else "this world has one device, which has no name"
        return f"there is no device {device[:40]!r}; {there}"
