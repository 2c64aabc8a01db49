"""Verbs of the registry. Each is one transaction, writes the audit trail, and raises `UnableToRegister`.

Map of the room::

    data.py      what they are told
    places.py    communities, sites, feeders
    homes.py     installation, customer, agreement and meter at once; what each of them may change later
    devices.py   devices, their names, their keys, and where they hang
    groups.py    groups and their members
"""
