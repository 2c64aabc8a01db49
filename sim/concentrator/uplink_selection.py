"""LAN and 4G: two ways to the head-end, of which one is used (R6.2-08, F8-05).

The preferred way that is up is used. When the one in use fails, the other takes over after a moment; when the
preferred one is back, it must stay for a while before it is trusted again.
"""

from collections.abc import Callable

from simpy import Environment

from sim.concentrator.terms import Uplink, UplinkTerms
from sim.kernel.timing import Timer

#: Told of what was used and what is used from now on; None: nothing.
OnChange = Callable[[Uplink | None, Uplink | None], None]


class UplinkSelector:
    """The ways of one concentrator.

    Args:
        env: the world's environment.
        terms: preference and patience.
        on_change: told of every change.

    Attributes:
        active: what is used; None: nothing is up.
        switches: how often another way was taken.
    """

    __slots__ = ("_alarm", "_env", "_on_change", "_terms", "_up", "active", "switches")

    def __init__(self, env: Environment, terms: UplinkTerms, on_change: OnChange) -> None:
        self._env = env
        self._terms = terms
        self._on_change = on_change
        self._up = dict.fromkeys(terms.order, True)
        self._alarm = Timer(env, self._decide)
        self.active: Uplink | None = terms.order[0]
        self.switches = 0

    @property
    def up(self) -> dict[str, bool]:
        """Which ways are there."""
        return {str(name): up for name, up in self._up.items()}

    def set(self, name: str, up: bool) -> None:
        """A way comes or goes.

        Raises:
            ValueError: there is no such way here.
        """
        if name not in self._up:
            raise ValueError(f"there is no uplink {name!r}; known: {', '.join(self._up)}")
        uplink = Uplink(name)
        if self._up[uplink] == up:
            return
        self._up[uplink] = up
        if not up and uplink is self.active:
            self._change(None)
            self._alarm.set(float(self._env.now) + self._terms.fail_over_s)
        elif up and self.active is None and self._alarm.at_s is None:
            self._alarm.set(float(self._env.now) + self._terms.fail_over_s)
        elif up and self._best() is uplink and self.active is not None:
            self._alarm.set(float(self._env.now) + self._terms.back_after_s)

    @property
    def preferred(self) -> Uplink:
        """Uplink that is used where both are up."""
        return next(iter(self._up))

    def prefer(self, name: str) -> None:
        """Prefer a way from now on.

        Raises:
            ValueError: there is no such way here.
        """
        if name not in self._up:
            raise ValueError(f"there is no uplink {name!r}; known: {', '.join(self._up)}")
        chosen = Uplink(name)
        self._up = {chosen: self._up[chosen], **self._up}
        self._alarm.set(float(self._env.now) + self._terms.fail_over_s)

    def _best(self) -> Uplink | None:
        return next((name for name, up in self._up.items() if up), None)

    def _decide(self) -> None:
        best = self._best()
        if best is not self.active:
            self._change(best)

    def _change(self, uplink: Uplink | None) -> None:
        before, self.active = self.active, uplink
        self.switches += uplink is not None
        self._on_change(before, uplink)
