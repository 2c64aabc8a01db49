"""Availability: for how long of each day there was supply, and what of a daily fee comes back where not.

The third way of paying beside prepaid and postpaid: a fee by the day, times the measured availability (A-04).
A day begins at local midnight. What is missing of the promised hours, beyond a grace, is given back of that
day's fee in proportion; a day whose fee was not collected (no credit, switch open) gives nothing back.

Source: "pago por disponibilidad" of the specification, section 3; CREG 101 026/2022 pays for the service, not
for the energy; promise and grace are parameters [A].
"""

from dataclasses import dataclass
from typing import Any

from sim.meter.units import S_PER_DAY, US_PER_S

_PERCENT = 100
_DAY_US = S_PER_DAY * US_PER_S


@dataclass(frozen=True, slots=True)
class AvailabilityTerms:
    """Promise of a model.

    Args:
        promised_s: of each day, 0 to 86 400; 0: availability is neither counted nor paid for.
        grace_percent: of the promise, 0 to 100: so much may be missing at no cost.
        fee: logical name of the charge by the day that is given back; empty: nothing is.

    Raises:
        ValueError: a number out of range.
    """

    promised_s: int = 0
    grace_percent: int = 0
    fee: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.promised_s <= S_PER_DAY or not 0 <= self.grace_percent <= _PERCENT:
            raise ValueError("promised_s must be 0 to 86400 and grace_percent 0 to 100")


class Availability:
    """The counters.

    Attributes:
        last_day_us: of the last whole day, microseconds.
        total_us: of all whole days and of this one so far.
        days: whole days that were counted.
        short_days: how many of them were below the promise, beyond the grace.
        refunded_nj: all that was given back.

    Args:
        terms: promise and grace.
    """

    __slots__ = (
        "_available",
        "_since_us",
        "_today_us",
        "days",
        "last_day_us",
        "refunded_nj",
        "short_days",
        "terms",
        "total_us",
    )

    def __init__(self, terms: AvailabilityTerms) -> None:
        self.terms = terms
        self._today_us = 0
        self._since_us, self._available = 0, False
        self.last_day_us = self.total_us = 0
        self.days = self.short_days = self.refunded_nj = 0

    @property
    def today_us(self) -> int:
        """Of this day, up to the last look."""
        return self._today_us

    def look(self, *, available: bool, now_us: int) -> None:
        """There is supply, or not, from `now_us` on, in the world's time."""
        if self._available:
            self._today_us += now_us - self._since_us
            self.total_us += now_us - self._since_us
        self._since_us, self._available = now_us, available

    def close_day(self, fee_nj: int) -> int:
        """A day ends.

        Args:
            fee_nj: what was collected for it.

        Returns:
            What is to be given back, nJ.
        """
        served_us, self._today_us = min(self._today_us, _DAY_US), 0
        self.last_day_us = served_us
        self.days += 1
        promised_us = self.terms.promised_s * US_PER_S
        missing_us = max(0, promised_us - served_us)
        if missing_us * _PERCENT <= promised_us * self.terms.grace_percent:
            return 0
        self.short_days += 1
        back_nj = fee_nj * missing_us // promised_us
        self.refunded_nj += back_nj
        return back_nj

    def snapshot(self) -> dict[str, Any]:
        """As plain data; of a model that counts nothing, nothing."""
        if not self.terms.promised_s:
            return {}
        return {
            "today_us": self._today_us,
            "last_day_us": self.last_day_us,
            "total_us": self.total_us,
            "days": self.days,
            "short_days": self.short_days,
            "refunded_nj": self.refunded_nj,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept; nothing is available until the next look."""
        if not kept:
            return
        self._today_us, self._available = kept["today_us"], False
        self.last_day_us, self.total_us = kept["last_day_us"], kept["total_us"]
        self.days, self.short_days = kept["days"], kept["short_days"]
        self.refunded_nj = kept["refunded_nj"]
