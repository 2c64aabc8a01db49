"""The messages of off-line sale as frozen values: `to_body`, `from_body`, `seal`, `open`.

* `enrolment`: terminal → office, once;
* `office_keys`: office → terminal, once;
* `lease`: security module → the terminal's secure counter, inside a pack;
* `pack`: office → terminal, before each trip;
* `batch`: terminal → office, after it.
"""

from protocols.offline.messages.base import Message, Part
from protocols.offline.messages.batch import Batch, CounterReading
from protocols.offline.messages.enrolment import Enrolment, open_enrolment
from protocols.offline.messages.lease import Lease, LeasedMeter
from protocols.offline.messages.office_keys import OfficeKeys, open_office_keys
from protocols.offline.messages.pack import (
    Customer,
    Limits,
    Operator,
    Pack,
    PackDeposit,
    PointOfSale,
    Provider,
    Settled,
)

MESSAGES: tuple[type[Message], ...] = (Enrolment, OfficeKeys, Lease, Pack, Batch)
"""Every message, in the order in which a terminal meets them."""

__all__ = [
    "MESSAGES",
    "Batch",
    "CounterReading",
    "Customer",
    "Enrolment",
    "Lease",
    "LeasedMeter",
    "Limits",
    "Message",
    "OfficeKeys",
    "Operator",
    "Pack",
    "PackDeposit",
    "Part",
    "PointOfSale",
    "Provider",
    "Settled",
    "open_enrolment",
    "open_office_keys",
]
