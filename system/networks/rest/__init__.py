"""The API of networks, ``/api/v1/network/``: its callers bear keys, and a session opens nothing here.

Map of the room::

    api.py          the tree, its document, its errors
    auth.py         a key with a scope; limits of requests
    schemas.py      what travels
    sales.py        trial price, sale, last answer, balance
    deliveries.py   foreign tokens, and how deliveries stand
    settlements.py  settlements and their files
    webhooks.py     dead letters of one's own
"""
