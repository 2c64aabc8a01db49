"""PRIME 1.3.6 on a wire: base node, service nodes, frames, contention, registration, switching, connections.

terms, pib    every parameter, with range, default and confidence
seams, links  what the MAC asks of channel and modem;  ideal: stand-ins without physics
frames        the frame in time;  beacons, watch: who hears which, ahead (frame_by_frame: the long way)
air           who hears whom, collisions, losses;  contention: CSMA of one modem
network       what all modems share;  modem: what base and service node share
states        a service node's life as a table;  service, crying, switching: what it does in it
base          the base node;  records, keep_alive, promotions: its tables and policies
exchanges     control requests and their repetition;  transfer: segments, acknowledgements
medium        `PrimeMedium`, the whole as `sim.kernel.medium.Medium`
journal       the base node's log
setups, branches   plants for measurements;  measured, points, validation: the published points beside ours
"""
