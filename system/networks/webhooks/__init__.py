"""Telling networks what happened, as Standard Webhooks describes it.

Map of the room::

    events.py    what is told, and what an event holds
    signing.py   secrets (derived, never stored) and signatures; `verify` for whoever receives
    outbox.py    write messages, in the transaction of what they tell
    sending.py   send what is due, try again with growing pauses, give up after the last
    managing.py  addresses, and sending dead letters again
"""
