"""The captured profiles of a meter, by name, and the status of the interval that runs.

The bits of the status are those of the AMR profile status of DSMR and IDIS [M].

Source: IEC 62056-6-2, Profile generic
"""

from collections.abc import Callable, Iterable
from enum import IntFlag
from typing import Any

from sim.meter.load_profile import LoadProfile, ProfileTerms
from sim.meter.ring import Ring


class IntervalStatus(IntFlag):
    """What happened in an interval, as the status column shows it."""

    CRITICAL_ERROR = 0x01
    CLOCK_INVALID = 0x02
    DATA_NOT_VALID = 0x04
    DAYLIGHT_SAVING = 0x08
    CLOCK_ADJUSTED = 0x20
    POWER_DOWN = 0x80


_NOTHING = IntervalStatus(0)


class CapturedProfiles:
    """Every profile of a meter.

    Args:
        terms: one for each.
        make: makes one of them.
    """

    __slots__ = ("_flags", "profiles", "rings")

    def __init__(
        self, terms: Iterable[ProfileTerms], make: Callable[[ProfileTerms], LoadProfile] = LoadProfile
    ) -> None:
        self.profiles: dict[str, LoadProfile] = {item.name: make(item) for item in terms}
        #: Their rings, to be kept cell by cell.
        self.rings: dict[str, Ring] = {name: item.ring for name, item in self.profiles.items()}
        self._flags: dict[str, IntervalStatus] = dict.fromkeys(self.profiles, _NOTHING)

    def status(self, name: str) -> IntervalStatus:
        """What happened in the interval that runs."""
        return self._flags[name]

    def mark(self, flag: IntervalStatus) -> None:
        """Something happened: it stands in the interval that runs of every profile."""
        for name in self._flags:
            self._flags[name] |= flag

    def unmark(self, name: str) -> None:
        """A new interval of this profile begins."""
        self._flags[name] = _NOTHING

    @property
    def shapes(self) -> dict[str, Any]:
        """What is to be kept of each beside its rows: shape and status."""
        return {name: [*item.shape, int(self._flags[name])] for name, item in self.profiles.items()}

    def snapshot(self) -> dict[str, Any]:
        """Everything, as plain data."""
        rows = {name: ring.snapshot() for name, ring in self.rings.items()}
        return {"shapes": self.shapes, "rows": rows}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        for name, item in self.profiles.items():
            *shape, flags = kept["shapes"][name]
            item.reshape(shape)
            item.ring.restore(kept["rows"].get(name, ()))
            self._flags[name] = IntervalStatus(flags)
