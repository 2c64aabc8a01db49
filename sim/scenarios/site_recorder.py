"""Record that a run is drawn from: rows of what was produced, used, lost and seen, at a fixed pace."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.grid.energy_balance import NJ_PER_WH

if TYPE_CHECKING:
    from sim.grid.microgrid import Microgrid

#: From one row to the next, s.
PACE_S = 900.0
_S_PER_H = 3_600.0


@dataclass(frozen=True, slots=True)
class RecordedPoint:
    """One row: means since the row before, and the state at its end.

    Args:
        at_s: when, from the world's beginning.
        pv_w: from the sun.
        diesel_w: from the engine.
        delivered_w: through the meters.
        stolen_w: around them.
        losses_w: in the lines.
        battery: state of charge, 0 to 1.
        voltage_v_min: at the worst home that has a voltage; 0 where none has.
        voltage_v_mean: over the homes that have one.
        voltage_v_max: at the highest.
        energised: share of the points with a voltage.
        cut_off: share of the meters whose relay is open.
        reads_done: captures that the concentrators read, since the world began.
        reads_wanted: that they should have.
    """

    at_s: float
    pv_w: float
    diesel_w: float
    delivered_w: float
    stolen_w: float
    losses_w: float
    battery: float
    voltage_v_min: float
    voltage_v_mean: float
    voltage_v_max: float
    energised: float
    cut_off: float
    reads_done: int
    reads_wanted: int


_ACCOUNTS = ("generated_pv_nj", "generated_diesel_nj", "delivered_nj", "stolen_nj", "technical_losses_nj")


class Recorder:
    """Takes a row of one site whenever `PACE_S` have passed.

    Args:
        grid: what is recorded.
        cut_off: gives the share of open relays.
        reads: gives the reads done and wanted.
    """

    __slots__ = ("_before", "_cut_off", "_grid", "_next_s", "_reads", "points")

    def __init__(
        self,
        grid: "Microgrid",
        cut_off: Callable[[], float],
        reads: Callable[[], tuple[int, int]],
    ) -> None:
        self._grid = grid
        self._cut_off = cut_off
        self._reads = reads
        self._next_s = PACE_S
        self._before = (0.0, *self._accounts())
        #: The rows so far.
        self.points: list[RecordedPoint] = []

    def observe(self) -> None:
        """The grid has just moved: take a row where it is time."""
        now_s = self._grid.now_s
        if now_s < self._next_s:
            return
        self._next_s = (now_s // PACE_S + 1) * PACE_S
        accounts = self._accounts()
        since_s, *before = self._before
        hours = (now_s - since_s) / _S_PER_H
        means_w = [(after - early) / NJ_PER_WH / hours for after, early in zip(accounts, before, strict=True)]
        self._before = (now_s, *accounts)
        self.points.append(self._point(now_s, *means_w))

    def _accounts(self) -> tuple[int, ...]:
        return tuple(getattr(self._grid.books, name) for name in _ACCOUNTS)

    def _point(
        self, now_s: float, pv_w: float, diesel_w: float, delivered_w: float, stolen_w: float, losses_w: float
    ) -> RecordedPoint:
        grid = self._grid
        live = grid.voltage_v[grid.energised]
        done, wanted = self._reads()
        return RecordedPoint(
            at_s=now_s,
            pv_w=pv_w,
            diesel_w=diesel_w,
            delivered_w=delivered_w,
            stolen_w=stolen_w,
            losses_w=losses_w,
            battery=float(grid.battery_soc),
            voltage_v_min=float(live.min()) if live.size else 0.0,
            voltage_v_mean=float(live.mean()) if live.size else 0.0,
            voltage_v_max=float(live.max()) if live.size else 0.0,
            energised=float(grid.energised.mean()),
            cut_off=self._cut_off(),
            reads_done=done,
            reads_wanted=wanted,
        )
