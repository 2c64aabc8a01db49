"""Promotion from the base node's side: who becomes a switch for a node that cries, and until when."""

from typing import TYPE_CHECKING

from protocols.plc.prime.control import BeaconSlot, Promotion
from protocols.plc.prime.headers import NO_SID
from sim.plc_channel.prime.journal import Happening
from sim.plc_channel.prime.records import Record

if TYPE_CHECKING:
    from sim.plc_channel.prime.base import BaseNode

#: a node that was given a switch is not given another before this many rounds of that switch's beacon
_ROUNDS = 2


class Promotions:
    """The base node's switch policy.

    Offers for the same node are collected for `promotion_window_s`; the lowest level wins, then the best
    heard.

    Args:
        base: whose.
    """

    __slots__ = ("_base", "_offers", "_served")

    def __init__(self, base: "BaseNode") -> None:
        self._base = base
        #: node that cries -> (level, -quality, order of arrival, terminal) of each offer
        self._offers: dict[int, list[tuple[int, int, int, Record]]] = {}
        #: node that cries -> until when it counts as served
        self._served: dict[int, float] = {}

    def clear(self) -> None:
        """The base node lost its power."""
        self._offers.clear()
        self._served.clear()

    def take(self, record: Record, body: Promotion) -> None:
        """A promotion packet of a node: an offer, or the answer to an order."""
        if body.request is not None:
            self._offer(record, body, body.request.pna)
        elif self._base.answered("PRO", record):
            if body.nsid == NO_SID:
                self._demoted(record)
            else:
                self._promoted(record)

    def review(self, record: Record, ssid: int | None) -> None:
        """A node says which switch it is: end what should not be."""
        base, terms = self._base, self._base.network.terms
        if ("PRO", record.eui48) in base.exchanges:
            return
        now_s = base.network.now_s
        if record.lsid is not None and base.records.under(record.lsid):
            record.childless_s = now_s
        idle = record.lsid is not None and now_s - record.childless_s > terms.demote_after_s
        if idle or (record.lsid is None and ssid is not None):
            self._order(record, NO_SID)

    # ------------------------------------------------------------ promotion

    def _offer(self, record: Record, body: Promotion, pna: int) -> None:
        base = self._base
        now_s = base.network.now_s
        if record.lsid is not None or self._served.get(pna, 0.0) > now_s or self._is_member(pna):
            return
        offers = self._offers.setdefault(pna, [])
        if not offers:
            base.network.later(base.network.terms.promotion_window_s, lambda: self._decide(pna))
        offers.append((len(base.records.path(record)), -body.quality, len(offers), record))

    def _is_member(self, pna: int) -> bool:
        found = self._base.records.find(pna.to_bytes(6, "big"))
        return found is not None and found.member

    def _decide(self, pna: int) -> None:
        base = self._base
        offers = self._offers.pop(pna, [])
        best = next(
            (offer[-1] for offer in sorted(offers, key=lambda offer: offer[:3]) if offer[-1].member), None
        )
        if best is None or best.lsid is not None or self._is_member(pna) or not base.powered:
            return
        lsid = base.records.make_switch(best, base.network.now_s)
        if lsid is None:
            return
        terms = base.network.terms
        self._served[pna] = base.network.now_s + _ROUNDS * float(terms.search_time_s)
        self._order(best, lsid)

    def _order(self, record: Record, nsid: int) -> None:
        body = Promotion(0, 0, self._base.network.terms.alive_time, nsid)
        self._base.ask("PRO", record, lambda: body, lambda: self._unanswered(record, nsid))

    def _unanswered(self, record: Record, nsid: int) -> None:
        if nsid != NO_SID:
            self._base.records.end_switch(record)

    def _promoted(self, record: Record) -> None:
        base = self._base
        if record.lsid is None:
            return
        base.network.journal.write(Happening.PROMOTE, record.eui48, str(record.lsid))
        slot, phase = base.records.slot(record.lsid)
        body = BeaconSlot(base.network.terms.beacon_frequency, slot, phase)
        base.ask("BSI", record, lambda: body, lambda: self._order(record, NO_SID))

    def _demoted(self, record: Record) -> None:
        self._base.network.journal.write(Happening.DEMOTE, record.eui48, str(record.lsid))
        self._base.records.end_switch(record)
