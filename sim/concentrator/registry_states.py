"""The states of a meter at its concentrator, and what moves it from one to another: a table."""

from enum import StrEnum


class MeterState(StrEnum):
    """How far a meter is trusted."""

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
    """What happens to a meter's registration."""

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
