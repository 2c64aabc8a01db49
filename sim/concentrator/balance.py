"""Line loss: what the totaliser at the transformer counted, against the sum of its meters (R6.2-01).

``R = E_tot - sum(E_i) - E_TL``, ``r = R / E_tot``, per interval and per day. A day with too few values is not
judged. More than the warning share over a day is a warning, more than the alarm share on some days of a
window an alarm, and a negative one means wrong wiring or a meter of another transformer.

Source: regulation.md 5.1
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sim.concentrator.terms import DAY_S, BalanceTerms


class Verdict(StrEnum):
    """What a day's balance says."""

    NORMAL = "normal"
    WARNING = "warning"
    ALARM = "alarm"
    NEGATIVE = "negative"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class DayBalance:
    """The balance of one day.

    Args:
        day_utc_s: its begin, s since 1970.
        totaliser_wh: energy that the totaliser counted, Wh.
        meters_wh: energy that the meters counted, Wh.
        technical_wh: assumed technical loss, Wh.
        coverage_percent: share of the values that were there.
        verdict: what it says.
    """

    day_utc_s: int
    totaliser_wh: int
    meters_wh: int
    technical_wh: int
    coverage_percent: float
    verdict: Verdict

    @property
    def loss_percent(self) -> float:
        """What is missing, as a share of the totaliser's energy; 0 where that counted nothing."""
        return _share(self.totaliser_wh, self.meters_wh, self.technical_wh)


def _share(totaliser_wh: int, meters_wh: int, technical_wh: int) -> float:
    if totaliser_wh <= 0:
        return 0.0
    return 100 * (totaliser_wh - meters_wh - technical_wh) / totaliser_wh


#: End of an interval, s since 1970 -> register, Wh.
Readings = Mapping[int, int]


class LineLoss:
    """The balance of one transformer.

    Args:
        terms: thresholds.
        deviation_minutes: minutes from local time to UTC: days are local.

    Attributes:
        terms: may be replaced.
        days: the last judged days, oldest first.
        on_verdict: told of each day that is not normal.
    """

    __slots__ = ("_deviation_s", "days", "on_verdict", "terms")

    def __init__(self, terms: BalanceTerms, deviation_minutes: int) -> None:
        self.terms = terms
        self._deviation_s = 60 * deviation_minutes
        self.days: deque[DayBalance] = deque(maxlen=100)
        self.on_verdict: Callable[[DayBalance], None] = lambda day: None

    def interval(
        self, end_s: int, totaliser: Readings, meters: Iterable[Readings]
    ) -> tuple[int, int, int] | None:
        """The balance of one interval; None where the totaliser has not both of its values.

        Returns:
            Energy of the totaliser, Wh; of the meters that have both values, Wh; how many these are.
        """
        begin_s = end_s - self.terms.period_s
        if begin_s not in totaliser or end_s not in totaliser:
            return None
        known = [item[end_s] - item[begin_s] for item in meters if begin_s in item and end_s in item]
        return totaliser[end_s] - totaliser[begin_s], sum(known), len(known)

    def day_of(self, instant_s: int) -> int:
        """Begin of the local day that an interval ending at `instant_s` belongs to, s since 1970."""
        local_s = instant_s - self._deviation_s - 1
        return local_s // DAY_S * DAY_S + self._deviation_s

    def judge(self, day_s: int, totaliser: Readings, meters: Mapping[str, Readings]) -> DayBalance:
        """The balance of the local day that begins at `day_s`; it is kept, and told if it is not normal.

        A register is read at both ends of the day, so that a hole in between costs nothing; a meter without
        both is missing.
        """
        end_s = day_s + DAY_S
        found = {serial: _over(readings, day_s, end_s) for serial, readings in meters.items()}
        known = [energy_wh for energy_wh in found.values() if energy_wh is not None]
        total_wh = _over(totaliser, day_s, end_s)
        coverage = 100 * len(known) / len(meters) if meters else 0.0
        technical_wh = round((total_wh or 0) * self.terms.technical_percent / 100)
        day = DayBalance(
            day_s,
            total_wh or 0,
            sum(known),
            technical_wh,
            0.0 if total_wh is None else coverage,
            Verdict.UNJUDGED,
        )
        day = DayBalance(
            day.day_utc_s,
            day.totaliser_wh,
            day.meters_wh,
            day.technical_wh,
            day.coverage_percent,
            self._verdict(day),
        )
        self.days.append(day)
        if day.verdict not in (Verdict.NORMAL, Verdict.UNJUDGED):
            self.on_verdict(day)
        return day

    def _verdict(self, day: DayBalance) -> Verdict:
        terms = self.terms
        if day.totaliser_wh <= 0 or day.coverage_percent < terms.coverage_percent:
            return Verdict.UNJUDGED
        if day.loss_percent < terms.negative_percent:
            return Verdict.NEGATIVE
        first_s = day.day_utc_s - (terms.window_days - 1) * DAY_S
        window = [item for item in self.days if item.day_utc_s >= first_s] + [day]
        bad = sum(
            item.loss_percent > terms.alarm_percent
            for item in window
            if item is day or item.verdict is not Verdict.UNJUDGED
        )
        if bad >= terms.alarm_days and day.loss_percent > terms.alarm_percent:
            return Verdict.ALARM
        return Verdict.WARNING if day.loss_percent > terms.warning_percent else Verdict.NORMAL


def _over(readings: Readings, begin_s: int, end_s: int) -> int | None:
    if begin_s not in readings or end_s not in readings:
        return None
    return readings[end_s] - readings[begin_s]
