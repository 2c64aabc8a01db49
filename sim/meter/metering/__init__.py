"""Metering: from what flows at the terminals to the registers and profiles that a client reads.

::

    metrology.py     exact registers, instantaneous values, pulses, and their names
    error_model.py   how far an element is from the truth
    demand.py        mean power of a window, and its maximum
    tariff.py        activity calendar, special days, register activation, energy by rate
    load_profile.py  rings of captured rows, and the status of their interval
"""
