"""The bench's way into the vending service: only for test keys, only on this machine, never in production.

``POST /bench/module/<operation>`` hands a call to the security module's client. A sale of electricity goes
through the real sale (registry, price, ledger, reserve → mint → commit), and its tokens are the answer.

Map of the room::

    guard.py   why it is not there: in production, without a secret, on a machine that others reach
    root.py    the addresses of the portal and this one: what the bench settings name
    urls.py    the address
    views.py   the route
    sales.py   which calls the sale can take, and the sale
    world.py   what a sale needs: a provider, a tariff, an open counter, the meter of the case

Settings: `system.config.settings.bench`. How to use it: docs/how-to/certify-a-vending-system.md.
"""
