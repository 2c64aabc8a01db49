"""The measuring elements of many meters as arrays, and what wakes a meter's own program.

Map of the room::

    bank.py        MeteringBank: takes what the grid offers, integrates, wakes
    terminals.py   what is at the terminals of every row, with local changes laid over it
    measuring.py   from terminals to readings: the error model of `sim.meter.metering.metrology`, all rows at once
    registers.py   the accumulators: whole Wh and a rest in nJ, so that nothing overflows and nothing is lost
    thresholds.py  bands and energies inside which a meter sleeps
    element.py     one row as the `Metrology` of a meter
    supply.py      one row as the `Supply` of a meter

A meter on a bank comes to the same registers, credit and events as one on a service point, to the bit: it
only runs less often. It needs NumPy, which a single meter does not.
"""

from sim.meter.bank.metering_bank import BankedElement, BankedSupply, MeteringBank

__all__ = ["BankedElement", "BankedSupply", "MeteringBank"]
