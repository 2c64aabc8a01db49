"""State of the module, the sum of its journal's records: TIDs, leases, results, limits used, the floor."""

import heapq
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from protocols.offline.schema import SLOTS
from protocols.sts.identity import TID_MAX, BaseDate, TokenIdentifier
from system.security_module.journal import Record

# ---------------- TIDs that a meter has been given, so that none is given twice

REMEMBERED = 50
"""TIDs kept a meter: as many as the meter itself keeps. Older ones it would refuse anyway."""

LEAD_MINUTES = 60
"""Lead of a TID before the clock when a meter buys several tokens in one minute.

It is a constant of the design, not a setting: every TID ever minted by time t is at most t + LEAD_MINUTES,
and that is what the restore rule rests on (`system.security_module.state`).
"""

SLOT_LEAD_MINUTES = 240
"""Lead of an off-line terminal's TID before the clock: it has one minute in sixteen."""


class TidMemory:
    """The last `REMEMBERED` TIDs of one meter under one base date.

    Args:
        recent: TIDs already given.
    """

    __slots__ = ("_recent",)

    def __init__(self, recent: Iterable[int] = ()) -> None:
        self._recent = sorted(recent)[-REMEMBERED:]

    @property
    def recent(self) -> tuple[int, ...]:
        """The TIDs, ascending."""
        return tuple(self._recent)

    def next_free(self, now: TokenIdentifier, floor: int, step: int = 1) -> int | None:
        """Return the first TID at or after `now` and above `floor` that was not given, or None.

        None means that the next free minute is more than `LEAD_MINUTES` ahead. The reserved minute 00:01 is
        passed over, and so is all that lies before a full memory: what was given there is forgotten, and the
        meter would refuse it as old.

        Args:
            now: the clock under the base date.
            floor: the highest TID that may not be taken.
            step: 1, or `SLOTS` while off-line terminals have the other minutes: only multiples are taken.
        """
        oldest = self._recent[0] if len(self._recent) == REMEMBERED else -1
        tid = max(now.tid, floor + 1, oldest + 1)
        tid += -tid % step
        last = min(now.tid + LEAD_MINUTES, TID_MAX)
        while tid <= last:
            if not self._given(tid) and not TokenIdentifier(tid, now.base_date).is_reserved:
                return tid
            tid += step
        return None

    def add(self, tid: int) -> None:
        """Remember that `tid` was given."""
        if not self._given(tid):
            insort(self._recent, tid)
            del self._recent[:-REMEMBERED]

    def _given(self, tid: int) -> bool:
        place = bisect_left(self._recent, tid)
        return place < len(self._recent) and self._recent[place] == tid


# ---------------- Leases that are out

LONGEST = timedelta(days=45)
"""A lease ends at most so long after it is made."""

OUT_AFTER = timedelta(minutes=SLOT_LEAD_MINUTES + SLOTS)
"""Time after its end for which a lease still counts: its last tokens may have minutes that lay ahead."""


@dataclass(frozen=True, slots=True)
class LeaseOut:
    """A lease of one meter.

    Attributes:
        terminal: whose it is.
        slot: its class of minutes.
        until: when it ends.
    """

    terminal: str
    slot: int
    until: datetime

    def is_out(self, now: datetime) -> bool:
        """True where tokens of it may still have TIDs of now or later."""
        return now < self.until + OUT_AFTER


class LeaseMemory:
    """The leases of every meter.

    Attributes:
        unknown_until: leases that this store does not know of may be out until then: after a restore, for a
            module that has ever given one; None: there are none.
        any: whether this module has ever given a lease.
    """

    def __init__(self) -> None:
        self.unknown_until: datetime | None = None
        self.any = False
        self._out: dict[tuple[str, int], tuple[LeaseOut, ...]] = {}

    def add(self, pan: str, base_date: int, lease: LeaseOut) -> None:
        """Remember a lease of a meter under a base date; of one terminal and slot, the one that ends last."""
        held = self._out.get((pan, base_date), ())
        others = tuple(
            other
            for other in held
            if (other.terminal, other.slot) != (lease.terminal, lease.slot) or other.until > lease.until
        )
        self._out[pan, base_date] = (*others, lease)
        self.any = True

    def any_out(self, pan: str, base_date: int, now: datetime) -> bool:
        """True where a terminal may be minting for a meter."""
        if self.unknown_until is not None and now < self.unknown_until:
            return True
        return any(lease.is_out(now) for lease in self._out.get((pan, base_date), ()))

    def holder(self, pan: str, base_date: int, slot: int, now: datetime) -> LeaseOut | None:
        """The lease that is out for a meter in a slot, or None."""
        held = self._out.get((pan, base_date), ())
        return next((lease for lease in held if lease.slot == slot and lease.is_out(now)), None)

    def doubt(self, until: datetime) -> None:
        """Allow for leases that this store does not know of."""
        self.any = True
        self.unknown_until = until if self.unknown_until is None else max(self.unknown_until, until)

    def records(self, latest: datetime | None) -> Iterator[Record]:
        """Records that add up to this memory, without what ended before `latest`."""
        if self.any:
            until = None if self.unknown_until is None else self.unknown_until.isoformat()
            yield {"kind": "leases-began", "unknown_until": until}
        for (pan, base_date), held in self._out.items():
            out = [lease for lease in held if latest is None or lease.is_out(latest)]
            if out:
                plain = [(lease.terminal, lease.slot, lease.until.isoformat()) for lease in out]
                yield {"kind": "leases", "pan": pan, "base": base_date, "out": plain}

    def apply(self, record: Record) -> None:
        """Add what `records` wrote, or the lease of a journal's record."""
        if record["kind"] == "leases-began":
            self.any = True
            if record["unknown_until"] is not None:
                self.doubt(datetime.fromisoformat(record["unknown_until"]))
            return
        for terminal, slot, until in record["out"]:
            lease = LeaseOut(terminal, slot, datetime.fromisoformat(until))
            self.add(record["pan"], record["base"], lease)


# ---------------- The whole

RESULTS_KEPT_DAYS = 35
"""Time for which a result can be fetched; an operator's approval may not last as long (`approval`)."""

BUSINESS_ZONE = timezone(timedelta(hours=-5), "America/Bogota")
"""Days of limits; Colombia has no daylight saving."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredResult:
    """Answer to a message id.

    Attributes:
        client: who asked.
        digest: of the operation and its arguments.
        at: when.
        result: the answer.
    """

    client: str
    digest: str
    at: datetime
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DailyUse:
    """Units of one client on one business day."""

    day: str
    tokens: int = 0
    units: int = 0


def business_day(moment: datetime) -> str:
    """The day of Bogotá, YYYY-MM-DD."""
    return moment.astimezone(BUSINESS_ZONE).date().isoformat()


def floor_record(moment: datetime, why: str, *, leases: bool = False) -> Record:
    """The record that lets no TID be minted that an unknown past may have minted by `moment`.

    Args:
        moment: when the past ended.
        why: ``restored`` or ``torn``.
        leases: whether that past may have leased meters to off-line terminals.
    """
    floor = moment + timedelta(minutes=LEAD_MINUTES)
    record = {"kind": "floor", "at": moment.isoformat(), "floor": floor.isoformat(), "why": why}
    if leases:
        record["leases_until"] = (moment + LONGEST + OUT_AFTER).isoformat()
    return record


class State:
    """The sum of the journal's records."""

    def __init__(self) -> None:
        self.store: str | None = None
        self.latest: datetime | None = None
        self.floor: datetime | None = None
        self.issued_tokens = 0
        self.leases = LeaseMemory()
        self._memories: dict[tuple[str, int], TidMemory] = {}
        self._results: dict[str, StoredResult] = {}
        self._cancels: dict[tuple[str, str], datetime] = {}
        self._cancels_of_day: Counter[tuple[str, str]] = Counter()
        self._days: dict[str, DailyUse] = {}
        self._register_units: dict[int, int] = {}

    def apply(self, record: Record) -> None:
        """Add one record; kinds that only tell the story (audit) change nothing."""
        effect = self._EFFECTS.get(record["kind"])
        if effect is not None:
            effect(self, record)

    def result(self, message_id: str) -> StoredResult | None:
        """Answer to a message id, or None."""
        return self._results.get(message_id)

    def results_of(
        self, client: str, since: datetime | None, after: str, most: int
    ) -> list[tuple[str, StoredResult]]:
        """Message ids of a client under which tokens were made, with their results, the oldest first.

        Args:
            client: who asked under them.
            since: instant of the first; None: from the first that is kept.
            after: of those at `since`, only ids above this one; empty for all.
            most: how many.
        """
        begin = (since or _LONG_AGO, after)
        own = (
            (name, kept)
            for name, kept in self._results.items()
            if kept.client == client and (kept.at, name) > begin and "tokens" in kept.result
        )
        return heapq.nsmallest(most, own, key=lambda pair: (pair[1].at, pair[0]))

    def cancelled(self, client: str, message_id: str) -> bool:
        """True where a client closed a message id before anything was minted under it."""
        return (client, message_id) in self._cancels

    def cancels_of_day(self, client: str, moment: datetime) -> int:
        """Number of message ids that a client closed on the business day of `moment`."""
        return self._cancels_of_day[client, business_day(moment)]

    def memory(self, pan: str, base_date: BaseDate) -> TidMemory:
        """The TIDs given to a meter under a base date: one memory whatever the key, as in the meter."""
        return self._memories.get((pan, int(base_date))) or TidMemory()

    def floor_tid(self, base_date: BaseDate) -> int:
        """The highest TID that may not be minted under a base date because of the floor; -1 for none."""
        if self.floor is None:
            return -1
        minutes = (self.floor - base_date.instant) // timedelta(minutes=1)
        return max(-1, min(minutes, TID_MAX))

    def used(self, client: str, moment: datetime) -> DailyUse:
        """Units of a client on the business day of `moment`."""
        day, use = business_day(moment), self._days.get(client)
        return use if use is not None and use.day >= day else DailyUse(day)

    def register_units(self, number: int) -> int:
        """Credit minted under a key register in its life, in token units."""
        return self._register_units.get(number, 0)

    def snapshot(self) -> Iterator[Record]:
        """Records that add up to this state, for a journal that begins anew."""
        yield {"kind": "store", "store": self.store}
        yield {
            "kind": "summary",
            "latest": _text(self.latest),
            "floor": _text(self.floor),
            "issued_tokens": self.issued_tokens,
            "registers": sorted(self._register_units.items()),
            "days": sorted((name, use.day, use.tokens, use.units) for name, use in self._days.items()),
        }
        for (pan, base), memory in self._memories.items():
            yield {"kind": "tids", "pan": pan, "base": base, "recent": memory.recent}
        yield from self.leases.records(self.latest)
        for message_id, stored in self._results.items():
            yield {
                "kind": "result",
                "message_id": message_id,
                "client": stored.client,
                "digest": stored.digest,
                "at": stored.at.isoformat(),
                "result": stored.result,
            }
        for (client, message_id), at in self._cancels.items():
            yield {"kind": "cancelled", "message_id": message_id, "client": client, "at": at.isoformat()}

    def forget_old_results(self) -> None:
        """Let go of results older than `RESULTS_KEPT_DAYS`, counted back from the last token."""
        if self.latest is not None:
            horizon = self.latest - timedelta(days=RESULTS_KEPT_DAYS)
            self._results = {name: kept for name, kept in self._results.items() if kept.at >= horizon}
            self._cancels = {name: at for name, at in self._cancels.items() if at >= horizon}
            kept_days = {(client, business_day(at)) for (client, _), at in self._cancels.items()}
            for name in self._cancels_of_day.keys() - kept_days:
                del self._cancels_of_day[name]

    def _issued(self, record: Record) -> None:
        at = datetime.fromisoformat(record["at"])
        self._advance(at)
        self._remember_result(record)
        self.issued_tokens += record["tokens"]
        use = self.used(record["client"], at)
        self._days[record["client"]] = DailyUse(
            use.day, use.tokens + record["tokens"], use.units + record["units"]
        )
        if record["register"] is not None:
            number = record["register"]
            self._register_units[number] = self.register_units(number) + record["units"]
        if record["tid"] is not None:
            self._memory_of(record).add(record["tid"])
        if (out := record.get("lease")) is not None:
            lease = LeaseOut(out["terminal"], out["slot"], datetime.fromisoformat(out["until"]))
            for pan, base_date in out["meters"]:
                self.leases.add(pan, base_date, lease)

    def _remember_result(self, record: Record) -> None:
        if record["result"] is None:  # so a version before this one wrote a cancelled id
            self._cancel(record)
            return
        self._results[record["message_id"]] = StoredResult(
            record["client"], record["digest"], datetime.fromisoformat(record["at"]), record["result"]
        )

    def _cancel(self, record: Record) -> None:
        at = datetime.fromisoformat(record["at"])
        self._cancels[record["client"], record["message_id"]] = at
        self._cancels_of_day[record["client"], business_day(at)] += 1

    def _remember_tids(self, record: Record) -> None:
        self._memories[record["pan"], record["base"]] = TidMemory(record["recent"])

    def _memory_of(self, record: Record) -> TidMemory:
        return self._memories.setdefault((record["pan"], record["base"]), TidMemory())

    def _forget_tids(self, record: Record) -> None:
        """The test hook: all meters, or one."""
        for name in [name for name in self._memories if record["pan"] in (None, name[0])]:
            del self._memories[name]

    def _raise_floor(self, record: Record) -> None:
        floor = datetime.fromisoformat(record["floor"])
        self.floor = floor if self.floor is None else max(self.floor, floor)
        if (until := record.get("leases_until")) is not None:
            self.leases.doubt(datetime.fromisoformat(until))

    def _lease(self, record: Record) -> None:
        self.leases.apply(record)

    def _name(self, record: Record) -> None:
        self.store = record["store"]

    def _summarise(self, record: Record) -> None:
        self.latest, self.floor = _instant(record["latest"]), _instant(record["floor"])
        self.issued_tokens = record["issued_tokens"]
        self._register_units = dict(record["registers"])
        self._days = {name: DailyUse(day, tokens, units) for name, day, tokens, units in record["days"]}

    def _accept_clock(self, record: Record) -> None:
        self.latest = datetime.fromisoformat(record["at"])

    def _advance(self, at: datetime) -> None:
        self.latest = at if self.latest is None else max(self.latest, at)

    _EFFECTS: ClassVar[dict[str, Callable[["State", Record], None]]] = {
        "store": _name,
        "issued": _issued,
        "cancelled": _cancel,
        "floor": _raise_floor,
        "clock-accepted": _accept_clock,
        "tids-forgotten": _forget_tids,
        "summary": _summarise,
        "tids": _remember_tids,
        "result": _remember_result,
        "leases-began": _lease,
        "leases": _lease,
    }
    """Kind of record -> what it does to the state."""


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
