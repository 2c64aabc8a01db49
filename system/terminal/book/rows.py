"""What is read from the book."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A sale for which the counter was asked, or was about to be.

    Args:
        sale_id: that the counter knows it by.
        at: when, by the terminal's clock.
        content: of the entry that it becomes, but for what the counter adds.
        said: what the ticket says of the customer.
    """

    sale_id: UUID
    at: datetime
    content: dict[str, Any]
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SoldRow:
    """A sale that has its token.

    Args:
        entry: its number in the chain.
        at: when.
        content: of the entry.
        copies: how often it was printed.
        said: what the ticket says of the customer.
    """

    entry: int
    at: datetime
    content: dict[str, Any]
    copies: int
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of work of one operator; `closed_at` and `counted_c` are None while it is open."""

    shift_id: UUID
    operator: str
    opened_at: datetime
    closed_at: datetime | None
    counted_c: int | None


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and when the last one was typed."""

    tries: int
    last_at: datetime


def stored_inputs(row: SoldRow) -> str:
    """The pricing inputs of a sale as `system.vending.pricing.stored` writes them."""
    return json.dumps(row.content["inputs"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
