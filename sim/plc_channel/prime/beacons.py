"""Beacons: who sends them, and the numbers that decide which of them a node hears.

Whether a node hears the beacon of a frame is decided by a number that belongs to that node and frame alone,
so that working out hours at once (`watch`) and looking at each frame when it comes (`frame_by_frame`) give
the same lives to the letter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.plc.prime.beacon import Beacon
from sim.plc_channel.prime.frames import SEQUENCES

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from sim.plc_channel.prime.modem import Modem

BLOCK = 4096
_GOLDEN = 0.6180339887498949
_MAX_QUALITY = 7
_QUALITY_STEP_DB = 4.0


@dataclass(slots=True, eq=False)
class Source:
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


class Hearer:
    """What `Watch` knows of one node; the callbacks are the node's.

    Args:
        modem: the node.
        on_beacon: told of the beacon's octets and its source while the node searches.
        on_lost: told when too many beacons were missed in a row.
    """

    __slots__ = ("_block", "_draws", "modem", "on_beacon", "on_lost", "plan")

    def __init__(
        self, modem: "Modem", on_beacon: Callable[[bytes, Source], None], on_lost: Callable[[], None]
    ) -> None:
        self.modem = modem
        self.on_beacon = on_beacon
        self.on_lost = on_lost
        self.plan: Plan | None = None
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
class Plan:
    """What a node waits for: the loss of its switch, or, without a source, any beacon.

    Args:
        source: the switch that is followed; None while the node searches.
        frame: the first frame that was not looked at.
        rate: the share of beacons that noise takes.
        missed: beacons missed in a row until `frame`.
        due: the frame in which something will happen, as far as is known; None for none.
    """

    source: Source | None
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
