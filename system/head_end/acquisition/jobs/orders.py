"""An order, from the desk's word that it may begin to the report of how it went.

The desk is told before anything that acts is sent, so that an order outlives a collector that dies. Silence
after that is no failure: the order is unsure, and who takes it up looks first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from protocols.dlms.session_errors import AccessRefused, ActionRefused, ExceptionAnswered
from system.head_end.acquisition.asking import is_answer
from system.head_end.acquisition.jobs.clock import order_clock
from system.head_end.acquisition.jobs.endings import Attempt, Ending
from system.head_end.acquisition.jobs.mode import change_mode
from system.head_end.acquisition.jobs.registers import read_registers
from system.head_end.acquisition.jobs.switch import throw_switch
from system.head_end.acquisition.jobs.token import deliver_token
from system.head_end.acquisition.leased_desk import LeasedDesk
from system.head_end.acquisition.reasons import DEVICE_FAULTS, Failure, failure_of
from system.head_end.acquisition.talk import Talk
from system.head_end.desk import OrderWork
from system.head_end.vocabulary import OrderKind, OrderState

Doer = Callable[[Talk, OrderWork, Attempt], Awaitable[Ending]]

#: Kind of order -> what does it.
DOERS: Mapping[OrderKind, Doer] = {
    OrderKind.READ: read_registers,
    OrderKind.TOKEN: deliver_token,
    OrderKind.CUT: throw_switch,
    OrderKind.RECONNECT: throw_switch,
    OrderKind.CLOCK: order_clock,
    OrderKind.MODE: change_mode,
}


async def run_order(talk: Talk, order: OrderWork) -> Failure | None:
    """Carry an order out and report it; why it did not go well.

    Raises:
        Exception: what ends the session too, once it is reported.
        LeaseLost: the channel is somebody else's.
    """
    await talk.enough_counters()
    if not await talk.desk.may_begin(order.id):
        return None
    attempt = Attempt()
    try:
        ending = await DOERS[order.kind](talk, order, attempt)
    except (*DEVICE_FAULTS, asyncio.CancelledError) as error:
        if not _is_no(error):
            state = OrderState.UNSURE if attempt.acted or order.unsure else OrderState.WAITING
            await talk.desk.report(order.id, state, failure_of(error), evidence=attempt.evidence)
            raise
        ending = Ending(OrderState.REFUSED, failure_of(error))
    await talk.desk.report(order.id, ending.state, ending.failure, ending.result, attempt.evidence)
    return ending.failure


def _is_no(error: BaseException) -> bool:
    """Whether the meter itself said no: it is over then, and the session goes on."""
    if isinstance(error, ExceptionAnswered):
        return is_answer(error)
    return isinstance(error, AccessRefused | ActionRefused)


async def put_off(desk: LeasedDesk, orders: tuple[OrderWork, ...], failure: Failure) -> None:
    """Orders that could not be begun: they may be tried again."""
    for order in orders:
        state = OrderState.UNSURE if order.unsure else OrderState.WAITING
        await desk.report(order.id, state, failure)
