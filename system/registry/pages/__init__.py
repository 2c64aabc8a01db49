"""Pages of the registry: read a form, call one service or selector, show the result.

Map::

    urls.py            addresses
    forms.py           forms of people, places, devices, keys, groups; the guided form of a service point
    customers.py       customers: search, one, correct; consent, export, erasure (Law 1581)
    installations.py   installations: history, agreement, meter swap
    devices.py         devices: list, one, identifiers, keys
    places.py          communities, sites, feeders
    groups.py          groups and their members
    imports.py         a file: preview, then import
    shortcuts.py       a row by its key, or 404; pages of a list; refusals put to their fields
"""
