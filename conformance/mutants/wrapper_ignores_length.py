"""A meter that takes whatever came for a whole wrapper."""

import dataclasses
from functools import partial

from conformance.text import Text
from protocols.dlms.framing import Event
from protocols.dlms.wrapper import HEADER_SIZE, WrapperServer
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import wrapper_server

CLAUSE = "dlms-yb/WRAPPER_LENGTH"
DESCRIPTION = Text("no mira la longitud de la envoltura", "does not look at the length of the wrapper")

_LENGTH = slice(6, HEADER_SIZE)


class Impatient(WrapperServer):
    """Writes the length that it has over the one that was said."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """As the right one, but a header that says more than came is taken at what came."""
        said, there = int.from_bytes(data[_LENGTH], "big"), len(data) - HEADER_SIZE
        if there > 0 and said > there:
            data = data[: _LENGTH.start] + there.to_bytes(2, "big") + data[HEADER_SIZE:]
        return super().receive_data(data, now_s)


PARTS = dataclasses.replace(DEFAULT_PARTS, wrapper_server=partial(wrapper_server, kind=Impatient))
