"""Routes of the field in the API.

Map of the room::

    meters.py    meters in the field: list, one with its state and why; correct, put apart, accept a change
    channels.py  channels into the field, and the meters found behind them
    readings.py  a curve, energy by the day, gaps
    events.py    events of devices
    orders.py    orders to one meter and to many: list, steps, request, cancel, abort, mass disconnection
    plans.py     collection plans, and the rules of the provider
    fields.py    fields and look-ups that the routes share
"""

from system.accounts.rest.problems import AppApi, Refusal
from system.head_end.errors import UnableToConfigure, UnableToConfirm, UnableToOrder
from system.head_end.rest import channels, events, meters, orders, plans, readings

_REFUSED = Refusal(422, "refused", "No se puede")
APP_API = AppApi(
    routers=(
        meters.router,
        meters.change_router,
        channels.router,
        channels.found_router,
        readings.router,
        events.router,
        orders.router,
        orders.group_router,
        plans.router,
    ),
    refusals={UnableToOrder: _REFUSED, UnableToConfirm: _REFUSED, UnableToConfigure: _REFUSED},
)
