"""Models of the wire beside published figures: the rows that the page on fidelity shows.

Map::

    rows.py        ValidationRow, and how a measured figure is judged
    phy.py         modulations and error rates; data in ``../data/published_phy.toml``
    channel.py     attenuation, noise and availability; all rows of the physics
    mac.py         registration, polling, round trips, topologies of PRIME
    mac_setups.py  the networks in which those figures are taken
"""
