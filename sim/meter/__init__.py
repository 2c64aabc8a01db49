"""One virtual prepayment meter of the PPKW kind, built from parts. `build` makes one; `Parts` says from what.

Map of the room::

    factory.py         build()
    meter.py           the meter as the world sees it; works.py what is inside: everything wired to everything
    parts.py           Parts: one factory for each part; assembly.py calls them
    components.py      the live parts, and their snapshot: what outlives the power
    nvm.py             the non-volatile memory: records, and writes that a power cut interrupts
    storage.py         sets of records, whole or not at all: the journal
    persistence.py     which part is kept in which record, and when
    ring.py            numbered rows that are kept cell by cell
    regulation.py      keeps registers, credit, limiter and switch in step; computes when the credit ends
    metrology.py       exact registers, instantaneous values, pulses; readings.py names them
    prepayment.py      the account: credits and charges; payment/ what they are made of
    limiter.py         power limit, and that of an emergency
    supply_control.py  the switch, over the transition table of class 70
    tokens.py          the token desk: keypad, gateway and carrier meet here, over one STS acceptance
    token_events.py    what the event log says of a token; result_numbers.py the number of each result
    carrier.py         the local virtual token carrier
    clock.py           the meter's clock, with drift
    events.py          event logs and counters
    tamper.py          covers and magnet
    protection.py      the six protections of Figure 7; protection_watch.py keeps them looking
    hardware/          the iron: terminals, contacts, crystal and battery, module slot
    iron_side.py       the program's side of the iron; self_test.py what it notices of itself
    faults.py          what can go wrong with it, as a board
    modem.py           its modem on a power line
    availability.py    hours of service, and a fee that comes back; availability_watch.py keeps counting
    ssfvi/             the individual PV system, whose controller is a meter
    load_profile.py    a ring of captured rows; captured.py all of them, and the status of the interval
    demand.py          mean power of a window, and its maximum; demands.py all of them
    rates.py           energy by tariff rate
    activity_calendar.py  seasons, weeks, days: which action holds; tariff.py calendar, special days, masks
    patterns.py        dates and times with "any" in them; zone.py local time and daylight saving
    scripts.py         scripts that act on the meter's own objects; schedules.py when they run
    agenda.py          everything that is due by the clock, behind one alarm; clockwork.py what that is
    quality.py         sags, swells, overload; quality_watch.py keeps it looking; outages.py interruptions
    nominal.py         the type plate, and the limits that follow from it
    register_values.py every number that a register may show, by name
    row_terms.py       what the object list says to the parts
    ciu/               the customer unit, a device of its own behind a link
    customer.py        the meter's side of that link; information.py what can be asked for
    customer_commands.py  what can be ordered there
    unit_bindings.py   which units are bound to this meter
    installation.py    where the units hang: wire or power line
    requests.py        what a head-end may ask beyond reading
    image.py           the firmware image
    monitors.py        register monitors, parameter monitor; push.py pushes; automation.py runs both;
                       control_terms.py what the object list says to them
    cosem/             which live value stands behind which COSEM attribute
    ports.py           wrapper, HDLC, optical, power-line and radio ports over one device model
    control.py         the station-control operations
    profile.py         profiles/*.toml and the tables of profiles/objects as frozen values: a new model is a
                       new file
    credentials.py     vending key, passwords and DLMS keys; test values by default
    security.py        system title; DLMS keys and invocation counters, fresh from the factory
    seams.py           what the meter needs from grid and world, as Protocols

Parts know nothing of each other; they meet in `regulation` and `meter`. Time is whole microseconds, energy
whole nanojoules, so no register loses anything. Whoever looks at a part from outside calls `Meter.settle`
first. Nothing that comes of a token shows before it is kept (docs/explanation/power-cuts.md).
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
