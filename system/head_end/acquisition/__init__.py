"""Collector: speaks with meters and concentrators, for a store that says what is due.

It knows no database and no web: it is handed a `system.head_end.store_port.StorePort`, a clock, and what
opens links.

Map of the room::

    collector.py        Collector: leases channels, visits them, gives them back
    visit.py            all that is due behind one channel, in its order
    meter_session.py    session with a meter: link, association, identity, reserved invocation counters
    cosem_reads.py      attributes by lists, capture objects of profiles
    profile_reading.py  profiles and event logs by range
    orders/             orders at a meter
    uplink.py           session with a concentrator, and the rows and events that it holds
    reading_file.py     import of readings that were carried as a file
    pushes/             listener for what meters send unasked
    leased_store.py     the store, awaited, under one lease
    failures.py         from errors to reasons
    session_limits.py   octets, requests and time that a device may cost
    key_file.py         keys, access profiles, layouts of pushes
    settings.py         how much, how patiently
"""

from protocols.dlms.session.clock import ClockLimits
from system.head_end.acquisition.collector import Collector, CollectorParts
from system.head_end.acquisition.failures import Failure
from system.head_end.acquisition.key_file import KeyFile, KeyFileError, parse_key_file, read_key_file
from system.head_end.acquisition.leased_store import BlockingRunner, ThreadRunner
from system.head_end.acquisition.pushes import Listener, ListenerParts, PushSettings
from system.head_end.acquisition.reading_file import ImportedFile, UnableToImport, import_reading_file
from system.head_end.acquisition.session_limits import SessionLimits
from system.head_end.acquisition.settings import CollectorSettings

__all__ = [
    "BlockingRunner",
    "ClockLimits",
    "Collector",
    "CollectorParts",
    "CollectorSettings",
    "Failure",
    "ImportedFile",
    "KeyFile",
    "KeyFileError",
    "Listener",
    "ListenerParts",
    "PushSettings",
    "SessionLimits",
    "ThreadRunner",
    "UnableToImport",
    "import_reading_file",
    "parse_key_file",
    "read_key_file",
]
