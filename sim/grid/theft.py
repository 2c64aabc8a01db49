"""Theft, planted with its ground truth: six kinds, what each does to the circuit and to the meter.

=================  ===================================================================  =====================
kind               what it does                                                         `value` (its usual)
=================  ===================================================================  =====================
full-bypass        a wire around the meter carries everything; the relay is bridged too  –
partial-bypass     a share of the circuits hangs before the meter (phase or neutral)     share (0.6)
illegal-tap        a household of its own hangs on the line between the meters           scale of it (1.0)
magnet             the meter registers a share of what passes                            share kept (0.7)
reversed           the terminals are swapped in some hours: energy counts backwards      –
dead-meter         the meter's voltage link is open: it is off, the home is lit          –
=================  ===================================================================  =====================

All act between their begin and end, in their hours of the day. Energy around a meter is `stolen`; energy that
passes a meter made blind stays in `delivered`, and is `concealed` beside it. Published shapes of theft
(h1: a share of everything, h2: zero in windows, h3: by hours): bypass, hours and magnet give them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.grid.local_calendar import DAY_S, LocalCalendar
from sim.grid.supply_state import within
from sim.grid.terms import FOREVER_DAYS, MicrogridTerms, PlantedTerms
from sim.grid.weather import Floats
from sim.kernel.random import RandomStreams

USUAL = {"partial-bypass": 0.6, "illegal-tap": 1.0, "magnet": 0.7}
#: Hours in which terminals are swapped or a meter is dead when a lot planted it: while nobody inspects.
NIGHT = ((0.0, 6.0), (18.0, 24.0))
#: Kinds that take energy around a meter, and kinds that make a meter blind to what passes it.
AROUND = ("full-bypass", "partial-bypass", "illegal-tap")
BLIND = ("reversed", "dead-meter", "magnet")
_FOREVER_S = 1e12


@dataclass(slots=True)
class PlantedTheft:
    """One theft.

    Attributes:
        kind: of the table above.
        point: who steals; a tap hangs at the pole of that point.
        begin_s, end_s: world seconds.
        value: see the table.
        hours: of the day in which it acts.
        active: whether it acts now.
        stolen_nj: how much it took, or hid, so far.
    """

    kind: str
    point: int
    begin_s: float
    end_s: float = _FOREVER_S
    value: float = 0.0
    hours: tuple[tuple[float, float], ...] = ((0.0, 24.0),)
    active: bool = False
    stolen_nj: int = 0

    def acts(self, now_s: float, hour: float) -> bool:
        """True if it acts at an instant."""
        return self.begin_s <= now_s < self.end_s and within(self.hours, hour)


@dataclass(slots=True)
class Tamper:
    """Effects of theft on the meters now: arrays over points.

    Attributes:
        magnet: a magnet sits on the meter, which should register `registration` of what passes.
        reversed: the terminals are swapped; the phase angle shows it already.
        dead: the voltage link is open; voltage and `energised` show it already.
        registration: 1, or what a magnet leaves of it.
    """

    magnet: NDArray[np.bool_]
    reversed: NDArray[np.bool_]
    dead: NDArray[np.bool_]
    registration: Floats


@dataclass(slots=True)
class Effects:
    """All thefts of an instant together; arrays over points, taps by their own number."""

    around: Floats  # the share of a point's load that hangs before its meter
    tap_scale: Floats
    tamper: Tamper = field(repr=False)


def plant(
    terms: MicrogridTerms,
    streams: RandomStreams,
    name: str,
    calendar: LocalCalendar,
    lived_in: Sequence[bool],
) -> tuple[PlantedTheft, ...]:
    """The thefts that the terms name, then those by lot: each home draws from a stream of its own.

    Args:
        terms: of the microgrid.
        streams: of the world.
        name: of the microgrid.
        calendar: of the place.
        lived_in: of each home; a closed one does not steal by lot.
    """
    planted = [_named(row, calendar) for row in terms.theft.planted]
    taken = {theft.point for theft in planted}
    kinds = terms.theft.kinds
    for point in range(terms.homes.count if terms.theft.share and kinds else 0):
        draw = streams.stream(f"{name}/home-{point + 1:03d}/theft").random(3)
        if point in taken or not lived_in[point] or draw[0] >= terms.theft.share:
            continue
        kind = kinds[int(draw[1] * len(kinds))]
        first, last = terms.theft.begin_days
        begin_s = round(calendar.begin_s(0) + DAY_S * (first + (last - first) * float(draw[2])), 0)
        hours = NIGHT if kind in ("reversed", "dead-meter") else ((0.0, 24.0),)
        planted.append(PlantedTheft(kind, point, begin_s, value=USUAL.get(kind, 0.0), hours=hours))
    return tuple(planted)


def effects(thefts: tuple[PlantedTheft, ...], points: int, now_s: float, hour: float) -> Effects:
    """Effects of the thefts at an instant; marks each as active or not."""
    tamper = Tamper(np.zeros(points, bool), np.zeros(points, bool), np.zeros(points, bool), np.ones(points))
    around = np.zeros(points)
    taps = [theft for theft in thefts if theft.kind == "illegal-tap"]
    for theft in thefts:
        theft.active = theft.acts(now_s, hour)
        if theft.active and theft.kind in _APPLY:
            _APPLY[theft.kind](theft, around, tamper)
    scale = np.array([theft.value if theft.active else 0.0 for theft in taps])
    return Effects(around, scale, tamper)


def book_thefts(
    thefts: Sequence[PlantedTheft], through: NDArray[np.int64], around: NDArray[np.int64], points: int
) -> int:
    """Add what an interval stole to each theft's account; two at one point are not counted twice.

    Args:
        thefts: all of them; the taps among them in the order of their loads.
        through: energy through each load's element, nJ.
        around: energy around it.
        points: how many loads have a meter; the taps follow them.

    Returns:
        how much of what passed meters was hidden from them, nJ.
    """
    taps = iter(range(points, len(around)))
    bypassed, hidden = set(), {}
    for theft in thefts:
        load = next(taps) if theft.kind == "illegal-tap" else theft.point
        if not theft.active:
            continue
        if theft.kind in AROUND and load not in bypassed:
            bypassed.add(load)
            theft.stolen_nj += max(int(around[load]), 0)
        if theft.kind in BLIND and load not in hidden:
            hidden[load] = concealed_nj(theft, int(through[load]))
            theft.stolen_nj += hidden[load]
    return sum(hidden.values())


def concealed_nj(theft: PlantedTheft, through_nj: int) -> int:
    """Energy that passed a meter in an interval unregistered because of this theft."""
    if not theft.active or through_nj <= 0 or theft.kind not in BLIND:
        return 0
    if theft.kind == "magnet":
        return through_nj - round(through_nj * min(theft.value, 1.0))
    return through_nj


def next_change_s(thefts: tuple[PlantedTheft, ...], now_s: float, calendar: LocalCalendar) -> float:
    """The next instant at which a theft begins or ends."""
    midnight_s = calendar.begin_s(calendar.day(now_s))
    instants = {theft.begin_s for theft in thefts} | {theft.end_s for theft in thefts}
    hours = {hour for theft in thefts for pair in theft.hours for hour in pair} - {0.0, 24.0}
    instants |= {midnight_s + day * DAY_S + hour * 3600.0 for hour in hours for day in (0, 1)}
    return min((instant for instant in instants if now_s < instant < _FOREVER_S), default=float("inf"))


def _named(row: PlantedTerms, calendar: LocalCalendar) -> PlantedTheft:
    value = row.value or USUAL.get(row.kind, 0.0)
    midnight_s = calendar.begin_s(0)
    begin_s = midnight_s + DAY_S * row.begin_day
    end_s = midnight_s + DAY_S * row.end_day if row.end_day < FOREVER_DAYS else _FOREVER_S
    return PlantedTheft(row.kind, row.point, begin_s, end_s, value, row.hours)


def _full(theft: PlantedTheft, around: Floats, tamper: Tamper) -> None:
    around[theft.point] = 1.0


def _partial(theft: PlantedTheft, around: Floats, tamper: Tamper) -> None:
    around[theft.point] = max(around[theft.point], min(theft.value, 1.0))


def _magnet(theft: PlantedTheft, around: Floats, tamper: Tamper) -> None:
    tamper.magnet[theft.point] = True
    tamper.registration[theft.point] = min(theft.value, 1.0)


def _reversed(theft: PlantedTheft, around: Floats, tamper: Tamper) -> None:
    tamper.reversed[theft.point] = True


def _dead(theft: PlantedTheft, around: Floats, tamper: Tamper) -> None:
    tamper.dead[theft.point] = True


_APPLY = {
    "full-bypass": _full,
    "partial-bypass": _partial,
    "magnet": _magnet,
    "reversed": _reversed,
    "dead-meter": _dead,
}
