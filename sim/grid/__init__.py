"""The electrical side of the simulated field: physics only, SI units, no meters and no bytes.

Map of the room::

    flow.py           Source, Load, Flow, and `flow()`: what runs through a closed switch (pure)
    service_point.py  ServicePoint: one customer's connection; tells its watchers of changes

Nothing here knows what a meter is: a meter asks a `ServicePoint` for the `Flow` behind its own switch,
through a Protocol that it declares itself. `sim.scenarios` joins the two.
"""

from sim.grid.flow import NO_LOAD, NOMINAL_SOURCE, Flow, Load, LoadKind, Source, flow
from sim.grid.service_point import ServicePoint

__all__ = [
    "NOMINAL_SOURCE",
    "NO_LOAD",
    "Flow",
    "Load",
    "LoadKind",
    "ServicePoint",
    "Source",
    "flow",
]
