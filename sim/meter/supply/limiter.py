"""The power limiter: more than the limit for too long opens the switch, and after a rest it may close again.

It has two limits: the normal one, which a token may change, and that of an emergency, which is in force for a
while when the head-end says so. What happens over the limit is an action: opening the switch, or a script.

Source: IEC 62055-41, SetMaximumPowerLimit; IEC 62056-6-2, Limiter (its minimal durations are the times here)
"""

from dataclasses import dataclass
from typing import Any

from protocols.sts.acceptance import TokenResult
from sim.meter.units import MILLI, US_PER_S

#: Logical name of a script table, and a script in it.
ScriptReference = tuple[bytes, int]

#: The load management scripts of this meter: what they do to the switch the limiter does itself, at once.
_LOAD_SCRIPTS = bytes((0, 0, 10, 0, 106, 255))
OPEN_SWITCH: ScriptReference = (_LOAD_SCRIPTS, 1)
RELEASE_SWITCH: ScriptReference = (_LOAD_SCRIPTS, 2)
#: Thresholds travel in the power of ten of the register that is watched: tenths of a watt.
REGISTER_SCALER = -1


@dataclass(frozen=True, slots=True)
class LimiterTerms:
    """The limits of one model.

    Args:
        limit_w: at the factory; 0 is no limit.
        highest_limit_w: a token that asks for more is out of range.
        over_s: how long the power may exceed the limit, 1 or more.
        rest_s: how long the switch then stays open at least, 1 or more.
        emergency_limit_w: in force while an emergency profile is active; 0 is no limit.

    Raises:
        ValueError: a time below one second, which would open and close the switch without end.
    """

    limit_w: int
    highest_limit_w: int
    over_s: int
    rest_s: int
    emergency_limit_w: int = 0

    def __post_init__(self) -> None:
        if self.over_s < 1 or self.rest_s < 1:
            raise ValueError(f"over_s and rest_s must be 1 or more, not {self.over_s} and {self.rest_s}")


@dataclass(frozen=True, slots=True)
class EmergencyProfile:
    """Time in which the emergency limit is in force.

    Args:
        group: number of the profile; it counts only where the meter is in that group.
        begin_us: from this time by the meter's clock, microseconds since 1970; None for never.
        duration_s: for so long.
    """

    group: int = 0
    begin_us: int | None = None
    duration_s: int = 0

    @property
    def end_us(self) -> int | None:
        """End of the emergency."""
        return None if self.begin_us is None else self.begin_us + self.duration_s * US_PER_S


class Limiter:
    """Limiter of one power; it says when to look again, and never looks by itself.

    Attributes:
        emergency_limit_w: the limit of an emergency, W; 0 is none.
        emergency: when it is in force.
        groups: emergency profiles that this meter obeys.
        over_s: how long the power may exceed the limit.
        rest_s: how long it must then have been under it: the switch stays open so long.
        over: script to run above the limit; `OPEN_SWITCH` opens the switch.
        under: script to run when it is over; `RELEASE_SWITCH` lets the switch close.

    Args:
        terms: limits and times.
    """

    __slots__ = (
        "_emergency_active",
        "_limit_w",
        "_over_since_us",
        "_resting_until_us",
        "_terms",
        "emergency",
        "emergency_limit_w",
        "groups",
        "over",
        "over_s",
        "rest_s",
        "under",
    )

    def __init__(self, terms: LimiterTerms) -> None:
        self._terms = terms
        self._limit_w = terms.limit_w
        self.emergency_limit_w = terms.emergency_limit_w
        self.emergency = EmergencyProfile()
        self.groups: tuple[int, ...] = ()
        self.over_s, self.rest_s = terms.over_s, terms.rest_s
        self.over, self.under = OPEN_SWITCH, RELEASE_SWITCH
        self._emergency_active = False
        self._over_since_us: int | None = None
        self._resting_until_us: int | None = None

    @property
    def limit_w(self) -> int:
        """The normal limit, W; 0 is none."""
        return self._limit_w

    @property
    def limit_active_w(self) -> int:
        """The limit in force, W; 0 is none."""
        return self.emergency_limit_w if self._emergency_active else self._limit_w

    @property
    def highest_limit_w(self) -> int:
        """The highest limit that may be set, W."""
        return self._terms.highest_limit_w

    @property
    def emergency_active(self) -> bool:
        """True while the emergency limit is in force."""
        return self._emergency_active

    @property
    def tripped(self) -> bool:
        """True while the power was too much of late: the rest is not over."""
        return self._resting_until_us is not None

    @property
    def forbids_supply(self) -> bool:
        """True while the switch must stay open because of too much power."""
        return self.tripped and self.over == OPEN_SWITCH

    @property
    def script(self) -> ScriptReference | None:
        """Script of the present state; None where the switch is all."""
        wanted, own = (self.over, OPEN_SWITCH) if self.tripped else (self.under, RELEASE_SWITCH)
        return None if wanted == own else wanted

    @property
    def next_look_us(self) -> int | None:
        """Instant of the world at which `look` will have news if the power stays as it is."""
        if self._resting_until_us is not None:
            return self._resting_until_us
        return None if self._over_since_us is None else self._over_since_us + self.over_s * US_PER_S

    def quiet_band_mw(self, power_mw: int) -> tuple[int | None, int | None]:
        """Least and most power between which nothing new happens, seen from `power_mw`; None for no bound."""
        limit_mw = self.limit_active_w * MILLI
        if self._resting_until_us is not None or not limit_mw:
            return None, None
        return (None, limit_mw) if power_mw <= limit_mw else (limit_mw + 1, None)

    def next_profile_us(self, epoch_us: int) -> int | None:
        """Next begin or end of an emergency, by the meter's clock."""
        edges = (self.emergency.begin_us, self.emergency.end_us)
        return min((edge for edge in edges if edge is not None and edge > epoch_us), default=None)

    def set_limit(self, limit_w: int) -> TokenResult:
        """Put another normal limit in force, and end any rest."""
        if not 0 <= limit_w <= self._terms.highest_limit_w:
            return TokenResult.RANGE_ERROR
        self._limit_w = limit_w
        self._over_since_us = self._resting_until_us = None
        return TokenResult.ACCEPT

    def follow(self, epoch_us: int) -> bool:
        """The meter's clock shows `epoch_us`: begin or end an emergency; True when that changed the limit."""
        profile = self.emergency
        begin_us, end_us = profile.begin_us, profile.end_us
        active = (
            begin_us is not None
            and end_us is not None
            and begin_us <= epoch_us < end_us
            and (profile.group in self.groups)
        )
        changed, self._emergency_active = active is not self._emergency_active, active
        if changed:
            self._over_since_us = self._resting_until_us = None
        return changed

    def look(self, power_mw: int, now_us: int) -> None:
        """The power is `power_mw` from `now_us` on."""
        if self._resting_until_us is not None:
            if now_us >= self._resting_until_us:
                self._resting_until_us = None
            return
        limit_w = self.limit_active_w
        if not limit_w or power_mw <= limit_w * MILLI:
            self._over_since_us = None
            return
        if self._over_since_us is None:
            self._over_since_us = now_us
        if now_us >= self._over_since_us + self.over_s * US_PER_S:
            self._over_since_us = None
            self._resting_until_us = now_us + self.rest_s * US_PER_S

    def snapshot(self) -> dict[str, Any]:
        """The limits, as plain data; a rest ends with the power."""
        return {
            "limit_w": self._limit_w,
            "emergency_limit_w": self.emergency_limit_w,
            "emergency": [self.emergency.group, self.emergency.begin_us, self.emergency.duration_s],
            "groups": list(self.groups),
            "times": [self.over_s, self.rest_s],
            "actions": [[table.hex(), selector] for table, selector in (self.over, self.under)],
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the limits that were kept."""
        self._limit_w = kept["limit_w"]
        self.emergency_limit_w = kept["emergency_limit_w"]
        self.emergency = EmergencyProfile(*kept["emergency"])
        self.groups = tuple(kept["groups"])
        self.over_s, self.rest_s = kept["times"]
        actions = kept["actions"]
        self.over, self.under = ((bytes.fromhex(table), selector) for table, selector in actions)
        self._over_since_us = self._resting_until_us = None
