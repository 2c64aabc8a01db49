"""What exists: providers, communities, sites, feeders, devices, installations, customers, agreements, groups.

Map of the room::

    models/        the rows; `dated.py` facts that hold from one instant to another
    identity.py    DRN, NIU, EUI-48 and the like: what is well formed
    selectors.py   questions: who is behind this serial, what holds at this instant
    services/      changes: swap a meter, sign an agreement, join a group
    above.py       what is known of rooms above: rows by name
    rest/          the same as routes of the API
    pages/         customers, installations, devices, places, groups, import
    importing/     customers and devices from XLSX and CSV, row by row, all or nothing
    personal.py    Law 1581: which columns are personal; consent, export, erasure

Agreement, debt and tariff belong to an installation, never to a meter: a meter swap is a dated fact.
"""
