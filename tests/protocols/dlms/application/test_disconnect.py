"""The transitions of the disconnect control against the letters of the modes, written out independently."""

import pytest

from protocols.dlms.cosem.disconnect import (
    ALLOWED,
    ARROWS,
    TRANSITIONS,
    ControlMode,
    ControlState,
    Letter,
    Trigger,
    letter_for,
    next_state,
)

OFF, ON, READY = ControlState.DISCONNECTED, ControlState.CONNECTED, ControlState.READY_FOR_RECONNECTION


@pytest.mark.parametrize(
    ("mode", "letters"),
    [
        (0, ""),
        (1, "bcdefg"),
        (2, "abcefg"),
        (3, "bcdeg"),
        (4, "abceg"),
        (5, "bcdefgh"),
        (6, "bcdegh"),
        (7, "abceghi"),
    ],
)
def test_letters_of_each_mode(mode: int, letters: str) -> None:
    assert sorted(letter.value for letter in ALLOWED[ControlMode(mode)]) == list(letters)


@pytest.mark.parametrize(
    ("letter", "source", "target"),
    [
        ("a", OFF, ON),
        ("b", ON, OFF),
        ("c", READY, OFF),
        ("d", OFF, READY),
        ("e", READY, ON),
        ("f", ON, READY),
        ("g", ON, READY),
        ("h", READY, ON),
        ("i", OFF, ON),
    ],
)
def test_what_each_letter_does(letter: str, source: ControlState, target: ControlState) -> None:
    found = {(key[1], value) for key, value in TRANSITIONS.items() if key[2] is Letter(letter)}
    assert found == {(source, target)}


@pytest.mark.parametrize("mode", ControlMode)
@pytest.mark.parametrize("state", ControlState)
@pytest.mark.parametrize("trigger", Trigger)
def test_a_trigger_has_one_meaning(mode: ControlMode, state: ControlState, trigger: Trigger) -> None:
    letters = [
        letter
        for letter in ALLOWED[mode]
        if ARROWS[letter].trigger is trigger and ARROWS[letter].source is state
    ]
    assert len(letters) <= 1
    assert letter_for(mode, state, trigger) == (letters[0] if letters else None)
    assert next_state(mode, state, trigger) == (ARROWS[letters[0]].target if letters else None)


def test_prepayment_opens_at_zero_and_closes_by_itself_only_in_modes_5_and_6() -> None:
    closing = {mode for mode in ControlMode if next_state(mode, READY, Trigger.LOCAL_RECONNECT) is ON}
    opening = {mode for mode in ControlMode if next_state(mode, ON, Trigger.LOCAL_DISCONNECT) is READY}
    assert closing == {ControlMode.MODE_5, ControlMode.MODE_6, ControlMode.MODE_7}
    assert opening == set(ControlMode) - {ControlMode.MODE_0}
