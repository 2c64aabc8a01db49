"""Other sellers and systems: lottery and recharge networks, vending platforms, apps (R5-09, R4-03, R4-04).

Map::

    models.py        Network, ApiKey, NetworkSale, NetworkDelivery, webhooks, Settlement
    api_keys.py      keys and their scopes: made once, kept as a digest, found by their prefix
    commission.py    commission of a sale: pure, integers, never more than the sale
    services/        manage a network, sell, deliver a foreign token, settle a day, try in the sandbox
    webhooks/        events, outbox, signatures, sending with retries, dead letters
    follow_up.py     sales, reversals and deliveries followed to their end: by signal, and by the worker
    rest/            the API under ``/api/v1/network/``: its callers bear keys, never sessions
    pages/           pages of the office

A network is a merchant of the ledger with a counter, a shift that never closes and a user who never logs in:
its sales are sales like any other. How to connect one: docs/how-to/connect-a-network.md.
"""
