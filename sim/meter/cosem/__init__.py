"""COSEM bindings: which live value of the meter stands behind each attribute and method.

::

    bound.py      Bound: the getters, setters and methods of one object; typed values; times
    live.py       LiveParts: everything that bindings may look at or ask for
    parsing.py    what a client wrote, as Python values
    values.py     classes 1 and 3: names, counters, measurements, limits
    demand.py     classes 4 and 5
    tariff.py     classes 6, 11 and 20
    schedules.py  classes 9, 10 and 22
    clock.py      class 8
    switch.py     class 70
    limiter.py    class 71
    image.py      class 18
    monitors.py   classes 21 and 65
    push.py       class 40
    network.py    classes 19, 42 to 45, 47 and 100
    account.py    class 111; credit.py class 112; charge.py class 113
    payment_logs.py  class 7 over the logs of payment
    gateway.py    class 115
    profiles.py   class 7: rows and columns, with selective access
    captured.py   class 7 over captured profiles; cells.py a captured value as one integer
    logs.py       class 7 over event logs and excursions of the voltage
    setup.py      classes 23 and 41
    security.py   class 64, and the invocation counter
    table.py      binding name -> binder: the table that profiles speak of
    object_table.py  the objects, each bound when it is first asked for
    device.py     profile rows + bindings + rights -> LogicalDevices

The classes themselves are declared in `protocols.dlms.cosem`; here are only the values.
"""
