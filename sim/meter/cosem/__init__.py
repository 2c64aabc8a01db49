"""COSEM bindings: which live value of the meter stands behind each attribute and method.

::

    binding.py          Bound: the getters, setters and methods of one object; values, times and their types
    requests.py         LiveParts and Requests: everything that bindings may look at or ask for
    binding_table.py    binding name -> binder: the table that profiles speak of
    logical_device.py   the objects, each bound when it is first asked for; the rights of the associations
    registers.py        classes 1, 3, 4 and 5
    profile_generic.py  class 7: rows and columns, with selective access; event, quality and payment logs
    load_profiles.py    class 7 over captured profiles
    clock.py            classes 8, 9, 10 and 22
    tariff.py           classes 6, 11 and 20
    image.py            class 18
    communication.py    classes 19, 23, 41 to 45, 47 and 100
    monitors.py         classes 21, 40 and 65
    security.py         class 64, and the invocation counter
    supply.py           classes 70 and 71; policies of the protections
    payment.py          classes 111, 112 and 113
    tokens.py           classes 115 and 116

The classes themselves are declared in `protocols.dlms.cosem`; here are only the values.
"""
