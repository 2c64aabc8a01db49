"""The office's part of the API about terminals, and the exchange with a terminal that has a link.

Map of the room::

    terminals.py   terminals, batches, cash, packs: what staff does, with a session
    exchange.py    ``/api/v1/terminal/``: the terminal's own signature says who it is

Why a signature and no session: a terminal has no user who could type a password in the bush, and a password
on its disk would open the portal. What it signs is a challenge of the office, so that nobody who found an old
batch can ask for a pack, in which names of customers stand.
"""

from system.accounts.rest.problems import AppApi, Refusal
from system.vending.offline.errors import ForkFound, OfflineRefused
from system.vending.offline.rest import terminals

APP_API = AppApi(
    routers=(terminals.router,),
    refusals={
        ForkFound: Refusal(409, "fork", "El terminal cuenta dos historias"),
        OfflineRefused: Refusal(422, "refused", "No se puede"),
    },
)
