"""Models of the wire and of the grid beside published figures: the rows that the page on fidelity shows.

Map::

    rows.py        ValidationRow, and how a measured figure is judged
    phy.py         modulations and error rates; published ones in `sim.plc_channel`'s data
    channel.py     attenuation, noise and availability; all rows of the physics
    mac.py         registration, polling, round trips, topologies of PRIME
    mac_setups.py  the networks in which those figures are taken
    grid.py        a month of demand beside bills, the clear sky beside the published one
    montecarlo.py  frames through a receiver under noise, by draw
    error_tables.py   a program: the frame error table of a modulation, for ``sim/plc_channel/data/per.toml``
"""
