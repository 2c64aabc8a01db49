"""A meter whose SAP assignment list names a logical device twice."""

import dataclasses

from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.device import LogicalDevices
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.server import ServerConnection
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/OBJECTS_LDN"
DESCRIPTION = Text("la lista de SAP repite un dispositivo", "the SAP list repeats a device")


class Repeating(LogicalDevices):
    """Lists its first device again."""

    __slots__ = ()

    def _sap_list(self, selection: Selection | None) -> Data:
        found = super()._sap_list(selection)
        rows = found.value if isinstance(found.value, tuple) else ()
        return Data(found.tag, rows + rows[:1])


def _server(devices: LogicalDevices, *limits: object, **options: object) -> ServerConnection:
    return ServerConnection(Repeating(devices), *limits, **options)  # type: ignore[arg-type]


PARTS = dataclasses.replace(DEFAULT_PARTS, server_connection=_server)
