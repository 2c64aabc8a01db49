"""What the module has done, as the records of its journal add up: TIDs, results, limits used, the floor.

`State.apply` is the only way in, for a record that was just made and for one that is read back, so that a
restart knows what the running module knew.

The floor is the restore rule. Every TID minted by time t is at most t + `LEAD_MINUTES`. A store that is
restored at t, and may not know the last tokens, therefore mints only TIDs above t + `LEAD_MINUTES`, whatever
it has forgotten; the first of them can be had a minute later.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from protocols.sts.identity import TID_MAX, BaseDate
from system.security_module.journal import Record
from system.security_module.lease_memory import LONGEST, OUT_AFTER, LeaseMemory, LeaseOut
from system.security_module.tid_memory import LEAD_MINUTES, TidMemory

RESULTS_KEPT_DAYS = 35
"""How long a result can be fetched; an operator's approval may not last as long (`approval`)."""

BUSINESS_ZONE = timezone(timedelta(hours=-5), "America/Bogota")
"""Days of limits; Colombia has no daylight saving."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What was answered to a message id.

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
class DayUse:
    """What one client has used on one business day."""

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
        self._days: dict[str, DayUse] = {}
        self._register_units: dict[int, int] = {}

    def apply(self, record: Record) -> None:
        """Add one record; kinds that only tell the story (audit) change nothing."""
        effect = self._EFFECTS.get(record["kind"])
        if effect is not None:
            effect(self, record)

    def result(self, message_id: str) -> StoredResult | None:
        """What was answered to a message id, or None."""
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
        """Whether a client closed a message id before anything was minted under it."""
        return (client, message_id) in self._cancels

    def cancels_of_day(self, client: str, moment: datetime) -> int:
        """How many message ids a client closed on the business day of `moment`."""
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

    def used(self, client: str, moment: datetime) -> DayUse:
        """What a client has used on the business day of `moment`."""
        day, use = business_day(moment), self._days.get(client)
        return use if use is not None and use.day >= day else DayUse(day)

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
        self._days[record["client"]] = DayUse(
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
        self._days = {name: DayUse(day, tokens, units) for name, day, tokens, units in record["days"]}

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
