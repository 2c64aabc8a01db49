"""Pages of the accounts: approvals, users, audit trail, one's own account.

Map of the room::

    urls.py        addresses
    forms.py       what is typed
    approvals.py   what waits for a second person; decide it
    users.py       users of the provider: make, suspend, role, new password
    trail.py       the audit trail: filter, page, check its chain
    own.py         one's own account: password, second factor, session
    closed.py      pages of allauth that this system does not have
"""
