"""Rows of the app `head_end`."""

from system.head_end.models.meters import Channel, DeviceEvent, FieldRules, FoundDevice, MeterAccess
from system.head_end.models.orders import Order, OrderGroup, OrderGroupAbort, OrderProgress, OrderStep
from system.head_end.models.readings import (
    CollectionPlan,
    Coverage,
    QuarantinedValue,
    ReadingBatch,
    ReadingValue,
    Series,
)

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
