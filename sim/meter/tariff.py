"""What of a tariff can be set: the calendar with its passive copy, the special days, and the register masks.

Source: IEC 62056-6-2, Activity calendar, Special days table, Register activation
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sim.meter.activity_calendar import (
    CalendarTables,
    DayAction,
    holding,
    next_change,
    tables_from_plain,
    tables_to_plain,
)
from sim.meter.patterns import DatePattern
from sim.meter.zone import NEVER_OCTETS, LocalZone


class ActivityCalendar:
    """The calendar of one meter.

    Args:
        tables: active at the factory; the passive copy is the same.
        special: index -> date and day-id.
    """

    __slots__ = ("activation", "activation_us", "active", "passive", "special")

    def __init__(self, tables: CalendarTables, special: Mapping[int, tuple[DatePattern, int]]) -> None:
        self.active = self.passive = tables
        self.special = dict(special)
        self.activation = NEVER_OCTETS
        self.activation_us: int | None = None

    def set_activation(self, octets: bytes, epoch_us: int | None) -> None:
        """Let the passive copy become active at an instant; None for never.

        Args:
            octets: as the client wrote it.
            epoch_us: the instant that it names.
        """
        self.activation, self.activation_us = octets, epoch_us

    def activate_passive(self) -> None:
        """The passive copy becomes active, too."""
        self.active = self.passive
        self.set_activation(NEVER_OCTETS, None)

    def holding(self, local: datetime) -> DayAction | None:
        """The action that holds at a local moment."""
        return holding(self.active, self.special, local)

    def next_us(self, after_us: int, zone: LocalZone) -> int | None:
        """When something of it changes by itself after an instant, None where nothing does."""
        change = next_change(self.active, self.special, zone.local(after_us))
        instants = [self.activation_us, None if change is None else zone.epoch_us(change)]
        return min(
            (instant for instant in instants if instant is not None and instant > after_us), default=None
        )

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "active": tables_to_plain(self.active),
            "passive": tables_to_plain(self.passive),
            "special": [[key, day.to_octets().hex(), kind] for key, (day, kind) in self.special.items()],
            "activation": [self.activation.hex(), self.activation_us],
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept; copies that did not change stay the ones that all meters share."""
        for name in ("active", "passive"):
            if tables_to_plain(getattr(self, name)) != kept[name]:
                setattr(self, name, tables_from_plain(kept[name]))
        self.special = {
            key: (DatePattern.from_octets(bytes.fromhex(day)), kind) for key, day, kind in kept["special"]
        }
        octets, epoch_us = kept["activation"]
        self.set_activation(bytes.fromhex(octets), epoch_us)


@dataclass(frozen=True, slots=True)
class MaskTerms:
    """Registers and masks of a new meter.

    Args:
        registers: class-id and logical name (six octets) of each register, in order.
        masks: name -> numbers of registers, counted from 1.
        active: name of the mask that holds.
    """

    registers: tuple[tuple[int, bytes], ...] = ()
    masks: tuple[tuple[bytes, tuple[int, ...]], ...] = ()
    active: bytes = b""


#: What decides which registers count: the numbers of the active mask, and all registers.
_Counted = tuple[tuple[int, ...], tuple[tuple[int, bytes], ...]]


class RegisterActivation:
    """Which registers count: those of the active mask. Without any register it has no say.

    Args:
        terms: of a new meter.
        names: logical name (six octets) -> what the meter calls the register behind it.
    """

    __slots__ = ("_counting", "_names", "active_mask", "masks", "registers")

    def __init__(self, terms: MaskTerms, names: Mapping[bytes, str]) -> None:
        self._names = names
        self._counting: dict[str, tuple[_Counted, frozenset[str]]] = {}
        self.registers = list(terms.registers)
        self.masks: dict[bytes, tuple[int, ...]] = dict(terms.masks)
        self.active_mask = terms.active

    def counting(self, prefix: str) -> frozenset[str]:
        """Names of the registers that count now and whose name begins with `prefix`, without it."""
        counted: _Counted = (self.masks.get(self.active_mask, ()), tuple(self.registers))
        known = self._counting.get(prefix)
        if known is None or known[0] != counted:
            known = self._counting[prefix] = counted, self._named(prefix, *counted)
        return known[1]

    def _named(
        self, prefix: str, numbers: tuple[int, ...], registers: tuple[tuple[int, bytes], ...]
    ) -> frozenset[str]:
        found = [registers[number - 1][1] for number in numbers if 1 <= number <= len(registers)]
        named = [self._names.get(name, "") for name in found]
        return frozenset(name.removeprefix(prefix) for name in named if name.startswith(prefix))

    def activate(self, mask: bytes) -> None:
        """Let another mask hold.

        Raises:
            LookupError: there is no such mask.
        """
        if mask not in self.masks:
            raise LookupError(f"there is no mask {mask!r}")
        self.active_mask = mask

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "registers": [[class_id, name.hex()] for class_id, name in self.registers],
            "masks": [[name.hex(), list(numbers)] for name, numbers in self.masks.items()],
            "active": self.active_mask.hex(),
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        self.registers = [(class_id, bytes.fromhex(name)) for class_id, name in kept["registers"]]
        self.masks = {bytes.fromhex(name): tuple(numbers) for name, numbers in kept["masks"]}
        self.active_mask = bytes.fromhex(kept["active"])
