"""A meter whose clock gains ten seconds a day, whatever its profile says."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.clock import DeviceClock
from sim.meter.seams import WorldClock

CLAUSE = "ipse-teorama/F7-06"
DESCRIPTION = Text("el reloj adelanta diez segundos al día", "the clock gains ten seconds a day")

_GAINED_S = 10.0


def _fast(world: WorldClock, drift_s_per_day: float) -> DeviceClock:
    return DeviceClock(world.now_s, world.utc(), drift_s_per_day=drift_s_per_day + _GAINED_S)


PARTS = dataclasses.replace(DEFAULT_PARTS, clock=_fast)
