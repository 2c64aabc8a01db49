"""Electrical side of the simulated field: physics only, SI units, no meters and no bytes.

Map of the room::

    one customer
        service_point   Source, Load, Flow, `flow()`, and ServicePoint, which tells its watchers of changes
    a microgrid
        microgrid       Microgrid: all of it as one object that is moved step by step
        terms           microgrid_terms(): the tables of a scenario, with units, ranges and defaults
        local_calendar  local days and minutes
        weather         sun, clear sky, clouds, temperature
        plant           panels, battery, inverter, diesel set and their dispatch
        supply_state    states of the supply and their transitions
        feeder          cables, poles, spans, phases; power_flow solves it
        demand          appliances, households, a community's day, thermostats
        loads           how demand is wired through and around meters, and what instruments read
        theft           six kinds of theft with their ground truth
        disturbances    what goes wrong, drawn or injected, and what of it holds now
        supply_quality  outages, sags and swells as events
        energy_balance  energy in whole nJ, closed at every step
        data/           cables, climate, appliances, published figures: TOML, each value with its confidence

Nothing here knows what a meter is: a meter asks a `ServicePoint` for the `Flow` behind its own switch,
through a Protocol that it declares itself; many meters look at a `Microgrid`'s arrays. `sim.scenarios` joins
them. Only `service_point` is imported here: the rest needs NumPy, and a world of one meter does
not; take it from its module.
"""

from sim.grid.service_point import NO_LOAD, NOMINAL_SOURCE, Flow, Load, LoadKind, ServicePoint, Source, flow

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
