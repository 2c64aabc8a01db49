"""A meter that takes every time for its own local time, whatever deviation it carries."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/EXTRA_CLOCK"
DESCRIPTION = Text(
    "no mira la desviación de la hora que le ponen",
    "does not look at the deviation of the time that it is set to",
)

_DEVIATION, _UNDEFINED = slice(9, 11), b"\x80\x00"


def _local_only(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A setter that blanks the deviation out."""

    def set_time(value: Data) -> None:
        raw = value.value
        if isinstance(raw, bytes):
            value = Data(value.tag, raw[: _DEVIATION.start] + _UNDEFINED + raw[_DEVIATION.stop :])
        bound.setters[2](value)

    return dataclasses.replace(bound, setters={**bound.setters, 2: set_time})


PARTS = with_bindings(_local_only, "clock")
