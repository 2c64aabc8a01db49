"""Client sessions: one engine of operations without I/O, driven by a blocking pipe or by an awaited one.

Map of the room::

    steps.py         what an operation asks of its driver
    transport.py     the data link: framing, waiting, faults
    core.py          link, association, requests and their answers
    engine.py        every service as an operation
    profiles.py      profiles as typed rows
    strategies.py    how a session begins, from no protection to all of it
    repeats.py       what may be asked again, and why nothing else is
    blocking.py      DlmsSession, over a BytePipe
    asynchronous.py  AsyncDlmsSession, over an AsyncBytePipe
    state.py         what both show
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
