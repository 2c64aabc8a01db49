"""Registry: providers, communities, sites, feeders, devices, installations, customers, agreements, groups.

Map::

    models/            rows; `base.py`: rows that hold for a time
    identifiers.py     DRN, SGC, EUI-48, documents: well formed, or refused
    selectors.py       queries: customers and devices by number, the service point as it stands now
    services/          changes: register, swap a meter, sign an agreement, join a group
    hooks.py           extension points, filled in by apps above: tariffs, sales, personal data
    rest/              routes of the API
    pages/             pages of the office
    importing/         service points from XLSX and CSV, row by row, all or nothing
    personal_data.py   Law 1581: personal columns, consent, export, erasure

Agreement, debt and tariff belong to an installation, never to a meter: a meter swap is a dated fact.
"""
