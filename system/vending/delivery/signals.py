"""What this room tells whoever listens.

`delivery_ended`: the delivery of a sale has ended; sent once, inside the transaction that writes it down,
with `sale` and `states` (`system.vending.delivery.carriers.TokenState`).
"""

from django.dispatch import Signal

delivery_ended = Signal()
