"""The life of a service node as a table: (state, event) -> next state; what is not here does not happen."""

from enum import Enum


class State(Enum):
    """What a service node is."""

    OFF = "off"
    SEARCHING = "searching"
    REGISTERING = "registering"
    TERMINAL = "terminal"
    SWITCH = "switch"


class Happens(Enum):
    """What changes that."""

    POWER_ON = "power on"
    POWER_OFF = "power off"
    BEACON = "beacon heard"
    REGISTERED = "registration answered"
    REFUSED = "registration refused or unanswered"
    LOST = "beacons, keep-alives or connection lost, or unregistered"
    PROMOTED = "promotion ordered"
    DEMOTED = "demotion ordered"


TRANSITIONS: dict[tuple[State, Happens], State] = {
    (State.OFF, Happens.POWER_ON): State.SEARCHING,
    (State.SEARCHING, Happens.BEACON): State.REGISTERING,
    (State.REGISTERING, Happens.REGISTERED): State.TERMINAL,
    (State.REGISTERING, Happens.REFUSED): State.SEARCHING,
    (State.TERMINAL, Happens.PROMOTED): State.SWITCH,
    (State.SWITCH, Happens.DEMOTED): State.TERMINAL,
    (State.TERMINAL, Happens.LOST): State.SEARCHING,
    (State.SWITCH, Happens.LOST): State.SEARCHING,
    (State.SEARCHING, Happens.POWER_OFF): State.OFF,
    (State.REGISTERING, Happens.POWER_OFF): State.OFF,
    (State.TERMINAL, Happens.POWER_OFF): State.OFF,
    (State.SWITCH, Happens.POWER_OFF): State.OFF,
}

#: states in which a node belongs to a subnetwork
MEMBERS = frozenset({State.TERMINAL, State.SWITCH})


def diagram() -> str:
    """The table as a Mermaid state diagram.

    >>> print(diagram().splitlines()[1])
        off --> searching: power on
    """
    rows = [f"    {old.value} --> {new.value}: {event.value}" for (old, event), new in TRANSITIONS.items()]
    return "\n".join(["stateDiagram-v2", *rows])
