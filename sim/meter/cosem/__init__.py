"""COSEM bindings: which live value of the meter stands behind each attribute and method.

::

    bound.py      Bound: the getters, setters and methods of one object; typed values; times
    live.py       LiveParts: everything that bindings may look at or ask for
    values.py     classes 1 and 3: names, counters, measurements
    clock.py      class 8
    switch.py     class 70
    account.py    classes 111, 112, 113
    gateway.py    class 115
    profiles.py   class 7: load profile and event log, with selective access
    setup.py      classes 23 and 41
    table.py      binding name -> binder: the table that profiles speak of
    device.py     profile rows + bindings + rights -> LogicalDevices

The classes themselves are declared in `protocols.dlms.cosem`; here are only the values.
"""
