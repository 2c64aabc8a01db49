"""Between a byte-pipe server and a device's port: a client is attached for as long as it is connected."""

from links.server import Connection, LineConnection
from sim.kernel.ports import Attachment, Port
from sim.kernel.served import ServedWorld


class Gateway:
    """The handler of the clients of one port of a served world.

    Args:
        world: who owns the world; the gateway only posts to it.
        port: where clients are attached.
    """

    __slots__ = ("_port", "_world")

    def __init__(self, world: ServedWorld, port: Port) -> None:
        self._world = world
        self._port = port

    async def serve(self, connection: Connection) -> None:
        """Carry bytes both ways until the client is gone, even mid-frame; then free its session."""
        attached: list[Attachment] = []

        def attach() -> None:
            on_speed = connection.set_speed if isinstance(connection, LineConnection) else None
            attached.append(self._port.attach(connection.send, on_speed))

        self._world.post(attach)
        try:
            await connection.deliver(lambda data: self._world.post(lambda: attached[0].hand_over(data)))
        finally:
            self._world.post(lambda: _detach(attached))


def _detach(attached: list[Attachment]) -> None:
    for attachment in attached:
        attachment.detach()
