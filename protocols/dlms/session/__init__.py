"""Client sessions: one engine of operations without I/O, driven by a blocking pipe or by an awaited one.

Map of the room::

    transport.py  the data link: framing, waiting, faults; the steps that an operation asks of its driver
    core.py       link, association, requests and their answers; what may be asked again
    engine.py     every service as an operation
    profiles.py   profiles as typed rows
    clock.py      reading and correcting the clock
    push.py       pushes without an association
    drivers.py    DlmsSession over a BytePipe, AsyncDlmsSession over an AsyncBytePipe
    errors.py     refusals and silence
"""

from protocols.dlms.session.core import ObisLike, SessionTerms
from protocols.dlms.session.drivers import AsyncBytePipe, AsyncDlmsSession, BytePipe, DlmsSession
from protocols.dlms.session.engine import SessionEngine
from protocols.dlms.session.errors import (
    AccessRefused,
    ActionRefused,
    AssociationRefused,
    ExceptionAnswered,
    LinkLost,
    NoAnswer,
    OutcomeUnknown,
    SessionError,
)
from protocols.dlms.session.transport import Listen, Operation, Transmit

__all__ = [
    "AccessRefused",
    "ActionRefused",
    "AssociationRefused",
    "AsyncBytePipe",
    "AsyncDlmsSession",
    "BytePipe",
    "DlmsSession",
    "ExceptionAnswered",
    "LinkLost",
    "Listen",
    "NoAnswer",
    "ObisLike",
    "Operation",
    "OutcomeUnknown",
    "SessionEngine",
    "SessionError",
    "SessionTerms",
    "Transmit",
]
