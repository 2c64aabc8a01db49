"""What a ticket tells, whoever sold: the counter knows it from its rows, a terminal from its own book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.vending.pricing import Quote


@dataclass(frozen=True, slots=True)
class TicketProvider:
    """Who sells: `contact` is where to complain, `lines` are said at the end; both may be empty."""

    name: str
    nit: str
    contact: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketBuyer:
    """For whom.

    Args:
        name: of the customer.
        niu: of the installation.
        place: address and community.
        estrato: 1 to 6, or None.
        drn: of the meter.
        meter: its ``sgc``, ``krn``, ``ti`` and ``ea``.
    """

    name: str
    niu: str
    place: str
    estrato: int | None
    drn: str
    meter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TicketToken:
    """A token: what it is called, and its 20 digits."""

    name: str
    digits: str


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """All that a ticket tells.

    Args:
        number: of the ticket.
        at: when it was sold, aware.
        point_of_sale: its name; empty: none.
        seller: who attended.
        tokens: in the order of typing.
        amount_c: received, centavos.
        units: sold, of 0.1 kWh.
        quote: how the price came about; None: nothing was priced.
        free_units: given without money; None: it is no such token.
        previous: when the customer bought before; None: never, or not known.
        test: made with test keys.
        reversed: the sale was taken back.
    """

    provider: TicketProvider
    buyer: TicketBuyer
    number: str
    at: datetime
    point_of_sale: str
    seller: str
    tokens: tuple[TicketToken, ...]
    amount_c: int
    units: int
    quote: Quote | None
    test: bool
    free_units: int | None = None
    previous: datetime | None = None
    reversed: bool = False
