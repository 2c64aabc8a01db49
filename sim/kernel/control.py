"""Control channel of a world.

The operations of a device, the directory of devices, and the server on loopback.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from simpy import Environment, Event, Process

from links.server import Connection, TcpServer, serve_tcp
from protocols.field.control_ops import checked_args, checked_result, find
from protocols.field.errors import StationControlError
from protocols.field.station_control import Request, Response, StationControlServer
from sim.kernel.served import ServedWorld

# ---- operations of one device

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


# ---- directory of devices

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


# ---- server

LOOPBACK = "127.0.0.1"


class ControlServer:
    """Serves one surface, or those of many devices, to any number of benches; one operation at a time each.

    Args:
        surface: what is offered; of a single surface, by its device without a name.
        world: who owns the world in which the operations happen.
        secret: what every request must carry.
    """

    __slots__ = ("_devices", "_secret", "_world")

    def __init__(self, surface: ControlSurface | DeviceDirectory, world: ServedWorld, secret: str) -> None:
        self._devices = surface if isinstance(surface, DeviceDirectory) else DeviceDirectory(surface)
        self._world = world
        self._secret = secret

    async def listen(self, port: int = 0) -> TcpServer:
        """Accept benches on `port` of the loopback address (0: a free one).

        Raises:
            LinkOpenError: the port cannot be had.
        """
        return await serve_tcp(LOOPBACK, port, self.serve)

    async def serve(self, connection: Connection) -> None:
        """Serve one bench until it leaves, or until it shows that it does not know the secret."""
        codec = StationControlServer(self._secret)
        while not codec.hopeless and (data := await connection.receive()):
            for request in codec.receive_data(data):
                answer = await self._answer(request) if isinstance(request, Request) else request
                connection.send(_bytes_of(answer))

    async def _answer(self, request: Request) -> Response:
        try:
            event = await self._world.finished(
                lambda: self._devices.start(request.op, request.args, request.device)
            )
            return Response(request.id, result=outcome(event))
        except StationControlError as error:
            return Response.refusal(request.id, error)


def _bytes_of(answer: Response) -> bytes:
    """The answer's line; an answer that is too long for one becomes a refusal."""
    try:
        return answer.to_bytes()
    except StationControlError as error:
        return Response.refusal(answer.id, error).to_bytes()
