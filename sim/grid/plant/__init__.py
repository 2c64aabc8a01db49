"""The generation.

Map::

    solar.py      what the panels could give (pure)
    battery.py    Battery: the store in whole nJ
    dispatch.py   who gives and takes how much in an interval (pure)
    machine.py    SupplyState and its table of transitions; SupplyMachine with its timers
"""
