"""Pages of the registry: they read a form, call one verb or one question, and show what came of it.

Map of the room::

    urls.py            addresses
    forms.py           what the office types
    home_form.py       the guided form: person, place, contract, meter
    customers.py       people: search, one, correct
    personal.py        Law 1581: consent, export, erasure of one person's data
    installations.py   points of supply: history, contract, meter swap
    devices.py         devices: list, one, names, keys
    places.py          communities, sites, feeders
    groups.py          groups and their members
    imports.py         a file: look at it, then take it
    rows.py            a row by its key, or 404; pages of a list
"""
