"""The states of an order: (state, what happens) -> next state. What is not in the table is refused.

WAITING may be begun; RUNNING was sent, or is about to be; UNSURE was sent and nobody knows what the meter
did. From UNSURE an order is only left by looking at the meter: it is neither taken back nor tried blindly.
"""

from collections.abc import Mapping
from enum import StrEnum

from system.head_end.vocabulary import OrderState

_S = OrderState


class OrderEvent(StrEnum):
    """What can happen to an order."""

    BEGIN = "begin"
    DO = "do"
    REFUSE = "refuse"
    FAIL = "fail"
    POSTPONE = "postpone"
    LOSE = "lose"
    EXPIRE = "expire"
    CANCEL = "cancel"


_E = OrderEvent

TRANSITIONS: Mapping[tuple[OrderState, OrderEvent], OrderState] = {
    (_S.WAITING, _E.BEGIN): _S.RUNNING,
    (_S.WAITING, _E.POSTPONE): _S.WAITING,
    (_S.WAITING, _E.DO): _S.DONE,
    (_S.WAITING, _E.REFUSE): _S.REFUSED,
    (_S.WAITING, _E.FAIL): _S.FAILED,
    (_S.WAITING, _E.EXPIRE): _S.EXPIRED,
    (_S.WAITING, _E.CANCEL): _S.CANCELLED,
    (_S.RUNNING, _E.DO): _S.DONE,
    (_S.RUNNING, _E.REFUSE): _S.REFUSED,
    (_S.RUNNING, _E.FAIL): _S.FAILED,
    (_S.RUNNING, _E.POSTPONE): _S.WAITING,
    (_S.RUNNING, _E.LOSE): _S.UNSURE,
    (_S.UNSURE, _E.BEGIN): _S.RUNNING,
    (_S.UNSURE, _E.POSTPONE): _S.UNSURE,
    (_S.UNSURE, _E.LOSE): _S.UNSURE,
    (_S.UNSURE, _E.DO): _S.DONE,
    (_S.UNSURE, _E.REFUSE): _S.REFUSED,
    (_S.UNSURE, _E.FAIL): _S.FAILED,
    (_S.UNSURE, _E.EXPIRE): _S.EXPIRED,
}

#: What a collector reports -> what happens to the order.
REPORTED: Mapping[OrderState, OrderEvent] = {
    _S.DONE: _E.DO,
    _S.REFUSED: _E.REFUSE,
    _S.FAILED: _E.FAIL,
    _S.WAITING: _E.POSTPONE,
    _S.UNSURE: _E.LOSE,
}

#: Seconds until the next attempt after the first, second … one; the last goes on.
RETRY_S: tuple[int, ...] = (30, 60, 120, 300, 600, 900)


def next_state(state: OrderState, event: OrderEvent, *, unsure: bool = False) -> OrderState | None:
    """Where an order goes; None: that cannot happen to it.

    Args:
        state: where it stands.
        event: what happens.
        unsure: it was sent once and its answer lost. Such an order is postponed into UNSURE, as "not begun
            this time" says nothing about that time.

    >>> next_state(OrderState.RUNNING, OrderEvent.POSTPONE, unsure=True)
    <OrderState.UNSURE: 'unsure'>
    """
    found = TRANSITIONS.get((state, event))
    if found is OrderState.WAITING and unsure:
        return OrderState.UNSURE
    return found


def retry_after_s(attempts: int) -> int:
    """How long an order rests after so many attempts, s."""
    return RETRY_S[min(max(attempts, 1), len(RETRY_S)) - 1]
