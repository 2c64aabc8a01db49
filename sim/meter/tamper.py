"""Tamper detection: covers and magnet. Each attack counts once, latches, and is forgotten only by a clear.

Source: IEC 62055-41, ClearTamperCondition; OBIS 0.0.96.20.x.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sim.meter.events import EventCode


class TamperKind(StrEnum):
    """What can be done to the meter, by the names that the control surface uses."""

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
        """How many times it began."""
        return self._attacks[kind].count

    def last_epoch_us(self, kind: TamperKind) -> int | None:
        """When it began last, by the meter's clock; None for never."""
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
        """What the sensors remember, as plain data."""
        return {
            kind.value: (attack.present, attack.latched, attack.count, attack.last_epoch_us)
            for kind, attack in self._attacks.items()
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._attacks = {kind: _Attack(*kept[kind.value]) for kind in TamperKind}
