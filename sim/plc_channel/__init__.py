"""Shared wire between one concentrator and its meters.

`sim.kernel.medium` says what a wire is; `generic` is one without physics, `prime` the MAC of PRIME 1.3.6.
Below them:

- `phy`: airtimes, error tables in two receiver profiles, the modem; `phy.montecarlo` and `phy.generate`
  make the tables anew (a tool of developers, never run by a world)
- `channel`: SNR and losses between places: `interface` and the ideal channel, `noisy` (also of a matrix of
  measured losses), `feeder` (transmission lines with loads and the inverter's capacitor)
- `noise`: background, hours, the mains' cycle, long bursts
- `data`: every figure with its confidence: E exact in a public source, C computed, I inferred, A approximate,
  M from memory
- `validation`: physics and MAC beside their published points
- `pcap`: the wire as a capture file; `testing`: the contract of every model of the wire

`sim.grid` is not imported: lines, nodes and phases of a feeder come as plain values.
"""
