"""Metering bank: the measuring elements of many meters as arrays, and what wakes a meter's own firmware.

Map of the room::

    metering_bank.py  MeteringBank: integrates what the grid offers, wakes meters
    measuring.py      from the terminals of all rows to their readings, by the error model
    registers.py      the accumulators: whole Wh and a rest in nJ: nothing overflows, nothing is lost
    thresholds.py     bands and energies inside which a meter sleeps

A meter on a bank comes to the same registers, credit and events as one on a service point, to the bit: it
only runs less often. It needs NumPy, which a single meter does not.
"""

from sim.meter.bank.metering_bank import BankedElement, BankedSupply, MeteringBank

__all__ = ["BankedElement", "BankedSupply", "MeteringBank"]
