"""Visits: everything that the concentrator does at a meter of its own accord goes through `Visits.at`."""

from collections.abc import Generator
from typing import Any, TypeVar

from simpy import Event

from protocols.dlms.session_errors import AssociationRefused, ExceptionAnswered
from sim.concentrator.errors import UnreachableError
from sim.concentrator.meter_client import (
    PUBLIC_SAP,
    KeyBook,
    MeterClients,
    MeterKeys,
    Work,
    last_counter,
    visit,
)
from sim.concentrator.southbound import Southbound, Urgency

T = TypeVar("T")
Steps = Generator[Event, Any, T]


class Visits:
    """Visits of one concentrator.

    Args:
        wire: the wire.
        clients: makes the sessions.
        keys: keys by serial.
    """

    __slots__ = ("_clients", "_keys", "_wire")

    def __init__(self, wire: Southbound, clients: MeterClients, keys: KeyBook) -> None:
        self._wire = wire
        self._clients = clients
        self._keys = keys

    def keys_of(self, serial: str) -> MeterKeys | None:
        """The keys of a meter, None where there are none."""
        return self._keys.get(serial)

    def owes(self, eui48: bytes) -> bool:
        """Whether a meter may still answer what was given up: what it then seems to refuse, it may not."""
        return self._wire.owes(eui48)

    def as_public(self, eui48: bytes, work: Work[T], urgency: Urgency) -> Steps[T]:
        """Work at a meter as the public client.

        Raises:
            UnreachableError, DlmsError: as the wire and the session say.
        """
        operation = visit(self._clients.public(), work)
        return (yield from self._wire.converse(eui48, PUBLIC_SAP, operation, urgency))

    def at(self, eui48: bytes, serial: str, work: Work[T], urgency: Urgency) -> Steps[T]:
        """Work at a meter with its keys.

        Raises:
            UnreachableError: the wire could not carry it, or there are no keys.
            DlmsError: as the session says.
        """
        keys = self._keys.get(serial)
        if keys is None:
            raise UnreachableError("no-keys")
        try:
            return (yield from self._once(eui48, keys, work, urgency))
        except (AssociationRefused, ExceptionAnswered):
            if keys.keys is None:
                raise
        # Somebody else may have used these keys meanwhile: ask for the counter once more.
        self._clients.forget_counter(eui48)
        return (yield from self._once(eui48, keys, work, urgency))

    def _once(self, eui48: bytes, keys: MeterKeys, work: Work[T], urgency: Urgency) -> Steps[T]:
        if not self._clients.knows_counter(eui48, keys):
            operation = last_counter(self._clients.public())
            last = yield from self._wire.converse(eui48, PUBLIC_SAP, operation, urgency)
            self._clients.set_counter(eui48, keys, last)
        operation_there = visit(self._clients.trusted(eui48, keys), work)
        return (yield from self._wire.converse(eui48, keys.sap, operation_there, urgency))
