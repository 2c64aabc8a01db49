"""The power limiter: more than the limit for too long opens the switch, and after a rest it may close again.

Source: IEC 62055-41, SetMaximumPowerLimit; the two times are the maker's (COSEM class 71 calls them minimal
durations).
"""

from dataclasses import dataclass
from typing import Any

from protocols.sts.acceptance import TokenResult
from sim.meter.units import MILLI, US_PER_S


@dataclass(frozen=True, slots=True)
class LimiterTerms:
    """The limits of one model.

    Args:
        limit_w: at the factory; 0 is no limit.
        highest_limit_w: a token that asks for more is out of range.
        over_s: how long the power may exceed the limit, 1 or more.
        rest_s: how long the switch then stays open at least, 1 or more.

    Raises:
        ValueError: a time below one second, which would open and close the switch without end.
    """

    limit_w: int
    highest_limit_w: int
    over_s: int
    rest_s: int

    def __post_init__(self) -> None:
        if self.over_s < 1 or self.rest_s < 1:
            raise ValueError(f"over_s and rest_s must be 1 or more, not {self.over_s} and {self.rest_s}")


class Limiter:
    """Watches one power; tells when to look again, never looks by itself.

    Args:
        terms: limits and times.
    """

    __slots__ = ("_limit_w", "_over_since_us", "_resting_until_us", "_terms")

    def __init__(self, terms: LimiterTerms) -> None:
        self._terms = terms
        self._limit_w = terms.limit_w
        self._over_since_us: int | None = None
        self._resting_until_us: int | None = None

    @property
    def limit_w(self) -> int:
        """The limit in force, W; 0 is none."""
        return self._limit_w

    @property
    def tripped(self) -> bool:
        """True while the switch must stay open because of too much power."""
        return self._resting_until_us is not None

    @property
    def next_look_us(self) -> int | None:
        """When `look` will have something new to say if the power stays as it is."""
        if self._resting_until_us is not None:
            return self._resting_until_us
        return None if self._over_since_us is None else self._over_since_us + self._terms.over_s * US_PER_S

    def set_limit(self, limit_w: int) -> TokenResult:
        """Put another limit in force, and end any rest."""
        if not 0 <= limit_w <= self._terms.highest_limit_w:
            return TokenResult.RANGE_ERROR
        self._limit_w = limit_w
        self._over_since_us = self._resting_until_us = None
        return TokenResult.ACCEPT

    def look(self, power_mw: int, now_us: int) -> None:
        """The power is `power_mw` from `now_us` on."""
        if self._resting_until_us is not None:
            if now_us >= self._resting_until_us:
                self._resting_until_us = None
            return
        if not self._limit_w or power_mw <= self._limit_w * MILLI:
            self._over_since_us = None
            return
        if self._over_since_us is None:
            self._over_since_us = now_us
        if now_us >= self._over_since_us + self._terms.over_s * US_PER_S:
            self._over_since_us = None
            self._resting_until_us = now_us + self._terms.rest_s * US_PER_S

    def snapshot(self) -> dict[str, Any]:
        """The limit, as plain data; a rest ends with the power."""
        return {"limit_w": self._limit_w}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the limit that was kept."""
        self._limit_w = kept["limit_w"]
        self._over_since_us = self._resting_until_us = None
