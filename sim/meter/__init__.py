"""One virtual prepayment meter of the PPKW kind, built from parts. `build` makes one; `Parts` says from what.

Map of the room::

    factory.py         build()
    meter.py           the meter: power, keypad and tokens pass through here; wires everything
    parts.py           Parts: one factory for each part; assembly.py calls them
    components.py      the live parts, and their snapshot: what outlives the power
    regulation.py      keeps registers, credit, limiter and switch in step; computes when the credit ends
    metrology.py       exact registers, instantaneous values, pulses; readings.py names them
    prepayment.py      the credit register
    limiter.py         power limit
    supply_control.py  the switch, over the transition table of class 70
    tokens.py          the token desk: keypad and gateway meet here, over one STS acceptance
    clock.py           the meter's clock, with drift
    events.py          event ring and counters
    tamper.py          covers and magnet
    load_profile.py    the ring of captures; load_capture.py the schedule that fills it
    ciu/               the customer unit: keys, display, lamps, texts
    customer.py        what the meter tells the customer unit; information.py what can be asked for
    requests.py        what a head-end may ask beyond reading
    cosem/             which live value stands behind which COSEM attribute
    ports.py           wrapper and HDLC ports over one device model
    control.py         the station-control operations
    profile.py         profiles/*.toml as frozen values: a new model is a new file
    credentials.py     vending key and passwords; test values by default
    seams.py           what the meter needs from grid and world, as Protocols

Parts know nothing of each other; they meet in `regulation` and `meter`. Time is whole microseconds, energy
whole nanojoules, so no register loses anything. Whoever looks at a part from outside calls `Meter.settle`
first.
"""

from sim.meter.components import Components
from sim.meter.credentials import TEST_CREDENTIALS, TEST_READER_PASSWORD, Credentials
from sim.meter.factory import build
from sim.meter.meter import Meter
from sim.meter.parts import DEFAULT_PARTS, Parts
from sim.meter.profile import MeterProfile, ProfileError, load_profile

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
    "load_profile",
]
