"""Which meters an off-line terminal may mint for, and until when: the leases that are out.

TIDs are dealt by minute: class 0 modulo `SLOTS` is on line, each terminal has its own. While a lease of a
meter is out, on-line minting for it keeps to class 0, and no other terminal gets the same class of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocols.offline.schema import SLOTS
from system.security_module.journal import Record
from system.security_module.tid_memory import SLOT_LEAD_MINUTES

LONGEST = timedelta(days=45)
"""A lease ends at most so long after it is made."""

OUT_AFTER = timedelta(minutes=SLOT_LEAD_MINUTES + SLOTS)
"""How long after its end a lease still counts: its last tokens may have minutes that lay ahead."""


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
        """Whether tokens of it may still have TIDs of now or later."""
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
        """Whether a terminal may be minting for a meter."""
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
