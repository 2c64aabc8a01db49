"""One row of a bank as the measuring element of a meter."""

from typing import TYPE_CHECKING, ClassVar

from sim.meter.bank.registers import QUANTITIES
from sim.meter.bank.supply import BankedFlow
from sim.meter.element_errors import Influences
from sim.meter.metrology import (
    Bands,
    Metrology,
    MetrologyConstants,
    Quantity,
    Sample,
    measure,
    running_powers,
)
from sim.meter.seams import Flow
from sim.meter.units import NJ_PER_WH

if TYPE_CHECKING:
    from sim.meter.bank.bank import MeteringBank

_PLACE = {quantity: place for place, quantity in enumerate(QUANTITIES)}


class BankedElement(Metrology):
    """The measuring element of one row; made by `MeteringBank.element`.

    Its registers go on while its meter sleeps, and what it shows is what the bank measured last.

    Args:
        bank: where it is.
        row: its place.
        constants: of the element.
    """

    __slots__ = ("_bands", "_bank", "_row", "_stamp", "_told_nj", "_totals_nj")

    wakes: ClassVar[bool] = True

    def __init__(self, bank: "MeteringBank", row: int, constants: MetrologyConstants) -> None:
        super().__init__(constants, bank.now_us)
        self._bank = bank
        self._row = row
        self._bands: dict[str, Bands] = {}
        self._stamp = -1
        self._totals_nj: list[int] = []
        self._told_nj = self._totals()[0]

    @property
    def sample(self) -> Sample:
        """What is measured now."""
        return self._bank.measuring.sample(self._row)

    @property
    def import_power_mw(self) -> int:
        """Active power drawn from the grid now, mW; 0 while the customer exports."""
        return int(self._bank.registers.power[0, self._row])

    @property
    def influences(self) -> Influences:
        """What acts on the element besides what it measures."""
        return self._bank.measuring.influences(self._row)

    def observe(self, flow: Flow, now_us: int) -> int:
        """Close the books at `now_us`, then measure `flow` from here on; answers as `advance`."""
        imported_nj = self.advance(now_us)
        # Between service point and element something may be wrong, of which the bank does not know.
        self._bank.thresholds.foreign[self._row] = not isinstance(flow, BankedFlow)
        self._put(measure(flow, self._constants, self.influences))
        return imported_nj

    def advance(self, now_us: int) -> int:
        """Integrate up to `now_us`.

        Returns:
            The active energy imported since the last call, nJ. Exported energy is never in it.
        """
        self._bank.advance_row(self._row, now_us)
        self._stamp = -1
        told_nj, self._told_nj = self._told_nj, self._totals()[0]
        return self._told_nj - told_nj

    def us_until_import(self, energy_nj: int | None) -> None:
        """The bank wakes the meter when so much more has been imported."""
        self._bank.wait(self._row, energy_nj)

    def overdue(self, now_us: int) -> bool:
        """Whether the energy that was asked for last has been imported, and the meter has yet to be woken."""
        return bool(self._bank.thresholds.due_us[self._row] <= now_us)

    def within(self, who: str, bands: Bands) -> None:
        """Let the meter sleep while the readings stay within these bands.

        Args:
            who: asks; what the same one asked for before no longer holds.
            bands: by the name of a reading. One that the bank does not watch wakes at every change.
        """
        if self._bands.get(who) != bands:
            self._bands[who] = dict(bands)
            self._bank.thresholds.bound(self._row, list(self._bands.values()))

    def energy_nj(self, *quantities: Quantity) -> int:
        """The exact sum of these accumulators, nJ (or nvars, nVAs)."""
        totals_nj = self._totals()
        return sum(totals_nj[_PLACE[quantity]] for quantity in quantities)

    def energy_wh(self, *quantities: Quantity) -> int:
        """The register over these accumulators, whole Wh (varh, VAh), as the wire shows it."""
        return self.energy_nj(*quantities) // NJ_PER_WH

    def snapshot(self) -> dict[str, int]:
        """The registers as plain data, to be kept without power."""
        return {quantity.value: total for quantity, total in zip(QUANTITIES, self._totals(), strict=True)}

    def restore(self, kept: dict[str, int]) -> None:
        """Take up the registers that were kept; nothing flows until the next `observe`."""
        self._bank.registers.put_totals(self._row, [kept[quantity.value] for quantity in QUANTITIES])
        self._stamp = -1
        self._told_nj = self._totals()[0]
        self._put(Sample())

    def disturb(self, influences: Influences) -> None:
        """Let these act on the element from the next look at the circuit on."""
        self._bank.measuring.disturb(self._row, influences)

    def _put(self, sample: Sample) -> None:
        self._bank.measuring.show(self._row, sample)
        self._bank.registers.run_row(self._row, dict(running_powers(sample)))

    def _totals(self) -> list[int]:
        registers = self._bank.registers
        if self._stamp != registers.stamp:
            self._totals_nj, self._stamp = registers.totals_nj(self._row), registers.stamp
        return self._totals_nj
