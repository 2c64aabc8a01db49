"""Power quality: nominal values, sags, swells, missing voltage, overload, and interruptions.

A watch looks at one number. An excursion counts when it has lasted as long as its time threshold; its worst
value and its duration are known when it ends. Code that changes the circuit calls `look`, and again when
`next_look_us` comes. The clock runs on its battery, so the duration of an interruption is known when the
power is back.

Sources: IEC 62056-6-1, sags and swells, power failures (0.0.96.7); limits are parameters of the profile
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from protocols.field.events import EventCode
from sim.meter.metering.error_model import Rated
from sim.meter.storage.ring import Ring
from sim.meter.units import MILLI, US_PER_S

# ------------------------------------------------------------ watches


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """One watch.

    Args:
        name: what the meter calls it.
        reading: the number that it looks at, by the name of a reading.
        limit: in the units of that reading.
        above: True for too much, False for too little.
        after_s: an excursion that is shorter does not count.
        begins: event when it counts.
        ends: event when it is over.
        floor: an excursion below this belongs to another watch (a sag that is an interruption).
        entries: rows of its log of excursions, 0 for none.
    """

    name: str
    reading: str
    limit: int
    above: bool
    after_s: float
    begins: EventCode
    ends: EventCode
    floor: int = 0
    entries: int = 100


class Watch:
    """Watch over the excursions of one number.

    Args:
        terms: limits and times at the factory.
    """

    __slots__ = (
        "_since_us",
        "_worst",
        "after_s",
        "count",
        "last_magnitude",
        "last_us",
        "limit",
        "open",
        "ring",
        "terms",
    )

    def __init__(self, terms: WatchTerms) -> None:
        self.terms = terms
        self.limit, self.after_s = terms.limit, terms.after_s
        self.count = 0
        self.last_us = 0
        self.last_magnitude = 0
        self.open = False
        self._since_us: int | None = None
        self._worst = 0
        # Rows: end (microseconds since 1970), duration in milliseconds, magnitude.
        self.ring = Ring(max(1, terms.entries))

    @property
    def next_look_us(self) -> int | None:
        """Instant at which an excursion that has begun will count, None where none has."""
        if self._since_us is None or self.open:
            return None
        return self._since_us + round(self.after_s * US_PER_S)

    def quiet_band(self, value: int) -> tuple[int | None, int | None]:
        """Least and most between which nothing new happens, seen from `value`: no edge, and nothing worse."""
        limit, floor = self.limit, self.terms.floor
        if self._since_us is None:
            if self.terms.above:
                return None, limit
            return (limit, None) if value >= limit else (None, floor - 1)
        return (limit + 1, self._worst) if self.terms.above else (self._worst, limit - 1)

    def look(self, value: int, now_us: int, epoch_us: int) -> tuple[EventCode, ...]:
        """The number is `value` from `now_us` on; the events to log."""
        beyond = self._beyond(value)
        if self._since_us is None:
            if not beyond:
                return ()
            self._since_us, self._worst = now_us, value
        begun = self._begin(now_us, self._since_us)
        if not beyond:
            return begun + self._end(now_us, epoch_us, self._since_us)
        self._worst = max(self._worst, value) if self.terms.above else min(self._worst, value)
        return begun

    def _begin(self, now_us: int, since_us: int) -> tuple[EventCode, ...]:
        """Count the excursion that goes on, or ends at this very instant, once it has lasted long enough."""
        if self.open or now_us < since_us + round(self.after_s * US_PER_S):
            return ()
        self.open = True
        self.count += 1
        return (self.terms.begins,)

    def _beyond(self, value: int) -> bool:
        return value > self.limit if self.terms.above else self.terms.floor <= value < self.limit

    def _end(self, now_us: int, epoch_us: int, since_us: int) -> tuple[EventCode, ...]:
        counted, self.open, self._since_us = self.open, False, None
        if not counted:
            return ()
        self.last_us, self.last_magnitude = now_us - since_us, self._worst
        if self.terms.entries:
            self.ring.append(epoch_us, self.last_us // 1000, self._worst)
        return (self.terms.ends,)

    def snapshot(self) -> list[Any]:
        """Counters and limits, as plain data. An excursion that goes on begins anew with the power."""
        return [self.limit, self.after_s, self.count, self.last_us, self.last_magnitude]

    def restore(self, kept: list[Any]) -> None:
        """Take up what was kept."""
        self.limit, self.after_s, self.count, self.last_us, self.last_magnitude = kept
        self._since_us, self.open = None, False


class Quality:
    """Every watch of a meter.

    Args:
        terms: one for each.
    """

    __slots__ = ("rings", "watches")

    def __init__(self, terms: Iterable[WatchTerms]) -> None:
        self.watches = {item.name: Watch(item) for item in terms}
        #: The excursions, to be kept row by row.
        self.rings = {name: watch.ring for name, watch in self.watches.items() if watch.terms.entries}

    @property
    def next_look_us(self) -> int | None:
        """Instant at which the next excursion will count."""
        looks = [watch.next_look_us for watch in self.watches.values()]
        return min((look_us for look_us in looks if look_us is not None), default=None)

    def look(self, read: Callable[[str], int], now_us: int, epoch_us: int) -> list[EventCode]:
        """The circuit is as `read` tells by the name of a reading; the events to log."""
        return [
            code
            for watch in self.watches.values()
            for code in watch.look(read(watch.terms.reading), now_us, epoch_us)
        ]

    def quiet_bands(self, read: Callable[[str], int]) -> dict[str, tuple[int | None, int | None]]:
        """By the name of a reading, between which values no watch has anything to say."""
        bands: dict[str, tuple[int | None, int | None]] = {}
        for watch in self.watches.values():
            name = watch.terms.reading
            bounds = zip(bands.get(name, (None, None)), watch.quiet_band(read(name)), strict=True)
            (low, other_low), (high, other_high) = bounds
            bands[name] = (_tighter(low, other_low, max), _tighter(high, other_high, min))
        return bands

    def snapshot(self) -> dict[str, Any]:
        """Everything, as plain data."""
        rows = {name: ring.snapshot() for name, ring in self.rings.items()}
        return {"counters": self.counters, "rows": rows}

    @property
    def counters(self) -> dict[str, Any]:
        """Counters, which are kept beside the rows."""
        return {name: watch.snapshot() for name, watch in self.watches.items()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        for name, watch in self.watches.items():
            watch.restore(kept["counters"][name])
        for name, ring in self.rings.items():
            ring.restore(kept["rows"].get(name, ()))


def _tighter(one: int | None, other: int | None, choose: Callable[[int, int], int]) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return choose(one, other)


# ------------------------------------------------------------ interruptions

#: Of three minutes and more [S, EN 50160]; a parameter (0.0.96.7.20).
LONG_S = 180


@dataclass(slots=True)
class Outages:
    """Counters of interruptions.

    Args:
        count: how many there were.
        long_count: how many of them were long.
        long_s: from how many seconds on they are.
        last_s: duration of the last one, s.
        last_long_s: duration of the last long one, s.
        total_s: of all of them, s.
        began_us: when the last one began, microseconds since 1970, None for never.
        running: one has begun and not ended; where the power went without a warning, its begin is unknown.
    """

    count: int = 0
    long_count: int = 0
    long_s: int = LONG_S
    last_s: int = 0
    last_long_s: int = 0
    total_s: int = 0
    began_us: int | None = None
    running: bool = False

    def begin(self, epoch_us: int) -> None:
        """The power goes."""
        self.count += 1
        self.began_us = epoch_us
        self.running = True

    def end(self, epoch_us: int) -> bool:
        """The power is back; whether that interruption was a long one."""
        if self.began_us is None or not self.running:
            return False
        self.running = False
        duration_s = max(0, epoch_us - self.began_us) // US_PER_S
        self.last_s = duration_s
        self.total_s += duration_s
        if duration_s < self.long_s:
            return False
        self.long_count += 1
        self.last_long_s = duration_s
        return True

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        for name, value in kept.items():
            setattr(self, name, value)


# ------------------------------------------------------------ nominal values

_PERCENT = 100
SAG, SWELL, CUT, OVERLOAD = "sag", "swell", "cut", "overload"


@dataclass(frozen=True, slots=True)
class Nominal:
    """Nominal values on the type plate.

    Args:
        voltage_v: nominal voltage, V.
        current_a: basic current, A.
        current_max_a: maximum current, A.
        frequency_hz: nominal frequency, Hz.
    """

    voltage_v: int
    current_a: int
    current_max_a: int
    frequency_hz: int


def rated(nominal: Nominal) -> Rated:
    """Rated values, which the errors of its measuring element are relative to."""
    return Rated(
        float(nominal.voltage_v),
        float(nominal.frequency_hz),
        float(nominal.current_a),
        float(nominal.current_max_a),
    )


def watch_terms(nominal: Nominal, limits: Mapping[str, Any]) -> tuple[WatchTerms, ...]:
    """The watches of a model.

    Args:
        nominal: values that the limits are shares of.
        limits: ``sag_percent``, ``swell_percent``, ``cut_percent`` of the nominal voltage,
            ``voltage_after_s``, ``overload_after_s`` and ``entries``.

    Raises:
        KeyError: a limit is missing.
    """
    voltage_mv, after_s, entries = nominal.voltage_v * MILLI, limits["voltage_after_s"], limits["entries"]
    cut_mv = voltage_mv * limits["cut_percent"] // _PERCENT
    sag_mv = voltage_mv * limits["sag_percent"] // _PERCENT
    swell_mv = voltage_mv * limits["swell_percent"] // _PERCENT
    normal = EventCode.NORMAL_VOLTAGE
    return (
        WatchTerms(SAG, "voltage", sag_mv, False, after_s, EventCode.UNDER_VOLTAGE, normal, cut_mv, entries),
        WatchTerms(SWELL, "voltage", swell_mv, True, after_s, EventCode.OVER_VOLTAGE, normal, 0, entries),
        WatchTerms(CUT, "voltage", cut_mv, False, after_s, EventCode.MISSING_VOLTAGE, normal, 0, entries),
        WatchTerms(
            OVERLOAD,
            "current",
            nominal.current_max_a * MILLI,
            True,
            limits["overload_after_s"],
            EventCode.OVERLOAD,
            EventCode.NO_OVERLOAD,
            entries=0,
        ),
    )
