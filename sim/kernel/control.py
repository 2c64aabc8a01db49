"""`ControlSurface`: the operations by which a bench reaches into the world, in process or through a socket.

A handler takes the checked arguments and returns the result, or is a generator that yields SimPy events (a
process): that is how an operation takes device time. `ControlError` refuses.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from simpy import Environment, Event, Process

from protocols.field.control_ops import checked_args, checked_result, find
from protocols.field.errors import StationControlError

ControlError = StationControlError
Result = Mapping[str, Any] | None
Steps = Generator[Event, Any, Result]
Handler = Callable[[dict[str, Any]], "Result | Steps"]


class ControlSurface:
    """The operations of one world.

    Args:
        env: the world's environment; `call` steps it, `start` leaves that to its owner.
    """

    __slots__ = ("_env", "_handlers")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._handlers: dict[str, Handler] = {}

    @property
    def operations(self) -> tuple[str, ...]:
        """Names of what is offered."""
        return tuple(self._handlers)

    def register(self, op: str, handler: Handler) -> None:
        """Offer `op`, replacing who offered it before.

        Raises:
            ControlError: ``unknown-op``: the name is not in `protocols.field.control_ops`.
        """
        find(op)
        self._handlers[op] = handler

    def call(self, op: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Do `op` and return its result; the caller owns the world, which moves while the operation lasts.

        Raises:
            ControlError: with its code and one sentence.
        """
        process = self.start(op, args)
        while not process.processed:
            if self._env.peek() == float("inf"):
                raise ControlError("failed", f"{op} waits for something that will never happen")
            self._env.step()
        return outcome(process)

    def start(self, op: str, args: Mapping[str, Any] | None = None) -> Process:
        """Begin `op` as a process of the world; when it is processed, ask `outcome`.

        Raises:
            ControlError: the operation is not offered or the arguments do not fit.
        """
        checked = checked_args(op, {} if args is None else args)
        handler = self._handlers.get(op)
        if handler is None:
            raise ControlError("unknown-op", f"{op} is not offered by this device")
        return self._env.process(_run(op, handler, checked))


def outcome(process: Event) -> dict[str, Any]:
    """The result of a processed operation.

    Raises:
        ControlError: how it was refused or failed.
    """
    value: Any = process.value
    if isinstance(value, ControlError):
        raise value
    return dict(value)


def _run(
    op: str, handler: Handler, args: dict[str, Any]
) -> Generator[Event, Any, dict[str, Any] | ControlError]:
    """The operation as a process that never fails: an error is a value, so that it cannot stop the world."""
    try:
        result = handler(args)
        if isinstance(result, Generator):
            result = yield from result
        return checked_result(op, {} if result is None else result)
    except ControlError as error:
        return error
    except Exception as error:
        failed = ControlError("failed", f"{op} failed inside the simulator: {type(error).__name__}: {error}")
        failed.__cause__ = error
        return failed
