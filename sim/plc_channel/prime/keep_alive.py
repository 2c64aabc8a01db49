"""Keep-alives: the base node asks one node after the other, and drops those that no longer answer."""

import heapq
import math
from typing import TYPE_CHECKING

from protocols.plc.prime.control import KeepAlive
from protocols.plc.prime.headers import NO_SID
from sim.plc_channel.prime.journal import Happening
from sim.plc_channel.prime.records import Alive, Record

if TYPE_CHECKING:
    from sim.plc_channel.prime.base import BaseNode

_COUNTS = 8
#: a node is asked so many times before it would drop out by itself
_ROUNDS_IN_TIMEOUT = 3


class Poller:
    """The base node's round.

    Each node is asked once in `alive_period_s_min`, or as often as `alive_spacing_s` between any two allows,
    and in any case three times in the time after which it would drop out.

    Args:
        base: whose.
    """

    __slots__ = ("_base", "_life", "_order", "_queue", "_ticking")

    def __init__(self, base: "BaseNode") -> None:
        self._base = base
        self._life = 0
        self._ticking = False
        #: (when, order of entry, whose) of every node; an entry that is out of date is skipped
        self._queue: list[tuple[float, int, Record]] = []
        self._order = 0

    def begin(self) -> None:
        """The base node has power."""
        self._life += 1
        self._queue.clear()
        self._ticking = False

    def end(self) -> None:
        """It has none."""
        self._life += 1

    def admit(self, record: Record) -> None:
        """A node registered: it counts as heard now."""
        now_s = self._base.network.now_s
        record.alive = Alive(heard_s=now_s)
        self._due(record, now_s + self._period_s())
        if not self._ticking:
            self._ticking = True
            self._later(self._spacing_s())

    def answered(self, record: Record, body: KeepAlive) -> None:
        """A node answered."""
        base = self._base
        if not base.answered("ALV", record):
            return
        alive = record.alive
        alive.heard_s, alive.missed = base.network.now_s, 0
        alive.answered = (alive.answered + 1) % _COUNTS
        base.network.journal.write(Happening.ALIVE, record.eui48)
        base.promotions.review(record, None if body.ssid == NO_SID else body.ssid)

    def _spacing_s(self) -> float:
        """Between any two keep-alives: as the terms say, but short enough for every node's time-out."""
        terms = self._base.network.terms
        return min(terms.alive_spacing_s, self._longest_s() / max(1, len(self._base.records)))

    def _period_s(self) -> float:
        terms = self._base.network.terms
        shortest_s = min(terms.alive_period_s_min, self._longest_s())
        return max(shortest_s, self._spacing_s() * len(self._base.records))

    def _longest_s(self) -> float:
        return self._base.network.terms.alive_timeout_s / _ROUNDS_IN_TIMEOUT

    def _later(self, delay_s: float) -> None:
        life = self._life
        self._base.network.later(delay_s, lambda: self._tick() if life == self._life else None)

    def _tick(self) -> None:
        """Ask whoever is due most; then wait for the next."""
        spacing_s, now_s = self._spacing_s(), self._base.network.now_s
        if self._first_s() <= now_s:
            self._ask(heapq.heappop(self._queue)[-1], now_s)
        first_s = self._first_s()
        self._ticking = first_s != math.inf
        if self._ticking:
            self._later(max(spacing_s, first_s - now_s))

    def _due(self, record: Record, at_s: float) -> None:
        record.alive.due_s = at_s
        self._order += 1
        heapq.heappush(self._queue, (at_s, self._order, record))

    def _first_s(self) -> float:
        """When somebody is due first; inf for never."""
        queue = self._queue
        while queue and not (queue[0][-1].member and queue[0][-1].alive.due_s == queue[0][0]):
            heapq.heappop(queue)
        return queue[0][0] if queue else math.inf

    def _ask(self, record: Record, now_s: float) -> None:
        terms, alive = self._base.network.terms, record.alive
        self._due(record, now_s + self._period_s())
        alive.asked = (alive.asked + 1) % _COUNTS
        body = KeepAlive(alive.answered, alive.asked, terms.alive_time, NO_SID)
        self._base.ask("ALV", record, lambda: body, lambda: self._missed(record))

    def _missed(self, record: Record) -> None:
        base, terms, alive = self._base, self._base.network.terms, record.alive
        now_s = base.network.now_s
        alive.missed += 1
        # asked again soon: a node that is gone must not be shown as there for hours
        self._due(record, now_s + terms.control_retry_s * terms.control_transmissions * alive.missed)
        if alive.missed >= max(1, terms.alive_misses) or now_s - alive.heard_s > terms.alive_timeout_s:
            base.drop(record, "silent")
