"""An order, from the store's word that it may begin to the report of how it went.

The store is told before anything that acts is sent, so that an order outlives a collector that dies. Silence
after that is no failure: the order is unsure, and who takes it up looks first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from protocols.dlms.session.errors import AccessRefused, ActionRefused, ExceptionAnswered
from system.head_end.acquisition.cosem_reads import is_answer
from system.head_end.acquisition.failures import DEVICE_FAULTS, Failure, failure_of
from system.head_end.acquisition.leased_store import LeasedStore
from system.head_end.acquisition.meter_session import MeterSession
from system.head_end.acquisition.orders.controls import operate_relay, set_clock, set_payment_mode
from system.head_end.acquisition.orders.on_demand import read_on_demand
from system.head_end.acquisition.orders.outcome import Attempt, Outcome
from system.head_end.acquisition.orders.token import deliver_token
from system.head_end.store_port import DueOrder
from system.head_end.vocabulary import OrderKind, OrderState

OrderHandler = Callable[[MeterSession, DueOrder, Attempt], Awaitable[Outcome]]

#: Kind of order -> what does it.
ORDER_HANDLERS: Mapping[OrderKind, OrderHandler] = {
    OrderKind.READ: read_on_demand,
    OrderKind.TOKEN: deliver_token,
    OrderKind.CUT: operate_relay,
    OrderKind.RECONNECT: operate_relay,
    OrderKind.CLOCK: set_clock,
    OrderKind.MODE: set_payment_mode,
}


async def execute_order(session: MeterSession, order: DueOrder) -> Failure | None:
    """Carry an order out and report it; why it did not go well.

    Raises:
        Exception: what ends the session too, once it is reported.
        LeaseLost: the channel is somebody else's.
    """
    await session.enough_counters()
    if not await session.store.may_begin(order.id):
        return None
    attempt = Attempt()
    try:
        ending = await ORDER_HANDLERS[order.kind](session, order, attempt)
    except (*DEVICE_FAULTS, asyncio.CancelledError) as error:
        if not _is_refusal(error):
            state = OrderState.UNSURE if attempt.acted or order.unsure else OrderState.WAITING
            await session.store.report(order.id, state, failure_of(error), evidence=attempt.evidence)
            raise
        ending = Outcome(OrderState.REFUSED, failure_of(error))
    await session.store.report(order.id, ending.state, ending.failure, ending.result, attempt.evidence)
    return ending.failure


def _is_refusal(error: BaseException) -> bool:
    """True where the meter itself refused: the order is over then, and the session goes on."""
    if isinstance(error, ExceptionAnswered):
        return is_answer(error)
    return isinstance(error, AccessRefused | ActionRefused)


async def postpone_orders(store: LeasedStore, orders: tuple[DueOrder, ...], failure: Failure) -> None:
    """Orders that could not be begun: they may be tried again."""
    for order in orders:
        state = OrderState.UNSURE if order.unsure else OrderState.WAITING
        await store.report(order.id, state, failure)
