"""What a secure counter is asked and answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from system.security_module.secure_counter.book import Row


@dataclass(frozen=True, slots=True)
class MintRequest:
    """A sale that wants its token.

    Attributes:
        sale_id: made by the terminal and stored there before it asks: the same id has the same token.
        drn: of the meter, 11, 13 or 18 digits.
        units: of 0.1 kWh; coding rounds up above 1638.3 kWh, as everywhere.
        amount_c: of the sale, centavos: what the limit is counted in.
    """

    sale_id: UUID
    drn: str
    units: int
    amount_c: int


@dataclass(frozen=True, slots=True)
class Minted:
    """A token of the counter.

    Attributes:
        sale_id, drn, amount_c: of the request.
        digits: 20.
        tid: under the base date of the meter's key.
        units: as the token carries them.
        sequence: which token of the counter's life, from 1.
        spent_c: money sold in its life, with this.
        lease_id: under which.
        at: by the terminal's clock.
    """

    sale_id: UUID
    drn: str
    digits: str
    tid: int
    units: int
    amount_c: int
    sequence: int
    spent_c: int
    lease_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CounterStatus:
    """Where a counter stands.

    Attributes:
        sequence: tokens minted in its life.
        spent_c: money sold in its life, centavos.
        allowed_c: how much that may be.
        left_c: the difference, at least 0.
        until: when the last of its leases ends, or None without one.
        drns: of the meters that it has a lease for, ended or not.
        test: minted under published test keys.
    """

    sequence: int
    spent_c: int
    allowed_c: int
    left_c: int
    until: datetime | None
    drns: tuple[str, ...]
    test: bool


def minted_of(row: Row) -> Minted:
    """The token of a row."""
    return Minted(
        sale_id=UUID(row.sale_id),
        drn=row.drn,
        digits=row.digits,
        tid=row.tid,
        units=row.units,
        amount_c=row.amount_c,
        sequence=row.sequence,
        spent_c=row.spent_c,
        lease_id=UUID(row.lease_id),
        at=datetime.fromisoformat(row.at),
    )
