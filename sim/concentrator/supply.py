"""The concentrator's supply: a capacitor that lasts for the last gasp, and the time that a boot takes."""

from collections.abc import Callable

from simpy import Environment

from sim.concentrator.terms import PowerTerms
from sim.kernel.alarm import Alarm


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
        self._end = Alarm(env, self.die)
        self._boot = Alarm(env, self._booted(on_boot))
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
