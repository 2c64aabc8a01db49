"""Queries of reports: user and parameters -> `QueryResult`.

Each adds up in the database; sales do not pass one by one. `filters.py` holds the filters and dimensions that
they share.
"""
