"""Electrical side of the simulated field: physics only, SI units, no meters and no bytes.

Map of the room::

    one customer
        flow.py           Source, Load, Flow, and `flow()`: what runs through a closed switch (pure)
        service_point.py  ServicePoint: one customer's connection; tells its watchers of changes
    a microgrid
        microgrid.py      Microgrid: all of it as one object that is moved step by step
        terms.py          microgrid_terms(): the tables of a scenario, with units, ranges and defaults
        fields.py         fields of terms that read themselves
        almanac.py        local days and minutes
        sky/              sun, clear sky, clouds, weather
        plant/            panels, battery, inverter, diesel set; states and their transitions
        feeder/           cables, tree, layout, power flow
        demand/           appliances, households, a village's day, thermostats, calibration
        loads.py          the load side: how demand is wired through and around meters
        theft.py          six kinds of theft with their ground truth
        disturbances.py   what goes wrong, drawn a day at a time
        injections.py     what may be put wrong by hand
        circumstances.py  disturbances and injections that hold now
        inrush.py         what starting motors do to the voltage
        readings.py       what meters and a totaliser see
        quality.py        outages, sags and swells as events
        supply.py         hours of service
        books.py          the energy books in whole nJ
        fidelity.py       rows measured beside published (fidelity_row.py), and what is not modelled
        data/             cables, climate, appliances, published figures: TOML, each value with its confidence

Nothing here knows what a meter is: a meter asks a `ServicePoint` for the `Flow` behind its own switch,
through a Protocol that it declares itself; many meters look at a `Microgrid`'s arrays. `sim.scenarios` joins
them. Only `flow` and `service_point` are imported here: the rest needs NumPy, and a world of one meter does
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
