"""The field's part of the API.

Map of the room::

    fields.py      codes, lengths and what is written of reasons
    meters.py      meters in the field: list, one with its state and why
    meter_changes.py   correct, put apart, accept a change that waits
    channels.py    ways into the field: list, one, open, correct
    found.py       what was found behind them: list, confirm, reject
    readings.py    a curve, energy by the day, what is missing
    events.py      what devices told
    asking.py      what is asked of a meter, as it travels
    orders.py      orders: list, one with its steps, ask, take back
    groups.py      the same order for many meters: ask, progress, abort; mass disconnection with four eyes
    plans.py       what is read when, and the rules of the provider
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
