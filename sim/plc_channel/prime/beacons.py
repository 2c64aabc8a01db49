"""Beacons: the switches that send them, and the nodes that hear them, worked out without an event for each.

Whether a node hears the beacon of a frame is decided by a number that belongs to that node and frame alone,
so working out hours at once gives the same lives, to the letter, as looking at each frame when it comes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.plc.prime.pdu import BEACON_SIZE, Beacon
from sim.kernel.random import RandomStreams
from sim.plc_channel.prime.frames import SEQUENCES
from sim.plc_channel.prime.interfaces import Station
from sim.plc_channel.prime.network import Network

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

BLOCK = 4096
_GOLDEN = 0.6180339887498949
_MAX_QUALITY = 7


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

    modem: Station
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
    """Node as `BeaconWatch` knows it; the callbacks are the node's.

    Args:
        modem: the node.
        streams: the world's random streams.
        on_beacon: called with the beacon's octets and its source while the node searches.
        on_lost: called when too many beacons were missed in a row.
    """

    __slots__ = ("_block", "_draws", "_streams", "modem", "on_beacon", "on_lost", "plan")

    def __init__(
        self,
        modem: Station,
        streams: RandomStreams,
        on_beacon: Callable[[bytes, BeaconSource], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._streams = streams
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
            stream = self._streams.stream(f"{self.modem.label}/beacons/{block}")
            self._block, self._draws = block, stream.random(BLOCK)
        return self._draws


@dataclass(slots=True, eq=False)
class BeaconPlan:
    """Event that a node waits for: the loss of its switch, or, without a source, any beacon.

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


#: frames that are worked out at once where the channel never changes
_AHEAD = 1 << 16


class BeaconWatch:
    """Beacons worked out ahead, as far as the channel is known: which node hears which, and when one is lost.

    A frame that collides with a beacon is not modelled: no modem that knows the frame sends then, and of
    those that do not (they need promotion) the beacons are thought to survive.

    Args:
        network: the world around.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.sources: list[BeaconSource] = []
        self._listeners: dict[int, BeaconListener] = {}
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
        for listener, plan in self._open_plans():
            if plan.source is source:
                self._settle(listener, plan)
                self._follow(listener, plan)
        self._renew_searches()

    # ------------------------------------------------------------ nodes

    def search(self, listener: BeaconListener) -> None:
        """From the next frame on, tell `listener` of the first beacon that it can use."""
        self._put(listener, BeaconPlan(None, self._next_frame()))

    def follow(self, listener: BeaconListener, source: BeaconSource) -> None:
        """From the next frame on, watch over this source's beacons for `listener`."""
        self._put(listener, BeaconPlan(source, self._next_frame()))

    def forget(self, listener: BeaconListener) -> None:
        """Neither."""
        listener.plan = None
        self._listeners.pop(listener.modem.index, None)

    def _put(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        listener.plan = plan
        self._listeners[listener.modem.index] = listener
        self._refresh_later()
        self._work_out(listener, plan)

    def _work_out(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        if plan.source is None:
            self._seek(listener, plan)
        else:
            self._follow(listener, plan)

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
        for listener, plan in self._open_plans():
            if (
                plan.source is not None
                and plan.rate == 0 == plan.missed
                and not self._rate(plan.source, listener)
            ):
                plan.frame = frame  # the usual case: all is heard, before and after
                continue
            self._settle(listener, plan)
            self._work_out(listener, plan)
        if self._listeners:
            self._refresh_later()

    def _open_plans(self) -> list[tuple[BeaconListener, BeaconPlan]]:
        """The plans that can still change: what happens in the present frame was decided when it began."""
        frame = self._next_frame()
        return [
            (listener, listener.plan)
            for listener in self._listeners.values()
            if listener.plan is not None and (listener.plan.due is None or listener.plan.due >= frame)
        ]

    # ------------------------------------------------------------ following

    def _follow(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        """Find the frame in which the last tolerated beacon is missed, as far as the channel is known."""
        source = plan.source
        plan.rate = self._rate(source, listener)
        listener.plan = plan = BeaconPlan(source, plan.frame, plan.rate, plan.missed)
        if source is None or plan.rate == 0.0:
            return
        stop = self._known_until(plan.frame)
        lost, _missed = first_loss(self._misses(listener, plan, stop), plan.missed, self._limit)
        if lost is not None:
            frame = source.first_from(plan.frame) + lost * source.every
            self._due(listener, plan, frame, source.slot, listener.on_lost)
        elif plan.rate < 1.0 and self.network.links.next_change_s(self.network.now_s) == float("inf"):
            self._due(listener, plan, stop, 0, lambda: self._go_on(listener, plan))

    def _go_on(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        listener.plan = plan
        self._settle(listener, plan)
        self._follow(listener, plan)

    def _settle(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        """Count what was missed until this frame."""
        stop = max(plan.frame, self._next_frame())
        if plan.source is not None and plan.source.first_from(plan.frame) < stop:
            _lost, plan.missed = first_loss(self._misses(listener, plan, stop), plan.missed, self._limit)
        plan.frame = stop

    def _misses(self, listener: BeaconListener, plan: BeaconPlan, stop: int) -> "NDArray[numpy.bool_]":
        source = plan.source
        if source is None:
            raise ValueError("a search follows no source")
        first = source.first_from(plan.frame)
        return listener.draws(first, stop, source.every, source.sid) < plan.rate

    # ------------------------------------------------------------ searching

    def _seek(self, listener: BeaconListener, plan: BeaconPlan) -> None:
        """Find the first frame with a beacon that is good enough, and the best one in it."""
        found = [
            (frame, source.level, -snr_db, order)
            for order, source in enumerate(self.sources)
            for snr_db in (self._snr_db(source, listener),)
            if snr_db >= self.network.terms.join_snr_db
            for frame in (self._first_heard(listener, plan, source),)
            if frame is not None
        ]
        if not found:
            return
        frame, _level, _snr, order = min(found)
        source = self.sources[order]
        octets = source.beacon(frame, int.from_bytes(self.network.sna, "big")).to_bytes()
        self._due(listener, plan, frame, source.slot, lambda: listener.on_beacon(octets, source))

    def _first_heard(self, listener: BeaconListener, plan: BeaconPlan, source: BeaconSource) -> int | None:
        rate = self._rate(source, listener)
        first = source.first_from(plan.frame)
        if rate == 0.0:
            return first
        stop = min(self._known_until(plan.frame), first + BLOCK)
        heard = (listener.draws(first, stop, source.every, source.sid) >= rate).nonzero()[0]
        return first + int(heard[0]) * source.every if len(heard) else None

    def _renew_searches(self) -> None:
        for listener, plan in self._open_plans():
            if plan.source is None:
                self._put(listener, BeaconPlan(None, self._next_frame()))

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

    def _rate(self, source: BeaconSource | None, listener: BeaconListener) -> float:
        if source is None or source.silent:
            return 1.0
        return self.network.links.error_rate(
            source.modem.place, listener.modem.place, BEACON_SIZE, self.network.now_s
        )

    def _snr_db(self, source: BeaconSource, listener: BeaconListener) -> float:
        return self.network.links.snr_db(source.modem.place, listener.modem.place, self.network.now_s)

    def _due(
        self, listener: BeaconListener, plan: BeaconPlan, frame: int, slot: int, act: Callable[[], None]
    ) -> None:
        """Do `act` after this slot, unless the node's plan, or what is known of it, is another by then."""
        fresh = listener.plan = BeaconPlan(plan.source, plan.frame, plan.rate, plan.missed, frame)
        at_s = self.network.clock.slot_end_s(frame, slot)

        def due() -> None:
            if listener.plan is fresh:
                act()

        self.network.later(at_s - self.network.now_s, due)
