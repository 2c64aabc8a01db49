"""The entry buffer behind the twelve keys, as a table of transitions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

DIGITS = frozenset("0123456789")
OK = "ok"
DELETE = "del"
KEYS = DIGITS | {OK, DELETE}

LONGEST_ENTRY = 20


class EntryState(Enum):
    """Whether somebody is typing."""

    IDLE = "idle"
    TYPING = "typing"


class KeyKind(Enum):
    """The three kinds of keys, and the absence of any for too long."""

    DIGIT = "digit"
    OK = "ok"
    DELETE = "del"
    TIME_OUT = "time-out"


@dataclass(slots=True)
class Keypad:
    """Collects digits until ``ok``.

    Back-space on the last digit ends the entry; a digit beyond the twentieth is not taken.
    """

    digits: str = field(default="", init=False)

    @property
    def state(self) -> EntryState:
        """Whether an entry is under way."""
        return EntryState.TYPING if self.digits else EntryState.IDLE

    def press(self, key: str) -> str | None:
        """One key.

        Returns:
            The finished entry when this key ended it, else None.

        Raises:
            ValueError: there is no such key.
        """
        if key not in KEYS:
            raise ValueError(f"there is no key {key!r} on the customer unit")
        kind = KeyKind.DIGIT if key in DIGITS else KeyKind(key)
        return self._do(kind, key)

    def time_out(self) -> None:
        """Nobody pressed a key for too long: forget what was typed."""
        self._do(KeyKind.TIME_OUT, "")

    def _do(self, kind: KeyKind, key: str) -> str | None:
        transition = TRANSITIONS.get((self.state, kind))
        if transition is None:
            return None
        self.digits, entry = transition(self.digits, key)
        return entry


#: What was typed and the key -> what is typed now, and the finished entry if there is one.
Transition = Callable[[str, str], tuple[str, str | None]]


def _append(digits: str, key: str) -> tuple[str, None]:
    return (digits + key)[:LONGEST_ENTRY], None


def _back_space(digits: str, _key: str) -> tuple[str, None]:
    return digits[:-1], None


def _finish(digits: str, _key: str) -> tuple[str, str]:
    return "", digits


def _forget(_digits: str, _key: str) -> tuple[str, None]:
    return "", None


#: (state, kind of key) -> transition; a pair that is missing does nothing.
TRANSITIONS: dict[tuple[EntryState, KeyKind], Transition] = {
    (EntryState.IDLE, KeyKind.DIGIT): _append,
    (EntryState.TYPING, KeyKind.DIGIT): _append,
    (EntryState.TYPING, KeyKind.DELETE): _back_space,
    (EntryState.TYPING, KeyKind.OK): _finish,
    (EntryState.TYPING, KeyKind.TIME_OUT): _forget,
}
