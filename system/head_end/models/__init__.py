"""Rows of the app `head_end`."""

from system.head_end.models.channels import Channel, FieldRules, MeterAccess
from system.head_end.models.events import DeviceEvent
from system.head_end.models.orders import Order, OrderGroup, OrderGroupAbort, OrderProgress, OrderStep
from system.head_end.models.plans import CollectionPlan, Coverage
from system.head_end.models.readings import QuarantinedValue, ReadingBatch, ReadingValue, Series
from system.head_end.models.registration import FoundDevice

__all__ = [
    "Channel",
    "CollectionPlan",
    "Coverage",
    "DeviceEvent",
    "FieldRules",
    "FoundDevice",
    "MeterAccess",
    "Order",
    "OrderGroup",
    "OrderGroupAbort",
    "OrderProgress",
    "OrderStep",
    "QuarantinedValue",
    "ReadingBatch",
    "ReadingValue",
    "Series",
]
