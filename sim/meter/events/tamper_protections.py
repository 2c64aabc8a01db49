"""Tamper detection, and the protections of Figure 7: what each does to log, push and relay, as one table.

Each attack on a cover or with a magnet counts once, latches, and is forgotten only by a clear.

======================== ============ ============ ==========================================================
protection               begins with  ends with    raised by
======================== ============ ============ ==========================================================
terminal cover           40           41           its sensor
overload                 210          211          the watch of the current (`sim.meter.supply.power_quality`)
power-off                1            2            the end of the mains
magnet                   42           43           its sensor
reverse connection       207          208          power that flows backwards
significant reverse      214          215          more than so much energy backwards within a window
energy
======================== ============ ============ ==========================================================

Every begin and end is an event in its log, and may set a push off (the push setup names the codes). What
the relay does is the policy of the model: nothing, open while it lasts and for a rest after it, or open
until a ClearTamperCondition token says so.

Sources: IEC 62055-41, ClearTamperCondition; OBIS 0.0.96.20.x; F7-11 of the specification; the policies are
parameters (PAY-12).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from protocols.field.events import EventCode
from sim.meter.units import US_PER_S

# ------------------------------------------------------------ protections


class Protection(StrEnum):
    """Protections of the meter and of its owner."""

    TERMINAL_COVER = "terminal-cover"
    OVERLOAD = "overload"
    POWER_OFF = "power-off"
    MAGNET = "magnet"
    REVERSE_CONNECTION = "reverse-connection"
    SIGNIFICANT_REVERSE_ENERGY = "significant-reverse-energy"


class RelayPolicy(StrEnum):
    """Policy of the relay."""

    LOG = "log"
    OPEN = "open"
    OPEN_UNTIL_CLEARED = "open-until-cleared"


#: protection -> (event when it begins, event when it ends)
PROTECTION_EVENTS: dict[Protection, tuple[EventCode, EventCode]] = {
    Protection.TERMINAL_COVER: (EventCode.TERMINAL_COVER_REMOVED, EventCode.TERMINAL_COVER_CLOSED),
    Protection.OVERLOAD: (EventCode.OVERLOAD, EventCode.NO_OVERLOAD),
    Protection.POWER_OFF: (EventCode.POWER_DOWN, EventCode.POWER_UP),
    Protection.MAGNET: (EventCode.STRONG_FIELD, EventCode.NO_STRONG_FIELD),
    Protection.REVERSE_CONNECTION: (EventCode.REVERSE_ENERGY, EventCode.NO_REVERSE_ENERGY),
    Protection.SIGNIFICANT_REVERSE_ENERGY: (
        EventCode.SIGNIFICANT_REVERSE_ENERGY,
        EventCode.NO_SIGNIFICANT_REVERSE_ENERGY,
    ),
}
#: event -> (protection, whether it begins)
_OF_EVENT: dict[EventCode, tuple[Protection, bool]] = {
    code: (kind, code is codes[0]) for kind, codes in PROTECTION_EVENTS.items() for code in codes
}


@dataclass(frozen=True, slots=True)
class ProtectionTerms:
    """The protections of a model.

    Args:
        relay: protection -> policy; what is left out is only logged.
        rest_s: with the policy *open*, how long the relay stays open after the end, 1 or more.
        sre_wh: energy backwards within a window that is significant, Wh; 0: it is not watched.
        sre_window_s: length of that window, 1 or more. It begins with the first energy backwards.

    Raises:
        ValueError: a time below one second, or a negative energy.
    """

    relay: Mapping[Protection, RelayPolicy] = field(default_factory=dict)
    rest_s: int = 60
    sre_wh: int = 0
    sre_window_s: int = 86_400

    def __post_init__(self) -> None:
        if self.rest_s < 1 or self.sre_window_s < 1 or self.sre_wh < 0:
            raise ValueError("rest_s and sre_window_s must be 1 or more, and sre_wh 0 or more")

    def policy(self, kind: Protection) -> RelayPolicy:
        """Policy of the relay at that protection."""
        return self.relay.get(kind, RelayPolicy.LOG)


def protection_terms(table: Mapping[str, Any]) -> ProtectionTerms:
    """The terms from the ``[protections]`` section of a profile.

    Raises:
        TypeError, ValueError: something is unknown or out of range.
    """
    plain = dict(table)
    relay = {Protection(name): RelayPolicy(policy) for name, policy in plain.pop("relay", {}).items()}
    return ProtectionTerms(relay, **plain)


class Protections:
    """State of the protections: those raised, and those that hold the relay open.

    Args:
        terms: the policies.
    """

    __slots__ = ("_active", "_held", "_resting_until_us", "terms")

    def __init__(self, terms: ProtectionTerms) -> None:
        self.terms = terms
        self._active: set[Protection] = set()
        self._held: set[Protection] = set()
        self._resting_until_us: int | None = None

    @property
    def active(self) -> tuple[Protection, ...]:
        """Protections raised now, in the order of the table."""
        return tuple(kind for kind in Protection if kind in self._active)

    @property
    def held(self) -> tuple[Protection, ...]:
        """Protections that hold the relay open until they are cleared."""
        return tuple(kind for kind in Protection if kind in self._held)

    @property
    def next_look_us(self) -> int | None:
        """End of a rest, in the world's time."""
        return self._resting_until_us

    def forbids_supply(self) -> bool:
        """True while the relay must be open."""
        opening = any(self.terms.policy(kind) is RelayPolicy.OPEN for kind in self._active)
        return opening or bool(self._held) or self._resting_until_us is not None

    def note(self, code: EventCode, now_us: int) -> bool:
        """Something was logged: raise or end what it stands for.

        Returns:
            True where the relay may have to follow.
        """
        kind, begins = _OF_EVENT.get(code, (None, False))
        if kind is None:
            return False
        policy = self.terms.policy(kind)
        if begins:
            self._active.add(kind)
            if policy is RelayPolicy.OPEN_UNTIL_CLEARED:
                self._held.add(kind)
        elif kind in self._active:
            self._active.discard(kind)
            if policy is RelayPolicy.OPEN:
                self._resting_until_us = now_us + self.terms.rest_s * US_PER_S
        return policy is not RelayPolicy.LOG

    def look(self, now_us: int) -> bool:
        """It is `now_us`: end a rest that is over; True where that is so."""
        if self._resting_until_us is None or now_us < self._resting_until_us:
            return False
        self._resting_until_us = None
        return True

    def power_came_back(self) -> None:
        """Forget overload, which needs power to be noticed, and any rest."""
        self._active.discard(Protection.OVERLOAD)
        self._resting_until_us = None

    def change(self, **values: Any) -> None:
        """Put other terms in force; what holds the relay open by a policy that is gone holds it no longer.

        Raises:
            ValueError: a value out of range.
        """
        self.terms = replace(self.terms, **values)
        latching = {kind for kind in self._held if self.terms.policy(kind) is RelayPolicy.OPEN_UNTIL_CLEARED}
        self._held = latching

    def clear(self) -> None:
        """A ClearTamperCondition token: what is over holds the relay no longer; what goes on still does."""
        self._held &= self._active

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        terms = self.terms
        return {
            "active": [kind.value for kind in self.active],
            "held": [kind.value for kind in self.held],
            "relay": {kind.value: terms.policy(kind).value for kind in Protection},
            "others": [terms.rest_s, terms.sre_wh, terms.sre_window_s],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        relay = {Protection(name): RelayPolicy(policy) for name, policy in kept["relay"].items()}
        self.terms = ProtectionTerms(relay, *kept["others"])
        self._active = {Protection(name) for name in kept["active"]}
        self._held = {Protection(name) for name in kept["held"]}
        self._resting_until_us = None


# ------------------------------------------------------------ tamper detection


class TamperKind(StrEnum):
    """Kinds of attack on the meter, by the names that the control surface uses."""

    METER_COVER = "meter"
    TERMINAL_COVER = "terminal"
    MAGNET = "magnet"


#: kind -> (the event when it begins, the event when it ends)
TAMPER_EVENTS: dict[TamperKind, tuple[EventCode, EventCode]] = {
    TamperKind.METER_COVER: (EventCode.METER_COVER_REMOVED, EventCode.METER_COVER_CLOSED),
    TamperKind.TERMINAL_COVER: (EventCode.TERMINAL_COVER_REMOVED, EventCode.TERMINAL_COVER_CLOSED),
    TamperKind.MAGNET: (EventCode.STRONG_FIELD, EventCode.NO_STRONG_FIELD),
}


@dataclass(slots=True)
class _Attack:
    present: bool = False
    latched: bool = False
    count: int = 0
    last_epoch_us: int | None = None


@dataclass(slots=True)
class TamperDetector:
    """The sensors and what they remember."""

    _attacks: dict[TamperKind, _Attack] = field(
        default_factory=lambda: {kind: _Attack() for kind in TamperKind}
    )

    @property
    def alarm(self) -> bool:
        """True from the first attack until it is over *and* cleared."""
        return any(attack.latched for attack in self._attacks.values())

    def present(self, kind: TamperKind) -> bool:
        """True while the attack goes on."""
        return self._attacks[kind].present

    def count(self, kind: TamperKind) -> int:
        """Number of times that it began."""
        return self._attacks[kind].count

    def last_epoch_us(self, kind: TamperKind) -> int | None:
        """Last begin, by the meter's clock; None for never."""
        return self._attacks[kind].last_epoch_us

    def sense(self, kind: TamperKind, *, present: bool, epoch_us: int) -> EventCode | None:
        """The sensor of `kind` shows `present`.

        Returns:
            The event to log, or None where nothing changed.
        """
        attack = self._attacks[kind]
        if attack.present == present:
            return None
        attack.present = present
        if present:
            attack.latched = True
            attack.count += 1
            attack.last_epoch_us = epoch_us
        began, ended = TAMPER_EVENTS[kind]
        return began if present else ended

    def clear(self) -> None:
        """Forget every attack that is over; one that still goes on keeps its alarm. Counters stay."""
        for attack in self._attacks.values():
            attack.latched = attack.present

    def snapshot(self) -> dict[str, Any]:
        """Memory of the sensors, as plain data."""
        return {
            kind.value: (attack.present, attack.latched, attack.count, attack.last_epoch_us)
            for kind, attack in self._attacks.items()
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._attacks = {kind: _Attack(*kept[kind.value]) for kind in TamperKind}
