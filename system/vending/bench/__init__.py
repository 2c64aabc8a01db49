"""The bench's way into the vending service: only for test keys, only on this machine, never in production.

``POST /bench/module/<operation>`` hands a call to the security module's client. A sale of electricity goes
through the real sale (registry, price, ledger, reserve → mint → commit), and its tokens are the answer.

Map of the room::

    apps.py     the app, and the guard that keeps it out of production and off other machines
    root.py     the addresses of the portal and this one: the bench settings name it
    urls.py     the address
    views.py    the route
    counter.py  the bench's counter, which calls its sale can take, and the sale

Settings: `system.config.settings.bench`. How to use it: docs/how-to/certify-a-vending-system.md.
"""
