"""A village for the demo: rows made from the meters of a simulated world. Never part of a real system.

::

    village.py               meters, concentrators and users, as plain data
    seed.py                  provider, places, customers, meters, tariff, shop, users, channels
    operator_signatures.py   signatures of its two operators, whose keys lie in the demo's folder
    world_clock.py           business time that follows the simulated world
    __main__.py              the process: one JSON line in, one out
"""
