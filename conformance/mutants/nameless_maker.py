"""A meter whose logical device name does not begin with a FLAG identifier."""

import dataclasses

from conformance.text import Text
from protocols.dlms.cosem.device import LogicalDevices
from protocols.dlms.server import ServerConnection
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/7.3.13"
DESCRIPTION = Text(
    "el nombre no empieza por el identificador del fabricante",
    "the name does not begin with the maker's identifier",
)


class Nameless(LogicalDevices):
    """Puts figures in the place of the letters."""

    __slots__ = ()

    def __init__(self, devices: LogicalDevices) -> None:
        super().__init__(dataclasses.replace(device, name=b"000" + device.name[3:]) for device in devices)


def _server(devices: LogicalDevices, *limits: object, **options: object) -> ServerConnection:
    return ServerConnection(Nameless(devices), *limits, **options)  # type: ignore[arg-type]


PARTS = dataclasses.replace(DEFAULT_PARTS, server_connection=_server)
