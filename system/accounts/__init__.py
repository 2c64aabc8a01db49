"""Users, roles, permissions, audit trail and approvals.

Map::

    permissions.py         Role, Operation, and which role may do which (one table)
    access.py              `requires`: puts an operation on a view; refuses, and records the refusal
    scoping.py             rows of one provider: the manager through which every query goes
    facts.py               rows that are written once, and the triggers that keep them so
    models.py              User, AuditRecord, Approval, ApprovalDecision
    audit.py               writes the audit trail: each row bears the hash of the one before
    audit_signals.py       logins, lock-outs and changes of password in the audit trail
    four_eyes.py           requests that one person makes and another approves
    services.py            create a user, change a role, suspend, new password
    allauth_overrides.py   allauth without sign-up and without mail
    rest/                  the API: the base of every app's routes, and the routes of this one
    pages/                 approvals, users, audit trail, one's own account
"""
