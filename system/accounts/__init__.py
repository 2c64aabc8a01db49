"""Who may do what, and who did it.

Map of the room::

    operations.py   Operation: everything that can be done; roles, and which of them may (one table)
    access.py       `requires`: puts an operation on a view or an API route; refuses, and writes it down
    scoping.py      rows of one provider: the manager through which every query goes
    models/         User, AuditRecord, Approval
    audit.py        writes the audit trail: each row bears the hash of the one before
    four_eyes.py    what one person asks for and another approves
    own_forms.py    a new password for oneself, without the way by mail
    adapter.py      nobody signs up by himself
    services.py     make a user; `staff.py`: role, suspension, new password
    logins.py       logins, lock-outs and changes of password into the audit trail
    middleware.py   who must change his password does that first
    rest/           the API: what every room's routes stand on, and the routes of this one
    pages/          approvals, users, audit trail, one's own account
"""
