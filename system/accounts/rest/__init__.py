"""The API of accounts, and the base of every app's API.

Map::

    auth.py          authenticators (one list), and `guarded`: declares operation and response of a route
    problems.py      errors as ``application/problem+json``; `AppApi`: routers of an app and its refusals
    fields.py        field types: text, whole numbers, days, instants; lists with a limit
    users.py         users of the provider, and the user who asks
    approvals.py     four eyes
    audit_trail.py   audit trail and its chain

Routes call the services and selectors that the pages call; they hold no rules of their own.
"""

from system.accounts.four_eyes import UnableToApprove
from system.accounts.rest import approvals, audit_trail, users
from system.accounts.rest.problems import AppApi, Refusal
from system.accounts.services import UnableToChangeUser, UnableToCreateUser

APP_API = AppApi(
    routers=(users.me_router, users.router, approvals.router, audit_trail.router),
    refusals={
        UnableToApprove: Refusal(422, "refused", "No se puede"),
        UnableToChangeUser: Refusal(422, "refused", "No se puede"),
        UnableToCreateUser: Refusal(422, "refused", "No se puede"),
    },
)
