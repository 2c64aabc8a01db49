"""The payment logs: tokens that came in, credit that they brought, charges that were collected.

Each is a ring of rows, kept cell by cell; amounts are whole Wh.

Source: Gurux's public table of OBIS codes [R]: 0.b.99.14.e charge collection, 0.b.99.15.e token credit
history, 0.b.99.17.e token transfer log; their columns are ours
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sim.meter.payment.charges import PaymentRecord
from sim.meter.payment.tokens import RESULT_NUMBERS, TokenRecord
from sim.meter.storage.ring import Ring

TOKENS, CREDITS, CHARGES = "tokens", "credits", "charges"


class PaymentLog:
    """The three logs of one meter.

    Args:
        capacity: rows of each, 1 or more.
    """

    __slots__ = ("rings",)

    def __init__(self, capacity: int) -> None:
        self.rings: dict[str, Ring] = {name: Ring(capacity) for name in (TOKENS, CREDITS, CHARGES)}

    @property
    def counts(self) -> dict[str, int]:
        """Rows that are held, by log."""
        return {name: len(ring) for name, ring in self.rings.items()}

    def record(self, records: Iterable[PaymentRecord]) -> None:
        """Write what the account has to say."""
        for record in records:
            if record.charge is None:
                self.rings[CREDITS].append(record.epoch_us, record.amount_wh, record.rest_wh)
            else:
                self.rings[CHARGES].append(record.epoch_us, record.charge, record.amount_wh, record.rest_wh)

    def token(self, record: TokenRecord) -> None:
        """Write a token, accepted or not: its result, the way it came, what it brought."""
        number = RESULT_NUMBERS.get(record.outcome.name, 0)
        self.rings[TOKENS].append(record.epoch_us, number, int(record.delivery), record.granted_wh or 0)

    def snapshot(self) -> dict[str, Any]:
        """Every row as plain data."""
        return {"counts": self.counts, "rows": {name: ring.snapshot() for name, ring in self.rings.items()}}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up the rows that were kept."""
        for name, ring in self.rings.items():
            ring.restore(kept["rows"].get(name, ()))
