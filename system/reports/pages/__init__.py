"""Pages of reports.

Map::

    urls.py        addresses
    reports.py     the list; a report: parameters, chart, table, files
    schedules.py   scheduled reports, and their files
"""
