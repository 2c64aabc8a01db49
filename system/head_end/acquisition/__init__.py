"""The collector: speaks with the meters and concentrators of the field for a desk that says what is due.

It knows no database and no web: it is handed a `system.head_end.store_port.StorePort`, a clock, and what
opens links.

Map of the room::

    engine.py        Collector: leases, admission, stop
    visit.py         all that is due behind one channel, in its order
    work.py          a visit's work by meter, in stages
    calling.py       sessions: association, identity, counters that are refused
    talk.py          an open session, and what was asked on the way in
    jobs/            what is done at a meter
    uplink.py        a conversation with a concentrator
    uplink_work.py   what is done over it
    courier.py       readings that somebody carried, as a file
    coverage.py      what is left of a gap
    shapes.py        what profiles capture, remembered
    pushes/          what meters send unasked, listened to
    push_layouts.py  what stands where in it
    leased_desk.py   the desk, awaited, under one lease
    reasons.py       from errors to reasons
    limits.py        what a device may cost
    keys.py          the key file
    counters.py      invocation counters that were reserved
    lines.py         a connection that serves one meter after the other
    seams.py         what is handed in
    terms.py         how much, how patiently
"""

from system.head_end.acquisition.collector import Collector, CollectorParts
from system.head_end.acquisition.failures import Failure
from system.head_end.acquisition.key_file import KeyFile, KeyFileError, parse_key_file, read_key_file
from system.head_end.acquisition.leased_store import BlockingRunner, ThreadRunner
from system.head_end.acquisition.pushes import Listener, ListenerParts, PushSettings
from system.head_end.acquisition.reading_file import ImportedFile, UnableToImport, import_reading_file
from system.head_end.acquisition.session_limits import SessionLimits
from system.head_end.acquisition.settings import ClockLimits, CollectorSettings

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
