"""Register of meters.

Which are trusted, which wait for an operator, which address each has, as a table of states.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from sim.concentrator.errors import OrderError
from sim.concentrator.nvm import Nvm

# ---- states


class MeterState(StrEnum):
    """Trust in a meter."""

    REGISTERED = "registered"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a meter is in quarantine; empty where it is not."""

    NONE = ""
    DUPLICATE_SERIAL = "duplicate-serial"
    DUPLICATE_EUI48 = "duplicate-eui48"
    ROGUE_SERIAL = "rogue-serial"
    NO_KEYS = "no-keys"
    WRONG_KEYS = "wrong-keys"


class MeterEvent(StrEnum):
    """Events of a meter's registration."""

    PROVED = "proved"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


#: (state or None for a newcomer, what happens) -> state. A pair that is missing changes nothing.
TRANSITIONS: dict[tuple[MeterState | None, MeterEvent], MeterState] = {
    (None, MeterEvent.PROVED): MeterState.REGISTERED,
    (None, MeterEvent.SUSPECTED): MeterState.QUARANTINED,
    (MeterState.REGISTERED, MeterEvent.SUSPECTED): MeterState.QUARANTINED,
    (MeterState.REGISTERED, MeterEvent.REFUSED): MeterState.REJECTED,
    (MeterState.QUARANTINED, MeterEvent.CONFIRMED): MeterState.REGISTERED,
    (MeterState.QUARANTINED, MeterEvent.REFUSED): MeterState.REJECTED,
    (MeterState.REJECTED, MeterEvent.CONFIRMED): MeterState.REGISTERED,
}


def after(state: MeterState | None, event: MeterEvent) -> MeterState | None:
    """The state after `event`.

    >>> after(None, MeterEvent.PROVED), after(MeterState.QUARANTINED, MeterEvent.PROVED)
    (<MeterState.REGISTERED: 'registered'>, <MeterState.QUARANTINED: 'quarantined'>)
    """
    return TRANSITIONS.get((state, event), state)


# ---- register

#: wrapper ports 2 to 15 are reserved, 127 is the all-station address [M]
_ALL_STATION_SAP = 0x7F
_SLOT, _METER_SLOT = "registry", "meter/"


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity that a meter gives to the public client.

    Args:
        eui48: of its modem.
        serial: number on its case.
        ldn: logical device name.
        drn: STS number; empty where it has none.
    """

    eui48: bytes
    serial: str
    ldn: str
    drn: str = ""


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """One meter of the register.

    Args:
        identity: what it said of itself.
        sap: server address northbound; kept for ever.
        state: how far it is trusted.
        reason: why it is in quarantine.
        since_utc_s: when it was first seen, s since 1970.
    """

    identity: Identity
    sap: int
    state: MeterState
    reason: Reason
    since_utc_s: int

    @property
    def serial(self) -> str:
        """Number on its case."""
        return self.identity.serial

    @property
    def eui48(self) -> bytes:
        """Address of its modem."""
        return self.identity.eui48

    @property
    def is_registered(self) -> bool:
        """True if it is read and may be spoken to."""
        return self.state is MeterState.REGISTERED


class Registry:
    """The register of one concentrator.

    Args:
        memory: where it is kept.
        first_sap: address of the first meter.
        whitelist: serials that are expected; None: any.
    """

    __slots__ = ("_by_sap", "_first_sap", "_memory", "_next_sap", "whitelist")

    def __init__(self, memory: Nvm, first_sap: int = 16, whitelist: frozenset[str] | None = None) -> None:
        self._memory = memory
        self._by_sap: dict[int, MeterRecord] = {}
        self._first_sap = self._next_sap = first_sap
        self.whitelist = whitelist

    def __iter__(self) -> Iterator[MeterRecord]:
        return iter(self._by_sap.values())

    def __len__(self) -> int:
        return len(self._by_sap)

    def load(self) -> None:
        """Take up what the memory holds: a slot for each meter, and how many there are."""
        self._next_sap = int(self._memory.get(_SLOT) or self._first_sap)
        kept = (
            (sap, self._memory.get(f"{_METER_SLOT}{sap}")) for sap in range(self._first_sap, self._next_sap)
        )
        self._by_sap = {sap: _record(json.loads(text)) for sap, text in kept if text is not None}

    def by_sap(self, sap: int) -> MeterRecord | None:
        """The meter at a server address."""
        return self._by_sap.get(sap)

    def by_serial(self, serial: str) -> MeterRecord | None:
        """The meter of that serial: the registered one where several claim it."""
        found = [record for record in self if record.serial == serial]
        return next((record for record in found if record.is_registered), found[0] if found else None)

    def by_eui48(self, eui48: bytes) -> MeterRecord | None:
        """The meter behind a modem: the registered one where several claim the address."""
        found = [record for record in self if record.eui48 == eui48]
        return next((record for record in found if record.is_registered), found[0] if found else None)

    def find(self, name: str) -> MeterRecord:
        """The meter that an operator calls by serial, or by EUI-48 in hexadecimal.

        Raises:
            OrderError: ``unknown-meter``.
        """
        record = self.by_serial(name)
        if record is None:
            record = next((item for item in self if item.eui48.hex() == name.lower()), None)
        if record is None:
            raise OrderError("unknown-meter", f"no meter {name[:40]!r} is known here")
        return record

    def suspicion(self, identity: Identity) -> Reason:
        """Suspicion against a newcomer, before its keys are tried; `Reason.NONE` where nothing is."""
        if self.whitelist is not None and identity.serial not in self.whitelist:
            return Reason.ROGUE_SERIAL
        at_modem = self.by_eui48(identity.eui48)
        if at_modem is not None and at_modem.serial != identity.serial:
            return Reason.DUPLICATE_EUI48
        of_serial = self.by_serial(identity.serial)
        if of_serial is not None and of_serial.eui48 != identity.eui48:
            return Reason.DUPLICATE_SERIAL
        return Reason.NONE

    def state_of(self, identity: Identity) -> MeterState | None:
        """The state of somebody who says so of himself; None of a newcomer."""
        known = next((item for item in self if _same(item.identity, identity)), None)
        return None if known is None else known.state

    def enter(self, identity: Identity, reason: Reason, utc_s: int) -> MeterRecord:
        """Enter a newcomer, or what is now thought of somebody known; the record as it is kept."""
        event = MeterEvent.SUSPECTED if reason else MeterEvent.PROVED
        known = next((item for item in self if _same(item.identity, identity)), None)
        state = after(None if known is None else known.state, event)
        assert state is not None  # noqa: S101 - the table knows what a newcomer becomes
        if known is None:
            record = MeterRecord(identity, self._take_sap(), state, reason, utc_s)
        else:
            keeps = state is known.state and not reason
            record = replace(known, identity=identity, state=state, reason=known.reason if keeps else reason)
        if record != known:
            self._keep(record)
        return record

    def suspect(self, record: MeterRecord, reason: Reason) -> MeterRecord:
        """Put a meter into quarantine."""
        state = after(record.state, MeterEvent.SUSPECTED)
        return self._keep(replace(record, state=state or record.state, reason=reason))

    def decide(self, name: str, *, trusted: bool) -> MeterRecord:
        """Decision of an operator on a meter: confirm it, or reject it.

        Confirming one of two that claim the same serial or modem rejects the other.

        Raises:
            OrderError: ``unknown-meter``.
        """
        record = self._claimant(name) if trusted else self.find(name)
        event = MeterEvent.CONFIRMED if trusted else MeterEvent.REFUSED
        state = after(record.state, event) or record.state
        decided = replace(record, state=state, reason=Reason.NONE if trusted else record.reason)
        if trusted:
            for rival in [item for item in self if item.sap != record.sap and _rivals(item, record)]:
                refused = after(rival.state, MeterEvent.REFUSED) or rival.state
                self._keep(replace(rival, state=refused))
        return self._keep(decided)

    def counts(self) -> dict[str, int]:
        """Number of meters in each state."""
        return {str(state): sum(record.state is state for record in self) for state in MeterState}

    def _claimant(self, name: str) -> MeterRecord:
        """Meter that an operator means to confirm: of several, the one that is not registered yet."""
        waiting = [
            item
            for item in self
            if name in (item.serial, item.eui48.hex()) and item.state is MeterState.QUARANTINED
        ]
        return waiting[0] if waiting else self.find(name)

    def _take_sap(self) -> int:
        sap = self._next_sap
        self._next_sap = sap + (2 if sap + 1 == _ALL_STATION_SAP else 1)
        return sap

    def _keep(self, record: MeterRecord) -> MeterRecord:
        """Write a record; a newcomer counts once it is written whole."""
        self._memory.put(f"{_METER_SLOT}{record.sap}", json.dumps(_row(record)))
        if record.sap not in self._by_sap:
            self._memory.put(_SLOT, str(self._next_sap))
        self._by_sap[record.sap] = record
        return record


def _same(known: Identity, said: Identity) -> bool:
    return (known.eui48, known.serial) == (said.eui48, said.serial)


def _rivals(one: MeterRecord, other: MeterRecord) -> bool:
    return one.serial == other.serial or one.eui48 == other.eui48


def _row(record: MeterRecord) -> dict[str, object]:
    row = asdict(record)
    row["identity"]["eui48"] = record.eui48.hex()
    return row


def _record(row: dict[str, object]) -> MeterRecord:
    identity = dict(row["identity"])  # type: ignore[call-overload]
    identity["eui48"] = bytes.fromhex(identity["eui48"])
    return MeterRecord(
        Identity(**identity),
        int(str(row["sap"])),
        MeterState(str(row["state"])),
        Reason(str(row["reason"])),
        int(str(row["since_utc_s"])),
    )
