"""What meters send unasked: listened to, proven, kept once; everything else is refused and told.

A push is believed where it is authenticated with the keys of the meter whose system title it bears, and its
invocation counter was never used before. One in the plain proves nothing: nothing of it is kept, and the
meter that it names is visited soon. What nobody can prove is counted and told, as nobody's.

Map of the room::

    listening.py   Listener: connections, each with its bounds
    receiver.py    an APDU: whose it is, whether that is proven, what becomes of it
    opening.py     from protected octets to a notification
    content.py     what a notification tells: names, clock, event, values
    admission.py   how much one address may cost
    strangers.py   what was refused, counted and told
    terms.py       how much, how often
"""

from system.head_end.acquisition.pushes.listener import Listener, ListenerParts
from system.head_end.acquisition.settings import PushSettings

__all__ = ["Listener", "ListenerParts", "PushSettings"]
