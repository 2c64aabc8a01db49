"""Pages of accounts.

Map::

    urls.py          addresses
    forms.py         forms of users, decisions and filters
    approvals.py     requests that wait for a second person; decide them
    users.py         users of the provider; one's own account
    audit_trail.py   audit trail: filter, page, check its chain
"""
