"""Webhooks, as Standard Webhooks describes them.

Map::

    events.py      events and their data; the outbox: messages written in the transaction of their event
    sending.py     secrets (derived, never stored), signatures, attempts with growing pauses
    endpoints.py   endpoints of a network; dead letters sent again
"""
