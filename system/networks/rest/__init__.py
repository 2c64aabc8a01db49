"""The API of networks, ``/api/v1/network/``: its callers bear keys, and a session opens nothing here.

Map::

    api.py          tree, document, errors, addresses
    auth.py         a key with a scope; limits of requests
    schemas.py      bodies and answers
    sales.py        trial price, sale, last sale, balance
    deliveries.py   foreign tokens, and the state of deliveries
    settlements.py  settlements and their files
    webhooks.py     dead letters
"""
