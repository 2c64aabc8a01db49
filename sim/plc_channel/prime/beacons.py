"""Beacons and the frames that they open.

Which node hears which, worked out ahead without an event for each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.plc.prime.pdu import BASE_SID, BEACON_SIZE, Beacon
from sim.plc_channel.prime.settings import FRAME_SYMBOLS, SYMBOL_S, PrimeSettings

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from sim.plc_channel.prime.modem import Modem
    from sim.plc_channel.prime.network import Network

# ---- The frame of PRIME 1.3.6 in time: beacon slots, the shared contention period, perhaps one without.

FRAME_S = FRAME_SYMBOLS * SYMBOL_S
#: a beacon slot: five symbols and one of guard
SLOT_S = 6 * SYMBOL_S
#: sequence numbers are modulo this
SEQUENCES = 32
_ROUNDING_S = 1e-7


class FrameClock:
    """Where in a frame an instant lies.

    Args:
        terms: lengths of the periods.

    >>> clock = FrameClock(PrimeSettings())
    >>> clock.begin(0.0)
    >>> round(clock.contention(0.0, 0.011), 5), round(clock.contention(0.61, 0.011), 5)
    (0.06944, 0.68768)
    """

    __slots__ = ("_cfp_s", "_scp_s", "origin_s")

    def __init__(self, terms: PrimeSettings) -> None:
        first = FRAME_SYMBOLS - terms.scp_symbols
        last = FRAME_SYMBOLS - terms.cfp_symbols
        self._scp_s = (first * SYMBOL_S, last * SYMBOL_S)
        self._cfp_s = (last * SYMBOL_S, FRAME_S)
        self.origin_s = 0.0

    def begin(self, now_s: float) -> None:
        """The base node sends its first beacon at `now_s`."""
        self.origin_s = now_s

    def frame(self, at_s: float) -> int:
        """Number of the frame that holds `at_s`."""
        return int((at_s - self.origin_s + _ROUNDING_S) // FRAME_S)

    def next_frame(self, at_s: float) -> int:
        """Number of the first frame that does not begin before `at_s`."""
        return -int((self.origin_s - at_s + _ROUNDING_S) // FRAME_S)

    def frame_s(self, frame: int) -> float:
        """When a frame begins."""
        return self.origin_s + frame * FRAME_S

    def slot_begin_s(self, frame: int, slot: int) -> float:
        """When the beacon of a slot begins."""
        return self.frame_s(frame) + slot * SLOT_S

    def slot_end_s(self, frame: int, slot: int) -> float:
        """When the beacon of a slot has been heard."""
        return self.frame_s(frame) + (slot + 1) * SLOT_S

    def contention(self, at_s: float, needs_s: float) -> float:
        """The first instant from `at_s` on at which the shared period leaves `needs_s`."""
        return self._first(self._scp_s, at_s, needs_s)

    def contention_free(self, at_s: float, needs_s: float) -> float:
        """The same in the contention free period."""
        return self._first(self._cfp_s, at_s, needs_s)

    def in_contention(self, begin_s: float, end_s: float) -> bool:
        """Whether a transmission lies within one shared period."""
        first, last = self._scp_s
        base_s = self.frame_s(self.frame(begin_s))
        return begin_s - base_s >= first - _ROUNDING_S and end_s - base_s <= last + _ROUNDING_S

    def _first(self, period_s: tuple[float, float], at_s: float, needs_s: float) -> float:
        frame = self.frame(at_s)
        offset_s = max(at_s - self.frame_s(frame), period_s[0])
        if offset_s + needs_s > period_s[1] + _ROUNDING_S:
            frame, offset_s = frame + 1, period_s[0]
        return self.frame_s(frame) + offset_s


# ---- Beacons: who sends them, and the numbers that decide which of them a node hears.

BLOCK = 4096
_GOLDEN = 0.6180339887498949
_MAX_QUALITY = 7
_QUALITY_STEP_DB = 4.0


@dataclass(slots=True, eq=False)
class BeaconSource:
    """A modem that sends beacons.

    Args:
        modem: whose.
        sid: its switch identifier, 0 for the base node.
        level: its level, 0 for the base node.
        slot: of the frame.
        frequency: one every 2^n frames.
        phase: those whose number has this rest.
        count: beacon slots of a frame.
    """

    modem: "Modem"
    sid: int
    level: int
    slot: int = 0
    frequency: int = 0
    phase: int = 0
    count: int = 5
    silent: bool = False

    @property
    def every(self) -> int:
        """Frames from one beacon to the next."""
        return 1 << self.frequency

    def first_from(self, frame: int) -> int:
        """The first frame from `frame` on with a beacon."""
        return frame + (self.phase - frame) % self.every

    def beacon(self, frame: int, sna: int) -> Beacon:
        """The PDU of a frame."""
        return Beacon(
            _MAX_QUALITY,
            self.sid,
            self.count,
            self.slot,
            0,
            self.level,
            frame % SEQUENCES,
            self.frequency,
            sna,
        )


class BeaconListener:
    """What `Watch` knows of one node; the callbacks are the node's.

    Args:
        modem: the node.
        on_beacon: told of the beacon's octets and its source while the node searches.
        on_lost: told when too many beacons were missed in a row.
    """

    __slots__ = ("_block", "_draws", "modem", "on_beacon", "on_lost", "plan")

    def __init__(
        self, modem: "Modem", on_beacon: Callable[[bytes, BeaconSource], None], on_lost: Callable[[], None]
    ) -> None:
        self.modem = modem
        self.on_beacon = on_beacon
        self.on_lost = on_lost
        self.plan: BeaconPlan | None = None
        self._block = -1
        self._draws: NDArray[numpy.float64] | None = None

    def draws(self, frame: int, stop: int, step: int, sid: int) -> "NDArray[numpy.float64]":
        """The numbers of the frames `frame`, `frame + step`, … below `stop`, for one source."""
        import numpy as np

        parts = []
        while frame < stop:
            block, at = divmod(frame, BLOCK)
            part = self._of_block(block)[at : min(BLOCK, at + stop - frame) : step]
            parts.append(part)
            frame += step * len(part)
        numbers = np.concatenate(parts) if parts else np.empty(0)
        shifted: NDArray[numpy.float64] = (numbers + sid * _GOLDEN) % 1.0
        return shifted

    def _of_block(self, block: int) -> "NDArray[numpy.float64]":
        if self._draws is None or self._block != block:
            stream = self.modem.network.streams.stream(f"{self.modem.label}/beacons/{block}")
            self._block, self._draws = block, stream.random(BLOCK)
        return self._draws


@dataclass(slots=True, eq=False)
class BeaconPlan:
    """What a node waits for: the loss of its switch, or, without a source, any beacon.

    Args:
        source: the switch that is followed; None while the node searches.
        frame: the first frame that was not looked at.
        rate: the share of beacons that noise takes.
        missed: beacons missed in a row until `frame`.
        due: the frame in which something will happen, as far as is known; None for none.
    """

    source: BeaconSource | None
    frame: int
    rate: float = 0.0
    missed: int = 0
    due: int | None = None


def first_loss(misses: "NDArray[numpy.bool_]", missed: int, limit: int) -> tuple[int | None, int]:
    """Where the `limit`-th miss in a row is, after `missed` before; and how many stand at the end."""
    import numpy as np

    if not len(misses):
        return None, missed
    places = np.arange(len(misses))
    last_heard = np.maximum.accumulate(np.where(misses, -1 - missed, places))
    runs = places - last_heard
    reached = (runs >= limit).nonzero()[0]
    return (int(reached[0]) if len(reached) else None), int(runs[-1])


# ---- Beacons without an event for each: who hears which is worked out ahead, as far as the channel is know

#: frames that are worked out at once where the channel never changes
_AHEAD = 1 << 16


class BeaconWatch:
    """Works out ahead who hears what.

    Args:
        network: the world around.
    """

    def __init__(self, network: "Network") -> None:
        self.network = network
        self.sources: list[BeaconSource] = []
        self._hearers: dict[int, BeaconListener] = {}
        self._refreshing = False

    # ------------------------------------------------------------ sources

    def begin(self, source: BeaconSource) -> None:
        """A modem begins to send beacons, from the next frame on."""
        self.sources.append(source)
        self._renew_searches()

    def end(self, source: BeaconSource) -> None:
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

    def search(self, hearer: BeaconListener) -> None:
        """From the next frame on, tell `hearer` of the first beacon that it can use."""
        self._put(hearer, BeaconPlan(None, self._next_frame()))

    def follow(self, hearer: BeaconListener, source: BeaconSource) -> None:
        """From the next frame on, watch over this source's beacons for `hearer`."""
        self._put(hearer, BeaconPlan(source, self._next_frame()))

    def forget(self, hearer: BeaconListener) -> None:
        """Neither."""
        hearer.plan = None
        self._hearers.pop(hearer.modem.index, None)

    def _put(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        hearer.plan = plan
        self._hearers[hearer.modem.index] = hearer
        self._refresh_later()
        self._work_out(hearer, plan)

    def _work_out(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
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

    def _open_plans(self) -> list[tuple[BeaconListener, BeaconPlan]]:
        """The plans that can still change: what happens in the present frame was decided when it began."""
        frame = self._next_frame()
        return [
            (hearer, hearer.plan)
            for hearer in self._hearers.values()
            if hearer.plan is not None and (hearer.plan.due is None or hearer.plan.due >= frame)
        ]

    # ------------------------------------------------------------ following

    def _follow(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        """Find the frame in which the last tolerated beacon is missed, as far as the channel is known."""
        source = plan.source
        plan.rate = self._rate(source, hearer)
        hearer.plan = plan = BeaconPlan(source, plan.frame, plan.rate, plan.missed)
        if source is None or plan.rate == 0.0:
            return
        stop = self._known_until(plan.frame)
        lost, _missed = first_loss(self._misses(hearer, plan, stop), plan.missed, self._limit)
        if lost is not None:
            frame = source.first_from(plan.frame) + lost * source.every
            self._due(hearer, plan, frame, source.slot, hearer.on_lost)
        elif plan.rate < 1.0 and self.network.links.next_change_s(self.network.now_s) == float("inf"):
            self._due(hearer, plan, stop, 0, lambda: self._go_on(hearer, plan))

    def _go_on(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        hearer.plan = plan
        self._settle(hearer, plan)
        self._follow(hearer, plan)

    def _settle(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        """Count what was missed until this frame."""
        stop = max(plan.frame, self._next_frame())
        if plan.source is not None and plan.source.first_from(plan.frame) < stop:
            _lost, plan.missed = first_loss(self._misses(hearer, plan, stop), plan.missed, self._limit)
        plan.frame = stop

    def _misses(self, hearer: BeaconListener, plan: BeaconPlan, stop: int) -> "NDArray[numpy.bool_]":
        source = plan.source
        if source is None:
            raise ValueError("a search follows no source")
        first = source.first_from(plan.frame)
        return hearer.draws(first, stop, source.every, source.sid) < plan.rate

    # ------------------------------------------------------------ searching

    def _seek(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
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

    def _first_heard(self, hearer: BeaconListener, plan: BeaconPlan, source: BeaconSource) -> int | None:
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
                self._put(hearer, BeaconPlan(None, self._next_frame()))

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

    def _rate(self, source: BeaconSource | None, hearer: BeaconListener) -> float:
        if source is None or source.silent:
            return 1.0
        return self.network.links.error_rate(
            source.modem.place, hearer.modem.place, BEACON_SIZE, self.network.now_s
        )

    def _snr_db(self, source: BeaconSource, hearer: BeaconListener) -> float:
        return self.network.links.snr_db(source.modem.place, hearer.modem.place, self.network.now_s)

    def _due(
        self, hearer: BeaconListener, plan: BeaconPlan, frame: int, slot: int, act: Callable[[], None]
    ) -> None:
        """Do `act` after this slot, unless the node's plan, or what is known of it, is another by then."""
        fresh = hearer.plan = BeaconPlan(plan.source, plan.frame, plan.rate, plan.missed, frame)
        at_s = self.network.clock.slot_end_s(frame, slot)

        def due() -> None:
            if hearer.plan is fresh:
                act()

        self.network.later(at_s - self.network.now_s, due)


# ---- Beacons the long way, an event for each frame: what `watch` must agree with.


class FrameByFrame(BeaconWatch):
    """The same, looking at every beacon of every node when its frame begins."""

    def __init__(self, network: "Network") -> None:
        super().__init__(network)
        self._life = 0

    def begin(self, source: BeaconSource) -> None:
        """A modem begins to send beacons; the base node's are the frames."""
        if source.sid == BASE_SID:
            self._life += 1
            self._frame_later(self._next_frame())
        super().begin(source)

    def _frame_later(self, frame: int) -> None:
        network, life = self.network, self._life
        at_s = network.clock.frame_s(frame)
        network.later(at_s - network.now_s, lambda: self._frame() if life == self._life else None)

    def _frame(self) -> None:
        frame = self.network.clock.frame(self.network.now_s)
        for hearer, plan in self._open_plans():
            if plan.frame <= frame:
                self._look(hearer, plan, frame)
        self._frame_later(frame + 1)

    def _look(self, hearer: BeaconListener, plan: BeaconPlan, frame: int) -> None:
        source = plan.source
        if source is None:
            super()._seek(hearer, BeaconPlan(None, frame))
            due = hearer.plan.due if hearer.plan else None
            if due is not None and due != frame:
                hearer.plan = BeaconPlan(None, frame + 1)
            return
        if source.first_from(frame) != frame:
            return
        missed = bool(hearer.draws(frame, frame + 1, 1, source.sid)[0] < plan.rate)
        plan.missed = plan.missed + 1 if missed else 0
        if plan.missed == self._limit:
            self._due(hearer, plan, frame, source.slot, hearer.on_lost)

    def _follow(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        plan.rate = self._rate(plan.source, hearer)
        hearer.plan = plan

    def _seek(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        """Looked for in each frame."""

    def _settle(self, hearer: BeaconListener, plan: BeaconPlan) -> None:
        """Counted in each frame."""
