"""Shared wire between one concentrator and its meters.

`sim.kernel.medium` says what a wire is; `generic` is one without physics, `prime` the MAC of PRIME 1.3.6.
Below them:

- `phy`: airtimes, error tables in two receiver profiles, the modem; `phy.montecarlo` and `phy.generate`
  make the tables anew (a tool of developers, never run by a world)
- `channel`: who hears whom: `ideal`, `matrix` (measured losses), `feeder` (transmission lines with loads
  and the inverter's capacitor), all over `noisy`; `table` reads them from a scenario
- `noise`: background, hours, the mains' cycle, long bursts, class A
- `data`: every figure with its confidence: E exact in a public source, C computed, I inferred, A approximate,
  M from memory
- `validation`: a row of the table of validation; `physics_validation` and `prime.validation` make the rows

`sim.grid` is not imported: lines, nodes and phases of a feeder come as plain values.
"""
