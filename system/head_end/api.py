"""API of the head-end for vending, networks and reports: this module, and nothing else of the room.

Values are `system.head_end.api_types`; refusals are `UnableToOrder`. Everything is narrowed to the user's
provider, where a user is asked for; the questions without one take rows of the registry that the caller has
already narrowed.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from system.accounts.models import Approval, User
from system.head_end.api_types import (
    Curve,
    CurvePoint,
    DayEnergy,
    Delivery,
    DeliveryState,
    LastReading,
    OrderView,
    Quality,
    TokenDelivery,
)
from system.head_end.errors import UnableToConfigure, UnableToOrder
from system.head_end.selectors import consumption as _consumption
from system.head_end.selectors import curves as _curves
from system.head_end.selectors import meters as _meters
from system.head_end.selectors import orders as _orders
from system.head_end.selectors.registers import ENERGY_IMPORT
from system.head_end.services import order_groups as _order_groups
from system.head_end.services import order_requests as _order_requests
from system.head_end.services.configuration import ChannelData, set_channel
from system.head_end.services.order_lifecycle import order_ended
from system.head_end.vocabulary import (
    ENDED,
    REASON_SENTENCES,
    ChannelKind,
    OrderKind,
    OrderState,
    Reason,
)
from system.registry.models import Device, Installation

__all__ = [
    "ENDED",
    "ENERGY_IMPORT",
    "REASON_SENTENCES",
    "ChannelData",
    "ChannelKind",
    "Curve",
    "CurvePoint",
    "DayEnergy",
    "Delivery",
    "DeliveryState",
    "LastReading",
    "OrderKind",
    "OrderState",
    "OrderView",
    "Quality",
    "Reason",
    "TokenDelivery",
    "UnableToConfigure",
    "UnableToOrder",
    "cancel_order",
    "consumption_by_installation",
    "consumption_wh",
    "curve",
    "daily_consumption",
    "deliver_tokens",
    "delivery_of",
    "last_reading",
    "load_curve",
    "modes_set",
    "order_ended",
    "order_of",
    "reachable",
    "request_group",
    "request_order",
    "set_channel",
]


def deliver_tokens(
    user: User, device: Device, sale_id: uuid.UUID, tokens: Sequence[str], valid_for: timedelta | None = None
) -> Delivery:
    """Send the tokens of a sale to its meter, one after the other; the same sale again acts once.

    Args:
        user: who sells; needs ``token.deliver``.
        device: the meter.
        sale_id: of the sale; the ids of the orders come from it.
        tokens: 20 digits each, in the order in which the meter must take them.
        valid_for: so long it is tried; None: the provider's rule.

    Raises:
        UnableToOrder: refused, or the sale was delivered with other tokens before.
    """
    return _order_requests.deliver_tokens(user, device, sale_id, tokens, valid_for)


def delivery_of(sale_id: uuid.UUID) -> Delivery | None:
    """State of the tokens of a sale; None where none were sent."""
    return _orders.delivery_of(sale_id)


def request_order(
    user: User,
    order_id: uuid.UUID,
    device: Device,
    kind: OrderKind,
    parameters: Mapping[str, Any] | None = None,
    valid_for: timedelta | None = None,
) -> OrderView:
    """Ask a meter to do something; the same id again gives the same order.

    Args:
        user: who asks; reading needs ``field.read``, a token ``token.deliver``, others ``order.send``.
        order_id: made by the caller.
        device: the meter.
        kind: what.
        parameters: ``obis`` (list) of a reading, ``digits`` of a token, ``mode`` (``prepaid``, ``postpaid``).
        valid_for: so long it is tried; None: the rule of the kind.

    Raises:
        UnableToOrder: refused, or the id was used for something else.
    """
    request = _order_requests.OrderRequest(order_id, device, kind, dict(parameters or {}), valid_for)
    return _orders.view_of(_order_requests.request_order(user, request))


def request_group(
    user: User,
    group_id: uuid.UUID,
    devices: Sequence[Device],
    kind: OrderKind,
    *,
    name: str,
    parameters: Mapping[str, Any] | None = None,
    valid_for: timedelta | None = None,
    approval: Approval | None = None,
) -> uuid.UUID:
    """Ask many meters to do the same; the same id again gives the same group.

    Args:
        user: who asks, as for one order; more than a few cuts need ``order.mass-disconnect`` and `approval`.
        group_id: made by the caller.
        devices: each once.
        kind: what.
        name: for people.
        parameters: of each order.
        valid_for: so long each is tried; None: the rule of the kind.
        approval: of a mass disconnection, asked for by
            `system.head_end.services.order_groups.request_mass_disconnection` and granted by somebody else.

    Returns:
        The id of the group.

    Raises:
        UnableToOrder: refused, or not approved.
    """
    request = _order_groups.GroupRequest(
        group_id, name, kind, tuple(devices), dict(parameters or {}), valid_for
    )
    return _order_groups.request_group(user, request, approval).pk


def cancel_order(user: User, order_id: uuid.UUID) -> OrderView:
    """Take back an order that was not sent yet; again is no error.

    Raises:
        UnableToOrder: it does not exist, was sent already, or has ended otherwise.
    """
    return _orders.view_of(_order_requests.cancel_order(user, order_id))


def modes_set(since: datetime) -> list[OrderView]:
    """Orders that set meters to prepaid or postpaid, every provider's, done after `since`, in their order."""
    return _orders.modes_set(since)


def order_of(user: User, order_id: uuid.UUID) -> OrderView | None:
    """An order of the user's provider."""
    found = _orders.find_order(user, order_id)
    return None if found is None else _orders.view_of(found)


def consumption_wh(where: Installation | Device, start: datetime, end: datetime) -> int | None:
    """Energy taken from `start` to `end`, Wh; None where a reading at either end is missing.

    For an installation the meters that hung there are added up, each for its time.
    """
    return _consumption.consumption_wh(where, start, end)


def consumption_by_installation(
    installations: QuerySet[Installation], start: datetime, end: datetime
) -> dict[int, int | None]:
    """Energy from `start` to `end` of each of many installations, Wh, by its key; see `consumption_wh`."""
    return _consumption.consumption_by_installation(installations, start, end)


def daily_consumption(where: Installation | Device, first: date, last: date) -> list[DayEnergy]:
    """Energy of each business day from `first` to `last`, both included; None marks a gap."""
    return _consumption.daily_consumption(where, first, last)


def curve(
    device: Device, obis: str, start: datetime, end: datetime, period_s: int | None = None
) -> Curve | None:
    """Every point of a quantity after `start` up to `end`, with gaps marked; None: it was never read.

    Args:
        device: the meter.
        obis: of the quantity, such as `ENERGY_IMPORT`.
        start: UTC; not itself a point.
        end: UTC; at most 400 days later.
        period_s: of the profile that is wanted; None: the finest that has the quantity.
    """
    return _curves.curve(device, obis, start, end, period_s)


def load_curve(device: Device, start: datetime, end: datetime, period_s: int | None = None) -> Curve | None:
    """Wh of each interval after `start` up to `end`, from the energy register, gaps marked; see `curve`."""
    return _curves.load_curve(device, start, end, period_s)


def last_reading(device: Device) -> LastReading | None:
    """The newest energy register of a meter that was kept and can be trusted."""
    return _consumption.last_reading(device)


def reachable(device: Device) -> bool:
    """True where an order could reach it: confirmed, and neither it nor its channel fails now."""
    return _meters.reachable(device)
