"""What a base node would write down, in the names of a real one, and counters of the wire."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simpy import Environment


class Happening(StrEnum):
    """Names of the events of a real base node's log."""

    REGISTER = "REGISTER"
    UNREGISTER = "UNREGISTER"
    PROMOTE = "PROMOTE"
    DEMOTE = "DEMOTE"
    ALIVE = "ALIVE"
    REBOOT = "REBOOT"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Args:
        at_s: world seconds.
        what: the event.
        eui48: of the node it concerns.
        detail: in a few words.
    """

    at_s: float
    what: Happening
    eui48: bytes
    detail: str = ""


class Journal:
    """Tells each event to whoever listens, and counts them; it keeps nothing itself.

    Args:
        env: the world's event loop.
    """

    __slots__ = ("_env", "counts", "listeners")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.listeners: list[Callable[[Entry], None]] = []
        self.counts: Counter[str] = Counter()

    def write(self, what: Happening, eui48: bytes, detail: str = "") -> None:
        """Note an event."""
        self.counts[what] += 1
        if self.listeners:
            entry = Entry(float(self._env.now), what, eui48, detail)
            for listener in self.listeners:
                listener(entry)
