"""Rows of this room."""

from system.vending.delivery.models.choice import DeliveryChoice, DeliveryMode
from system.vending.delivery.models.hand_over import HandOver, HandOverState
from system.vending.delivery.models.message import Message, MessageState
from system.vending.delivery.models.remote import RemoteHeadEnd, RemoteToken

__all__ = [
    "DeliveryChoice",
    "DeliveryMode",
    "HandOver",
    "HandOverState",
    "Message",
    "MessageState",
    "RemoteHeadEnd",
    "RemoteToken",
]
