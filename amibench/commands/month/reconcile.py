"""Field beside books: every promise of the closed loop as one line, kept or broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amibench.commands.month.books import look_at_books
from amibench.commands.month.office import Office
from sim.grid.energy_balance import NJ_PER_WH
from sim.meter import Meter
from sim.meter.events.event_log import EventCode
from sim.scenarios.field import FieldWorld

_UNIT_WH = 100
_US_PER_S = 1_000_000
_ENERGY_COLUMN = (3, bytes.fromhex("0100010800ff"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise.

    Args:
        name: which, as `texts` knows it.
        broken: where it does not hold, one line each; empty: kept.
        counted: how much was looked at.
    """

    name: str
    broken: tuple[str, ...]
    counted: int

    @property
    def kept(self) -> bool:
        """Whether it holds."""
        return not self.broken


def reconcile(world: FieldWorld, office: Office) -> tuple[tuple[Finding, ...], dict[str, Any]]:
    """Compare; also what the books hold, with their digest."""
    summary = world.summary()  # closes every book of the field
    meters = {
        place.meter.drn: place.meter
        for site in world.sites
        for place in site.placed
        if place.point is not None
    }
    books: dict[str, Any] = office.ask(look_at_books)
    sold: dict[str, list[int]] = books.pop("sold")
    read: dict[str, list[tuple[int, int]]] = books.pop("read")
    findings = (
        Finding("accepted-once", tuple(_accepted(meters, sold)), sum(map(len, sold.values()))),
        Finding("credit-conserved", tuple(_credit(meters)), len(meters)),
        Finding("energy-conserved", _energy(summary), 1),
        Finding("ledger", tuple(books.pop("faults")), int(books["sales"])),
        Finding("reports", tuple(books.pop("reports")), int(books["days"])),
        Finding("deliveries", tuple(books.pop("deliveries")), int(books["orders"])),
        Finding("gaps", tuple(books.pop("gaps")), int(books["values"])),
        Finding("readings", tuple(_readings(meters, read)), len(read)),
    )
    return findings, books


def _accepted(meters: dict[str, Meter], sold: dict[str, list[int]]) -> Iterator[str]:
    """Every token that was paid for was taken exactly once, and nothing else was."""
    for drn, meter in meters.items():
        units = sold.get(drn, [])
        taken = meter.parts.events.count(EventCode.TOKEN_ACCEPTED)
        vended_wh = meter.parts.prepayment.vended_wh
        if taken != len(units) or vended_wh != sum(units) * _UNIT_WH:
            yield (
                f"{drn}: {len(units)} tokens of {sum(units) * _UNIT_WH} Wh were sold, "
                f"{taken} of {vended_wh} Wh were taken"
            )


def _credit(meters: dict[str, Meter]) -> Iterator[str]:
    """What was given at first and what tokens brought is what was consumed and what is left, to the nJ."""
    for drn, meter in meters.items():
        account = meter.parts.prepayment
        came_nj = (account.terms.initial_wh + account.vended_wh) * NJ_PER_WH
        went_nj = account.consumption.paid_nj + account.credit_nj
        if came_nj != went_nj:
            yield f"{drn}: {came_nj} nJ came, {went_nj} nJ were consumed or are left"


def _readings(meters: dict[str, Meter], read: dict[str, list[tuple[int, int]]]) -> Iterator[str]:
    """The energy registers that the head-end keeps are those that the meter kept for itself, each once."""
    for drn, meter in meters.items():
        kept = dict(read.get(drn, []))
        own = _captured(meter)
        wrong = [at for at, energy_wh in kept.items() if at in own and own[at] != energy_wh]
        if wrong or not kept:
            yield f"{drn}: {len(kept)} readings are kept, {len(wrong)} of them are not what the meter kept"


def _captured(meter: Meter) -> dict[int, int]:
    """Instant -> energy register of the rows that a meter still holds, Wh."""
    profile = meter.parts.load_profile
    place = next(n for n, column in enumerate(profile.columns) if column[:2] == _ENERGY_COLUMN)
    return {row.epoch_us // _US_PER_S: row.values[place] for row in profile.rows}


def _energy(summary: dict[str, Any]) -> tuple[str, ...]:
    rest_nj = summary["energy"]["balance_nj"]
    return () if rest_nj == 0 else (f"{rest_nj} nJ of the grid's energy went nowhere",)
