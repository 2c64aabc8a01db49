"""The control channel of a served world: a `ControlSurface` behind JSON lines and a secret, loopback only."""

from links.server import Connection, TcpServer, serve_tcp
from protocols.field.errors import StationControlError
from protocols.field.station_control import Request, Response, StationControlServer
from sim.kernel.control import ControlSurface, outcome
from sim.kernel.devices import DeviceDirectory
from sim.kernel.served import ServedWorld

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
