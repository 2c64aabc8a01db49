"""One data concentrator: registration, collection, storage, its ways north, its local page.

Map::

    concentrator, assembly, context   the whole, its parts, and the context that its faces look into
    southbound, rs485                 the PLC wire and the serial buses
    discovery, registry               identity, registration and supervision of meters
    meter_sessions, meter_operations  DLMS sessions with a meter, and the work done in them
    plans, collection, storage        what is read and when, the readings, and what is kept of them
    latest_values, statistics, line_loss, events   values, counts, the day's balance, the event log
    orders, pass_through              orders of the head-end, and associations that go through to a meter
    ports, logical_device, uplink, uplink_selection, usb   ways in and out
    front_panel, web                  buttons and local page
    clock, power, nvm, faults         clock, supply and power cycle, non-volatile memory, fault injection
    settings, terms, parameters       what a scenario may say, and what may be changed while it runs
"""

from sim.concentrator.concentrator import Concentrator
from sim.concentrator.errors import ConcentratorError, TermsError
from sim.concentrator.meter_sessions import MeterKeys, MeterKeyStore
from sim.concentrator.settings import ConcentratorTerms, concentrator_terms

__all__ = [
    "Concentrator",
    "ConcentratorError",
    "ConcentratorTerms",
    "MeterKeyStore",
    "MeterKeys",
    "TermsError",
    "concentrator_terms",
]
