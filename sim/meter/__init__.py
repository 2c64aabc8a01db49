"""One virtual prepayment meter of the PPKW kind, built from parts. `build` makes one; `Parts` says from what.

Map of the room::

    factory.py          build()
    meter.py            the meter as the world sees it; wiring.py its parts joined to each other
    parts.py            Parts: one factory for each part, and the assembly; components.py the live parts
    profile.py          a model as data: profiles/*.toml; object_list.py what its rows say to the parts
    credentials.py      vending key, passwords, DLMS keys, system title; test values by default
    interfaces.py       what the meter needs of grid and world, as Protocols
    station_control.py  the operations of a bench, and the faults that a meter can have
    hardware.py         terminals, crystal, battery, module slot; hardware_monitor.py what the firmware sees
    image_transfer.py   the firmware image
    units.py            whole microseconds and nanojoules
    metering/           metrology, error model, demand, tariff, load profiles
    payment/            the prepayment account: credits, charges, plan; the tokens; the logs
    supply/             switch and relay, limiter, the regulator that joins them, power quality, availability
    clock/              device clock and local time, scripts and schedules, the scheduler and its jobs
    communication/      byte ports, pushes, the modem on a power line
    events/             event log, tamper detection and protections, monitors, automation
    storage/            non-volatile memory, what is kept in it and when, rings of rows
    cosem/              the live value behind each COSEM attribute and method
    ciu/                the customer unit, its link, and the meter's side of it; panel/ the units as web pages
    ssfvi/              the individual PV system, whose controller is a meter
    bank/               the measuring elements of many meters as arrays

Parts know nothing of each other; they meet in `supply.regulator` and `wiring`. Time is whole microseconds,
energy whole nanojoules, so no register loses anything. Code that looks at a part from outside calls
`Meter.settle` first. Nothing that comes of a token shows before it is kept (docs/explanation/power-cuts.md).
"""

from sim.meter.components import Components
from sim.meter.credentials import TEST_CREDENTIALS, TEST_READER_PASSWORD, Credentials
from sim.meter.factory import build
from sim.meter.meter import Meter
from sim.meter.parts import DEFAULT_PARTS, Parts
from sim.meter.profile import MeterProfile, ProfileError, load_profile
from sim.meter.station_control import control_handlers

__all__ = [
    "DEFAULT_PARTS",
    "TEST_CREDENTIALS",
    "TEST_READER_PASSWORD",
    "Components",
    "Credentials",
    "Meter",
    "MeterProfile",
    "Parts",
    "ProfileError",
    "build",
    "control_handlers",
    "load_profile",
]
