"""Other sellers and systems: lottery and recharge networks, vending platforms, apps (R5-09, R4-03, R4-04).

Map of the room::

    models/        network, API key, sale and delivery of a network, webhook, settlement; sandbox records
    scopes.py      what a key may do: one table
    keys.py        keys: made once, kept as a digest, found by their prefix
    commission.py  what a network keeps of a sale: pure, integers, never more than the sale
    services/      verbs: manage a network, sell, deliver a foreign token, settle a day, try in the sandbox
    webhooks/      what is told, how it is signed, the outbox, sending with retries and a dead-letter page
    listeners.py   sales, reversals and orders of which a network is told, in their own transaction
    chores.py      what the worker does here
    rest/          the API under ``/api/v1/network/``: its callers bear keys, never sessions
    pages/         what the office sees

A network is a merchant of the ledger with a counter, a shift that never closes and a user who never logs in:
its sales are sales like any other. How to connect one: docs/how-to/connect-a-network.md.
"""
