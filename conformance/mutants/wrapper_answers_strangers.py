"""A meter that answers to any port for its logical device."""

import dataclasses
from functools import partial

from conformance.text import Text
from protocols.dlms.wrapper import WrapperServer
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import wrapper_server

CLAUSE = "dlms-yb/WRAPPER_PORT"
DESCRIPTION = Text("contesta a cualquier puerto", "answers to any port")


class Anybody(WrapperServer):
    """Takes every port for the one that it has."""

    def _take(self, source: int, destination: int, raw: bytes) -> None:
        (own,) = self.server_saps or {destination}
        super()._take(source, own, raw)


PARTS = dataclasses.replace(DEFAULT_PARTS, wrapper_server=partial(wrapper_server, kind=Anybody))
