"""Services of the registry: one transaction each, audited; refusals are `UnableToRegister`.

Map::

    inputs.py          plain data that services take, well formed already
    places.py          communities, sites, feeders
    installations.py   installation, customer, agreement and meter at once; later changes of each
    devices.py         devices, their identifiers and keys, and where they are installed
    groups.py          groups and their members, by hand or by a rule
"""
