"""Event log of a concentrator: numbered, kept without power, acknowledged like the readings (R6.2-06).

Its kinds of events are those of `protocols.field.events`.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from protocols.field.events import CONCENTRATOR_EVENTS, ConcentratorEvent
from sim.concentrator.nvm import Nvm

_LOG, _SLOT = "events", "events"
#: Longest detail, so that many events fit one line of the uplink.
_DETAIL_MAX = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Args:
        number: counts up by one, for ever.
        utc_s: when, by the concentrator's clock, s since 1970.
        name: a key of `CONCENTRATOR_EVENTS`.
        serial: of the meter that it is about; empty: the concentrator itself.
        detail: a few words.
    """

    number: int
    utc_s: int
    name: str
    serial: str = ""
    detail: str = ""

    @property
    def kind(self) -> ConcentratorEvent:
        """Its row in the table of events."""
        return CONCENTRATOR_EVENTS[self.name]


class EventLog:
    """The log of one concentrator.

    Args:
        memory: where it is kept.
        capacity: how many are kept; the oldest go first.
        utc_s: time of the concentrator's clock.

    Attributes:
        on_event: told of each one, once it is kept.
        acknowledged: number of the newest that the head-end has.
        dropped_unread: how many went before the head-end had them.
    """

    __slots__ = (
        "_capacity",
        "_entries",
        "_memory",
        "_next",
        "_utc_s",
        "acknowledged",
        "dropped_unread",
        "on_event",
    )

    def __init__(self, memory: Nvm, capacity: int, utc_s: Callable[[], int]) -> None:
        self._memory = memory
        self._capacity = capacity
        self._utc_s = utc_s
        self._entries: deque[Event] = deque()
        self._next = 1
        self.acknowledged = 0
        self.dropped_unread = 0
        self.on_event: Callable[[Event], object] = lambda event: None

    def __iter__(self) -> Iterator[Event]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def newest(self) -> int:
        """Number of the newest event; 0 before the first."""
        return self._next - 1

    def load(self) -> None:
        """Take up what the memory holds."""
        self._entries = deque(Event(**json.loads(record)) for record in self._memory.records(_LOG))
        kept = json.loads(self._memory.get(_SLOT) or '{"acknowledged": 0, "next": 1, "dropped": 0}')
        self.acknowledged, self.dropped_unread = kept["acknowledged"], kept["dropped"]
        newest = self._entries[-1].number + 1 if self._entries else 1
        self._next = max(kept["next"], newest)

    def record(self, name: str, serial: str = "", detail: str = "") -> Event:
        """Something happened.

        Raises:
            LookupError: there is no such kind.
            PowerLostError: the supply failed in the middle.
        """
        CONCENTRATOR_EVENTS[name]
        text = detail[:_DETAIL_MAX].encode("ascii", "replace").decode()
        event = Event(self._next, self._utc_s(), name, serial, text)
        self._make_room()
        self._memory.append(_LOG, json.dumps(asdict(event), separators=(",", ":")).encode())
        self._next += 1
        self._entries.append(event)
        self.on_event(event)
        return event

    def after(self, number: int, limit: int) -> tuple[Event, ...]:
        """At most `limit` events behind `number`, oldest first."""
        if limit <= 0 or not self._entries:
            return ()
        first = max(0, number - self._entries[0].number + 1)
        return tuple(self._entries)[first : first + limit]

    def acknowledge(self, through: int) -> None:
        """The head-end has everything up to `through`."""
        wanted = min(through, self._next - 1)
        if wanted > self.acknowledged:
            self.acknowledged = wanted
            self._keep()

    def _make_room(self) -> None:
        if len(self._entries) < self._capacity:
            return
        count = max(1, self._capacity // 10)
        leaving = [self._entries[place] for place in range(count)]
        self.dropped_unread += sum(event.number > self.acknowledged for event in leaving)
        self._memory.drop(_LOG, count)
        for _ in leaving:
            self._entries.popleft()
        self._keep()

    def _keep(self) -> None:
        kept = {"acknowledged": self.acknowledged, "next": self._next, "dropped": self.dropped_unread}
        self._memory.put(_SLOT, json.dumps(kept))
