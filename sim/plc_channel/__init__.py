"""Shared wire between one concentrator and its meters.

`sim.kernel.medium` says what a wire is; `generic` is one without physics, `prime` the MAC of PRIME 1.3.6.
Below them:

- `phy`: airtimes, error tables in two receiver profiles (`tools.fidelity.error_tables` makes them), the modem
- `channel`: SNR and losses between places: `interface` and the ideal channel, `noisy` (also of a matrix of
  measured losses), `feeder` (transmission lines with loads and the inverter's capacitor)
- `noise`: background, hours, the mains' cycle, long bursts
- `data`: every figure with its confidence: E exact in a public source, C computed, I inferred, A approximate,
  M from memory
- `pcap`: the wire as a capture file

Physics and MAC stand beside their published points in `tools.fidelity`.

`sim.grid` is not imported: lines, nodes and phases of a feeder come as plain values.
"""
