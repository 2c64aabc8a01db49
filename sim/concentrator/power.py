"""Power of the concentrator.

A capacitor that lasts for the last gasp, boot time, and processes that end with a power cycle.
"""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Environment, Event, Interrupt, Process

from protocols.dlms.errors import DlmsError
from sim.concentrator.errors import PowerLostError, UnreachableError
from sim.concentrator.terms import PowerTerms
from sim.kernel.timing import Timer

# ---- supply


class PowerSupply:
    """Mains, capacitor and boot.

    Args:
        env: the world's environment.
        terms: how long each lasts.
        on_failing: the mains failed; the capacitor still feeds.
        on_dead: the capacitor is empty.
        on_boot: the processor runs again.

    Attributes:
        mains: whether the mains are there.
        dying: whether the capacitor feeds.
    """

    __slots__ = ("_boot", "_end", "_env", "_on_dead", "_on_failing", "_terms", "dead", "dying", "mains")

    def __init__(
        self,
        env: Environment,
        terms: PowerTerms,
        on_failing: Callable[[], None],
        on_dead: Callable[[], None],
        on_boot: Callable[[], None],
    ) -> None:
        self._env = env
        self._terms = terms
        self._on_failing = on_failing
        self._on_dead = on_dead
        self._end = Timer(env, self.die)
        self._boot = Timer(env, self._booted(on_boot))
        self.mains = True
        self.dying = False
        self.dead = False

    def set(self, mains: bool) -> None:
        """The mains come or go."""
        if mains == self.mains:
            return
        self.mains = mains
        if not mains and self.dead:
            self._boot.cancel()
        elif not mains:
            self.dying = True
            self._end.set(float(self._env.now) + self._terms.hold_up_s)
            self._on_failing()
        elif self.dying:
            self.dying = False
            self._end.cancel()
        else:
            self._boot.set(float(self._env.now) + self._terms.boot_s)

    def die(self) -> None:
        """The capacitor is empty, or a write tore it down."""
        if self.dead:
            return
        self.dead, self.dying = True, False
        self._end.cancel()
        self._on_dead()
        if self.mains:
            self._boot.set(float(self._env.now) + self._terms.boot_s)

    def _booted(self, on_boot: Callable[[], None]) -> Callable[[], None]:
        def booted() -> None:
            self.dead = False
            on_boot()

        return booted


# ---- power cycle

Steps = Generator[Event, Any, Any]


class PowerCycle:
    """Processes that run on the concentrator's processor between two power cuts.

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
