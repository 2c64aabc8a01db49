"""Quality of the supply: voltage too low, too high or missing for too long, and too much current.

A watch looks at one number. An excursion counts when it has lasted as long as its time threshold; its worst
value and its duration are known when it ends. Whoever changes the circuit calls `look`, and again when
`next_look_us` comes.

Source: IEC 62056-6-1, sags and swells; limits are parameters of the profile
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.meter.events import EventCode
from sim.meter.ring import Ring
from sim.meter.units import US_PER_S


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
    """Counts the excursions of one number.

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
        """When an excursion that has begun will count, None where none is waiting to."""
        if self._since_us is None or self.open:
            return None
        return self._since_us + round(self.after_s * US_PER_S)

    def quiet(self, value: int) -> tuple[int | None, int | None]:
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
        """When an excursion will count."""
        looks = [watch.next_look_us for watch in self.watches.values()]
        return min((look_us for look_us in looks if look_us is not None), default=None)

    def look(self, read: Callable[[str], int], now_us: int, epoch_us: int) -> list[EventCode]:
        """The circuit is as `read` tells by the name of a reading; the events to log."""
        return [
            code
            for watch in self.watches.values()
            for code in watch.look(read(watch.terms.reading), now_us, epoch_us)
        ]

    def quiet(self, read: Callable[[str], int]) -> dict[str, tuple[int | None, int | None]]:
        """By the name of a reading, between which values no watch has anything to say."""
        bands: dict[str, tuple[int | None, int | None]] = {}
        for watch in self.watches.values():
            name = watch.terms.reading
            bounds = zip(bands.get(name, (None, None)), watch.quiet(read(name)), strict=True)
            (low, other_low), (high, other_high) = bounds
            bands[name] = (_tighter(low, other_low, max), _tighter(high, other_high, min))
        return bands

    def snapshot(self) -> dict[str, Any]:
        """Everything, as plain data."""
        rows = {name: ring.snapshot() for name, ring in self.rings.items()}
        return {"counters": self.counters, "rows": rows}

    @property
    def counters(self) -> dict[str, Any]:
        """What is to be kept beside the rows."""
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
