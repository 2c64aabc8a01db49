"""Beacons without an event for each: who hears which is worked out ahead, as far as the channel is known.

A frame that collides with a beacon is not modelled: nobody who knows the frame sends then, and of those who
do not (they cry for a switch) the beacons are thought to survive.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from protocols.plc.prime.beacon import BEACON_SIZE
from sim.plc_channel.prime.beacons import BLOCK, Hearer, Plan, Source, first_loss

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from sim.plc_channel.prime.network import Network

#: frames that are worked out at once where the channel never changes
_AHEAD = 1 << 16


class Watch:
    """Works out ahead who hears what.

    Args:
        network: the world around.
    """

    def __init__(self, network: "Network") -> None:
        self.network = network
        self.sources: list[Source] = []
        self._hearers: dict[int, Hearer] = {}
        self._refreshing = False

    # ------------------------------------------------------------ sources

    def begin(self, source: Source) -> None:
        """A modem begins to send beacons, from the next frame on."""
        self.sources.append(source)
        self._renew_searches()

    def end(self, source: Source) -> None:
        """It no longer does."""
        if source.silent:
            return
        source.silent = True
        self.sources.remove(source)
        for hearer, plan in self._open_plans():
            if plan.source is source:
                self._settle(hearer, plan)
                self._follow(hearer, plan)
        self._renew_searches()

    # ------------------------------------------------------------ nodes

    def search(self, hearer: Hearer) -> None:
        """From the next frame on, tell `hearer` of the first beacon that it can use."""
        self._put(hearer, Plan(None, self._next_frame()))

    def follow(self, hearer: Hearer, source: Source) -> None:
        """From the next frame on, watch over this source's beacons for `hearer`."""
        self._put(hearer, Plan(source, self._next_frame()))

    def forget(self, hearer: Hearer) -> None:
        """Neither."""
        hearer.plan = None
        self._hearers.pop(hearer.modem.index, None)

    def _put(self, hearer: Hearer, plan: Plan) -> None:
        hearer.plan = plan
        self._hearers[hearer.modem.index] = hearer
        self._refresh_later()
        self._work_out(hearer, plan)

    def _work_out(self, hearer: Hearer, plan: Plan) -> None:
        if plan.source is None:
            self._seek(hearer, plan)
        else:
            self._follow(hearer, plan)

    # ------------------------------------------------------------ the channel changes

    def _refresh_later(self) -> None:
        network = self.network
        at_s = network.links.next_change_s(network.now_s)
        if not self._refreshing and at_s != float("inf"):
            self._refreshing = True
            network.later(at_s - network.now_s, self._refresh)

    def _refresh(self) -> None:
        self._refreshing = False
        frame = self._next_frame()
        for hearer, plan in self._open_plans():
            if (
                plan.source is not None
                and plan.rate == 0 == plan.missed
                and not self._rate(plan.source, hearer)
            ):
                plan.frame = frame  # the usual case: all is heard, before and after
                continue
            self._settle(hearer, plan)
            self._work_out(hearer, plan)
        if self._hearers:
            self._refresh_later()

    def _open_plans(self) -> list[tuple[Hearer, Plan]]:
        """The plans that can still change: what happens in the present frame was decided when it began."""
        frame = self._next_frame()
        return [
            (hearer, hearer.plan)
            for hearer in self._hearers.values()
            if hearer.plan is not None and (hearer.plan.due is None or hearer.plan.due >= frame)
        ]

    # ------------------------------------------------------------ following

    def _follow(self, hearer: Hearer, plan: Plan) -> None:
        """Find the frame in which the last tolerated beacon is missed, as far as the channel is known."""
        source = plan.source
        plan.rate = self._rate(source, hearer)
        hearer.plan = plan = Plan(source, plan.frame, plan.rate, plan.missed)
        if source is None or plan.rate == 0.0:
            return
        stop = self._known_until(plan.frame)
        lost, _missed = first_loss(self._misses(hearer, plan, stop), plan.missed, self._limit)
        if lost is not None:
            frame = source.first_from(plan.frame) + lost * source.every
            self._due(hearer, plan, frame, source.slot, hearer.on_lost)
        elif plan.rate < 1.0 and self.network.links.next_change_s(self.network.now_s) == float("inf"):
            self._due(hearer, plan, stop, 0, lambda: self._go_on(hearer, plan))

    def _go_on(self, hearer: Hearer, plan: Plan) -> None:
        hearer.plan = plan
        self._settle(hearer, plan)
        self._follow(hearer, plan)

    def _settle(self, hearer: Hearer, plan: Plan) -> None:
        """Count what was missed until this frame."""
        stop = max(plan.frame, self._next_frame())
        if plan.source is not None and plan.source.first_from(plan.frame) < stop:
            _lost, plan.missed = first_loss(self._misses(hearer, plan, stop), plan.missed, self._limit)
        plan.frame = stop

    def _misses(self, hearer: Hearer, plan: Plan, stop: int) -> "NDArray[numpy.bool_]":
        source = plan.source
        if source is None:
            raise ValueError("a search follows no source")
        first = source.first_from(plan.frame)
        return hearer.draws(first, stop, source.every, source.sid) < plan.rate

    # ------------------------------------------------------------ searching

    def _seek(self, hearer: Hearer, plan: Plan) -> None:
        """Find the first frame with a beacon that is good enough, and the best one in it."""
        found = [
            (frame, source.level, -snr_db, order)
            for order, source in enumerate(self.sources)
            for snr_db in (self._snr_db(source, hearer),)
            if snr_db >= self.network.terms.join_snr_db
            for frame in (self._first_heard(hearer, plan, source),)
            if frame is not None
        ]
        if not found:
            return
        frame, _level, _snr, order = min(found)
        source = self.sources[order]
        octets = source.beacon(frame, int.from_bytes(self.network.sna, "big")).to_bytes()
        self._due(hearer, plan, frame, source.slot, lambda: hearer.on_beacon(octets, source))

    def _first_heard(self, hearer: Hearer, plan: Plan, source: Source) -> int | None:
        rate = self._rate(source, hearer)
        first = source.first_from(plan.frame)
        if rate == 0.0:
            return first
        stop = min(self._known_until(plan.frame), first + BLOCK)
        heard = (hearer.draws(first, stop, source.every, source.sid) >= rate).nonzero()[0]
        return first + int(heard[0]) * source.every if len(heard) else None

    def _renew_searches(self) -> None:
        for hearer, plan in self._open_plans():
            if plan.source is None:
                self._put(hearer, Plan(None, self._next_frame()))

    # ------------------------------------------------------------ small things

    @property
    def _limit(self) -> int:
        return self.network.terms.missed_beacons

    def _next_frame(self) -> int:
        return self.network.clock.next_frame(self.network.now_s)

    def _known_until(self, frame: int) -> int:
        until_s = self.network.links.next_change_s(self.network.now_s)
        if until_s == float("inf"):
            return frame + _AHEAD
        return max(frame, self.network.clock.frame(until_s) + 1)

    def _rate(self, source: Source | None, hearer: Hearer) -> float:
        if source is None or source.silent:
            return 1.0
        return self.network.links.error_rate(
            source.modem.place, hearer.modem.place, BEACON_SIZE, self.network.now_s
        )

    def _snr_db(self, source: Source, hearer: Hearer) -> float:
        return self.network.links.snr_db(source.modem.place, hearer.modem.place, self.network.now_s)

    def _due(self, hearer: Hearer, plan: Plan, frame: int, slot: int, act: Callable[[], None]) -> None:
        """Do `act` after this slot, unless the node's plan, or what is known of it, is another by then."""
        fresh = hearer.plan = Plan(plan.source, plan.frame, plan.rate, plan.missed, frame)
        at_s = self.network.clock.slot_end_s(frame, slot)

        def due() -> None:
            if hearer.plan is fresh:
                act()

        self.network.later(at_s - self.network.now_s, due)
