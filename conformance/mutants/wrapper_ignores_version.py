"""A meter that takes a wrapper of any version for its own."""

import dataclasses
from functools import partial

from conformance.text import Text
from protocols.dlms.framing import Event
from protocols.dlms.wrapper import VERSION, WrapperServer
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import wrapper_server

CLAUSE = "dlms-yb/WRAPPER_VERSION"
DESCRIPTION = Text("acepta cualquier versión de la envoltura", "accepts any wrapper version")

_VERSION = VERSION.to_bytes(2, "big")


class Versionless(WrapperServer):
    """Writes its own version over the one that came."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """As the right one, but whatever comes begins with the right version."""
        return super().receive_data(_VERSION + data[len(_VERSION) :] if data else data, now_s)


PARTS = dataclasses.replace(DEFAULT_PARTS, wrapper_server=partial(wrapper_server, kind=Versionless))
