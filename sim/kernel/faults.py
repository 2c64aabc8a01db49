"""`FaultInjector`: the faults of one device by name, for tests, the bench and the command line alike.

>>> env = Environment()
>>> silent: list[float | None] = []
>>> board = FaultInjector(env)
>>> board.add("pause", silent.append, silent.clear, "It hangs: hears and answers nothing.")
>>> board.begin("pause", for_s=30.0)
>>> board.active()
('pause',)
>>> env.run()
>>> board.active(), env.now
((), 30.0)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simpy import Environment

from protocols.field.errors import StationControlError
from sim.kernel.timing import Timer

Begin = Callable[[float | None], None]
End = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong.

    Args:
        name: how it is asked for: small letters and hyphens.
        begin: makes it happen; given its value, None where the caller left that to the fault. It may be
            called again while the fault lasts, with another value.
        end: makes it pass.
        does: one sentence, with the unit of the value where there is one.
    """

    name: str
    begin: Begin
    end: End
    does: str


class FaultInjector:
    """The faults of one device, and which of them last.

    Args:
        env: the world's environment.
    """

    __slots__ = ("_alarms", "_env", "_faults")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._faults: dict[str, Fault] = {}
        #: of those that last, in the order in which they began
        self._alarms: dict[str, Timer] = {}

    def add(self, name: str, begin: Begin, end: End, does: str) -> None:
        """Offer a fault; the arguments are those of `Fault`.

        Raises:
            ValueError: there is one of that name already.
        """
        if name in self._faults:
            raise ValueError(f"two faults are called {name!r}")
        self._faults[name] = Fault(name, begin, end, does)

    def names(self) -> tuple[str, ...]:
        """Faults that are offered, in the order in which they were added."""
        return tuple(self._faults)

    def active(self) -> tuple[str, ...]:
        """Faults that last now, in the order in which they began."""
        return tuple(self._alarms)

    def does(self, name: str) -> str:
        """Effect of a fault, in one sentence.

        Raises:
            StationControlError: ``bad-args``: there is none of that name.
        """
        return self._find(name).does

    def begin(self, name: str, value: float | None = None, for_s: float | None = None) -> None:
        """Begin a fault; where it lasts already, it takes the new value and the new end.

        Args:
            name: which.
            value: how much, in the unit that the fault says; None: as the fault has it.
            for_s: it ends by itself after so many seconds of device time, above 0; None: at `end`.

        Raises:
            StationControlError: ``bad-args``: there is no such fault, or it does not take that value or time.
        """
        fault = self._find(name)
        if for_s is not None and not 0 < for_s < float("inf"):
            raise StationControlError("bad-args", f"for_s must be above 0, not {for_s:g}")
        try:
            fault.begin(value)
        except ValueError as error:
            raise StationControlError("bad-args", f"{name}: {error}") from error
        alarm = self._alarms.setdefault(name, Timer(self._env, lambda: self.end(name)))
        alarm.set(None if for_s is None else self._env.now + for_s)

    def end(self, name: str) -> None:
        """End a fault; one that does not last stays as it is.

        Raises:
            StationControlError: ``bad-args``: there is no such fault.
        """
        fault = self._find(name)
        alarm = self._alarms.pop(name, None)
        if alarm is not None:
            alarm.cancel()
            fault.end()

    def _find(self, name: str) -> Fault:
        fault = self._faults.get(name)
        if fault is None:
            known = ", ".join(self._faults) or "none"
            raise StationControlError("bad-args", f"there is no fault {name[:40]!r}; known: {known}")
        return fault


def fault_handlers(board: FaultInjector) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    """The operations ``fault.*`` of the station-control channel over one board."""

    def begin(args: dict[str, Any]) -> dict[str, Any]:
        board.begin(args["fault"], args.get("value"), args.get("for_s"))
        return {"active": list(board.active())}

    def end(args: dict[str, Any]) -> dict[str, Any]:
        board.end(args["fault"])
        return {"active": list(board.active())}

    def everything(_args: dict[str, Any]) -> dict[str, Any]:
        return {
            "faults": list(board.names()),
            "active": list(board.active()),
            "does": [board.does(name) for name in board.names()],
        }

    return {"fault.begin": begin, "fault.end": end, "fault.list": everything}
