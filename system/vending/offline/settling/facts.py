"""What a sale's entry says, by name."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from protocols.offline.chain import Entry
from system.vending.pricing import PricingError, Quote, price_sale
from system.vending.pricing.stored import from_json


@dataclass(frozen=True, slots=True)
class SaidToken:
    """A token as the terminal printed it."""

    digits: str
    tid: int
    role: str


@dataclass(frozen=True, slots=True)
class SaidSale:
    """A sale as the terminal wrote it down; units last in names, see `protocols.offline.schema`."""

    sale_id: uuid.UUID
    number: str
    installation: str
    drn: str
    operator: str
    shift_id: uuid.UUID
    inputs: dict[str, Any]
    amount_c: int
    units: int
    energy_c: int
    deducted_c: int
    residue_mc: int
    subsidy_mc: int
    tokens: tuple[SaidToken, ...]
    sequence: int
    spent_c: int
    lease_id: uuid.UUID
    flags: tuple[str, ...]

    def quote(self) -> Quote | None:
        """What its inputs come to, where the figures that it names follow from them; else None."""
        try:
            quote = price_sale(from_json(json.dumps(self.inputs)))
        except PricingError:
            return None
        named = (self.amount_c, self.units, self.energy_c, self.deducted_c, self.residue_mc, self.subsidy_mc)
        follow = (
            quote.inputs.amount_c,
            quote.units,
            quote.energy_c,
            quote.deducted_c,
            quote.residue_mc,
            quote.subsidy_mc,
        )
        return quote if named == follow else None


def sale_of(entry: Entry) -> SaidSale:
    """What an entry of a sale says.

    Raises:
        OfflineError: it does not fit the kind.
    """
    facts = dict(entry.facts)
    tokens = tuple(SaidToken(**token) for token in facts.pop("tokens"))
    return SaidSale(**facts, tokens=tokens)
