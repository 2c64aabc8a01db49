"""The API of this room, and what every room's API stands on.

Map of the room::

    room.py       what a room brings to the API: routers, and what its exceptions mean to a caller
    auth.py       who asks (the one list of ways), and whether he may: `does` declares it on a route
    problems.py   every error as ``application/problem+json``, in one Spanish sentence
    fields.py     values as they travel: text, whole numbers, days, instants
    paging.py     lists with a limit
    me.py         who am I
    people.py, approvals.py, trail.py   users, four eyes, audit

Routes call the verbs and questions that the pages call; they hold no rules of their own.
"""

from system.accounts.four_eyes import UnableToApprove
from system.accounts.rest import approvals, audit_trail, users
from system.accounts.rest.problems import AppApi, Refusal
from system.accounts.services import UnableToChangeUser, UnableToCreateUser

ROOM = AppApi(
    routers=(users.me_router, users.router, approvals.router, audit_trail.router),
    refusals={
        UnableToApprove: Refusal(422, "refused", "No se puede"),
        UnableToChangeUser: Refusal(422, "refused", "No se puede"),
        UnableToCreateUser: Refusal(422, "refused", "No se puede"),
    },
)
