"""A meter without a SAP assignment object."""

import dataclasses

from conformance.text import Text
from protocols.dlms.cosem.device import SAP_ASSIGNMENT, LogicalDevice, LogicalDevices
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.server import ServerConnection
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/7.3.12"
DESCRIPTION = Text("no tiene lista de SAP", "has no SAP list")


class Hiding(LogicalDevices):
    """Does not tell which devices there are."""

    __slots__ = ()

    def mandatory_objects(self, device: LogicalDevice) -> list[CosemObject]:
        """Without the SAP assignment."""
        return [item for item in super().mandatory_objects(device) if item.logical_name != SAP_ASSIGNMENT]


def _server(devices: LogicalDevices, *limits: object, **options: object) -> ServerConnection:
    return ServerConnection(Hiding(devices), *limits, **options)  # type: ignore[arg-type]


PARTS = dataclasses.replace(DEFAULT_PARTS, server_connection=_server)
