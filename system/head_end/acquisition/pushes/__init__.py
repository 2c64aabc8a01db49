"""Pushes of meters: listened to, proven, kept once; everything else is refused and reported.

A push is accepted where it is authenticated with the keys of the meter whose system title it bears, and its
invocation counter was never used before. One in the plain proves nothing: nothing of it is kept, and the
meter that it names is visited soon. A push without proof is counted and reported, as of an unknown sender.

Map of the room::

    listener.py     Listener: connections, each with its bounds
    receiver.py     an APDU deciphered, its sender proven, its content kept
    rate_limits.py  connections and notifications that one address may cost
    refusals.py     refused pushes, counted and reported
"""

from system.head_end.acquisition.pushes.listener import Listener, ListenerParts
from system.head_end.acquisition.settings import PushSettings

__all__ = ["Listener", "ListenerParts", "PushSettings"]
