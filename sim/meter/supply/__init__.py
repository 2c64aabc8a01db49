"""Supply: the switch, what opens and closes it, and the quality of what flows.

::

    regulator.py       keeps registers, credit, limiter and switch in step; computes when the credit ends
    supply_control.py  control state of class 70, relay contacts, and the watch of the relay
    limiter.py         power limit, and that of an emergency
    power_quality.py   nominal values, sags, swells, overload, interruptions
    availability.py    hours of service of each day, and the fee that comes back
    supervision.py     keeps quality, protections and availability looking
"""
