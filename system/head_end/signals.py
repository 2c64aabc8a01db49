"""What the head-end tells whoever listens.

`order_ended`: an order reached a state that nothing leaves. Sent after the commit, with `order`
(`system.head_end.answers.OrderView`); who must not miss one asks `system.head_end.api` again later, as a
process can die between the commit and the listener.
"""

from django.dispatch import Signal

order_ended = Signal()
