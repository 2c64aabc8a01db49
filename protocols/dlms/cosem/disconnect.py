"""Transitions of the disconnect control (class 70) as data: which letters a mode allows, and their effect.

>>> TRANSITIONS[ControlMode.MODE_5, ControlState.CONNECTED, Letter.G].name
'READY_FOR_RECONNECTION'
>>> letter_for(ControlMode.MODE_4, ControlState.DISCONNECTED, Trigger.REMOTE_RECONNECT).value
'a'

The letters come from the Blue Book's state diagram; which mode allows which letter comes from a secondary
source, so a bench should name the mode it relies on. Mode 7 belongs to later editions; that its letter *i*
is a local reconnection straight from *disconnected* is [S].

Source: IEC 62056-6-2, Disconnect control, control_mode
"""

from dataclasses import dataclass
from enum import Enum, IntEnum


class ControlState(IntEnum):
    """Attribute 3."""

    DISCONNECTED = 0
    CONNECTED = 1
    READY_FOR_RECONNECTION = 2


class ControlMode(IntEnum):
    """Attribute 4; `ALLOWED` says what each mode permits."""

    MODE_0 = 0
    MODE_1 = 1
    MODE_2 = 2
    MODE_3 = 3
    MODE_4 = 4
    MODE_5 = 5
    MODE_6 = 6
    MODE_7 = 7


class Trigger(Enum):
    """Trigger: the head-end (remote), a hand at the meter (manual), a function of the meter (local)."""

    REMOTE_DISCONNECT = "remote_disconnect"
    REMOTE_RECONNECT = "remote_reconnect"
    MANUAL_DISCONNECT = "manual_disconnect"
    MANUAL_RECONNECT = "manual_reconnect"
    LOCAL_DISCONNECT = "local_disconnect"
    LOCAL_RECONNECT = "local_reconnect"


class Letter(Enum):
    """The transitions of the state diagram."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"
    F = "f"
    G = "g"
    H = "h"
    I = "i"  # noqa: E741 - the letter of the diagram


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the state diagram."""

    trigger: Trigger
    source: ControlState
    target: ControlState


_OFF, _ON, _READY = ControlState.DISCONNECTED, ControlState.CONNECTED, ControlState.READY_FOR_RECONNECTION

ARROWS: dict[Letter, Transition] = {
    Letter.A: Transition(Trigger.REMOTE_RECONNECT, _OFF, _ON),
    Letter.B: Transition(Trigger.REMOTE_DISCONNECT, _ON, _OFF),
    Letter.C: Transition(Trigger.REMOTE_DISCONNECT, _READY, _OFF),
    Letter.D: Transition(Trigger.REMOTE_RECONNECT, _OFF, _READY),
    Letter.E: Transition(Trigger.MANUAL_RECONNECT, _READY, _ON),
    Letter.F: Transition(Trigger.MANUAL_DISCONNECT, _ON, _READY),
    Letter.G: Transition(Trigger.LOCAL_DISCONNECT, _ON, _READY),
    Letter.H: Transition(Trigger.LOCAL_RECONNECT, _READY, _ON),
    Letter.I: Transition(Trigger.LOCAL_RECONNECT, _OFF, _ON),
}

ALLOWED: dict[ControlMode, frozenset[Letter]] = {
    mode: frozenset(Letter(letter) for letter in letters)
    for mode, letters in {
        ControlMode.MODE_0: "",  # always connected
        ControlMode.MODE_1: "bcfgde",
        ControlMode.MODE_2: "bcfgae",
        ControlMode.MODE_3: "bcgde",
        ControlMode.MODE_4: "bcgae",
        ControlMode.MODE_5: "bcfgdeh",
        ControlMode.MODE_6: "bcgdeh",
        ControlMode.MODE_7: "bcgaehi",
    }.items()
}

# (mode, state, letter) -> state; a triple that is not here is not allowed.
TRANSITIONS: dict[tuple[ControlMode, ControlState, Letter], ControlState] = {
    (mode, ARROWS[letter].source, letter): ARROWS[letter].target
    for mode, letters in ALLOWED.items()
    for letter in letters
}


def letter_for(mode: ControlMode, state: ControlState, trigger: Trigger) -> Letter | None:
    """The letter that `trigger` stands for in `mode` and `state`, None when nothing happens."""
    for letter, arrow in ARROWS.items():
        if arrow.trigger is trigger and (mode, state, letter) in TRANSITIONS:
            return letter
    return None


def next_state(mode: ControlMode, state: ControlState, trigger: Trigger) -> ControlState | None:
    """The state after `trigger`, None when `mode` does not allow it in `state`."""
    letter = letter_for(mode, state, trigger)
    return None if letter is None else TRANSITIONS[mode, state, letter]
