"""Head-ends as this room sees them: who reaches a meter, hand it tokens, look how they stand.

`carrier_of` asks the carriers of `CARRIERS` in their order; tests put one of their own there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from system.head_end import api
from system.head_end.api_types import TokenDelivery
from system.head_end.vocabulary import OrderState, Reason
from system.vending.models import Sale


@dataclass(frozen=True, slots=True)
class TokenState:
    """How one token stands.

    Args:
        position: in its sale.
        state: of its order.
        answer: the meter's own word, as the standard names it (``Accept``, ``UsedError`` …); empty: none.
        already: an earlier attempt of ours had entered it.
        reason: where it did not go well.
        at: when that was so, business time.
        unsure: it was sent once, and its answer lost.
    """

    position: int
    state: OrderState
    answer: str = ""
    already: bool = False
    reason: Reason | None = None
    at: datetime | None = None
    unsure: bool = False


class Carrier(Protocol):
    """A head-end that takes tokens."""

    def takes(self, sale: Sale) -> str:
        """The name under which it takes the tokens of this sale's meter; empty: it does not reach it."""

    def hand(self, user: Any, sale: Sale) -> None:
        """Take all tokens of a sale, in their order; the same sale again changes nothing."""

    def look(self, sale: Sale) -> Sequence[TokenState]:
        """How they stand; empty where it was never handed them."""

    def withdraw(self, user: Any, sale: Sale) -> bool:
        """Take back all that wait, within the caller's transaction; False: one has been sent meanwhile."""


class OurHeadEnd:
    """`system.head_end.api`."""

    def takes(self, sale: Sale) -> str:
        """``local`` where the device is reachable."""
        return "local" if api.reachable(sale.device) else ""

    def hand(self, user: Any, sale: Sale) -> None:
        """One order a token, each after the one before."""
        digits = [token.digits for token in sale.tokens.order_by("position")]
        api.deliver_tokens(user, sale.device, sale.pk, digits)

    def look(self, sale: Sale) -> Sequence[TokenState]:
        """Its orders."""
        return look_at(sale.pk)

    def withdraw(self, user: Any, sale: Sale) -> bool:
        """Cancel what waits; an order that has begun since it was looked at refuses."""
        found = api.delivery_of(sale.pk)
        try:
            for token in () if found is None else found.tokens:
                if token.state is OrderState.WAITING:
                    api.cancel_order(user, token.order_id)
        except api.UnableToOrder:
            return False
        return True


def look_at(delivery_id: Any) -> Sequence[TokenState]:
    """How the tokens stand that our head-end was given under an id."""
    found = api.delivery_of(delivery_id)
    return () if found is None else tuple(map(_state, found.tokens))


def _state(token: TokenDelivery) -> TokenState:
    return TokenState(
        token.position,
        token.state,
        token.answer,
        bool(token.result.get("already")),
        token.reason,
        token.at,
        token.unsure,
    )


def carriers() -> list[Carrier]:
    """Every carrier, in the order in which they are asked: who is configured for a site, then ours."""
    from system.vending.delivery.remote import Elsewhere

    return CARRIERS or [Elsewhere(), OurHeadEnd()]


#: Others than those of the house; for tests and for houses with a head-end of their own.
CARRIERS: list[Carrier] = []


def carrier_of(sale: Sale) -> tuple[str, Carrier] | None:
    """Who reaches the meter of a sale: name and carrier."""
    for carrier in carriers():
        name = carrier.takes(sale)
        if name:
            return name, carrier
    return None


def look(sale: Sale) -> Sequence[TokenState]:
    """How the tokens of a sale stand, wherever they were handed to."""
    for carrier in carriers():
        states = carrier.look(sale)
        if states:
            return states
    return ()
