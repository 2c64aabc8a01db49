"""A village for the demo: rows made from the meters of a simulated world. Never part of a real system.

::

    village.py    what is asked for: meters and users, as plain data
    rows.py       provider, places, customers, meters, tariff, shop, users
    first_home.py a home without credit, for the first recharge
    signing.py    the signatures of its two operators, whose keys lie in the demo's folder
    __main__.py   the process: one JSON line in, one out
"""
