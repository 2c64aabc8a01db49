"""Processes that end with the power: nothing under way survives a cut, and no error stops the world."""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Environment, Event, Interrupt, Process

from protocols.dlms.errors import DlmsError
from sim.concentrator.errors import PowerLostError, UnreachableError

Steps = Generator[Event, Any, Any]


class Life:
    """What runs on the concentrator's processor between two power cuts.

    Args:
        env: the world's environment.
        on_power_lost: called when a write of the memory says that the supply failed.

    Attributes:
        powered: whether the processor runs.
    """

    __slots__ = ("_env", "_on_power_lost", "_running", "powered")

    def __init__(self, env: Environment, on_power_lost: Callable[[], None]) -> None:
        self._env = env
        self._on_power_lost = on_power_lost
        #: in the order in which they began
        self._running: dict[Process, None] = {}
        self.powered = False

    def spawn(self, steps: Steps) -> Process:
        """Begin a process; what a session or the wire raises ends it quietly."""
        process = self._env.process(self._run(steps))
        self._running[process] = None
        return process

    def guarded(self, act: Callable[..., object]) -> Callable[..., None]:
        """`act` as the world may call it: not without power, and ended where the power ends."""

        def act_if_powered(*args: Any) -> None:
            if self.powered:
                try:
                    act(*args)
                except PowerLostError:
                    self._on_power_lost()

        return act_if_powered

    def end(self) -> None:
        """The power is gone: end every process."""
        running, self._running = list(self._running), {}
        for process in running:
            if process.is_alive and process is not self._env.active_process:
                process.interrupt("power")

    def _run(self, steps: Steps) -> Steps:
        process = self._env.active_process
        try:
            yield from steps
        except (Interrupt, UnreachableError, DlmsError):
            pass
        except PowerLostError:
            self._on_power_lost()
        finally:
            if process is not None:
                self._running.pop(process, None)
