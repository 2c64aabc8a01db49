"""What a terminal may hold, what it took, and what is due: sums of facts, centavos."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from protocols.offline.chain import genesis
from system.vending.offline.models import LeasedMeter, SettledEntry, SettledSale, Terminal, TerminalDeposit


@dataclass(frozen=True, slots=True)
class Position:
    """Where a terminal stands, by what has arrived.

    Args:
        limit_c: what it may hold.
        deposited_c: handed over in its whole life.
        sold_c: taken in its whole life.
        reversed_c: of it, given back.
        sales: how many.
        units: sold, of 0.1 kWh.
    """

    limit_c: int
    deposited_c: int
    sold_c: int
    reversed_c: int
    sales: int
    units: int

    @property
    def allowed_c(self) -> int:
        """What it may take in its whole life: an old lease never gives anything back."""
        return self.limit_c + self.deposited_c

    @property
    def due_c(self) -> int:
        """What is still to be handed over; below 0: handed over too much."""
        return self.sold_c - self.reversed_c - self.deposited_c

    @property
    def left_c(self) -> int:
        """What it may still take."""
        return max(0, self.allowed_c - self.sold_c)


def position_of(terminal: Terminal) -> Position:
    """Where it stands."""
    sales = SettledSale.objects.filter(terminal=terminal)
    sums = sales.aggregate(money=Sum("sale__amount_c"), units=Sum("sale__units"))
    back = sales.filter(sale__reversal__isnull=False).aggregate(money=Sum("sale__amount_c"))
    return Position(
        terminal.limit_c,
        deposited_c(terminal),
        int(sums["money"] or 0),
        int(back["money"] or 0),
        sales.count(),
        int(sums["units"] or 0),
    )


def deposited_c(terminal: Terminal) -> int:
    """What was handed over of a terminal's money in its whole life."""
    rows = TerminalDeposit.objects.filter(terminal=terminal)
    return int(rows.aggregate(total=Sum("deposit__amount_c"))["total"] or 0)


def allowed_c(terminal: Terminal) -> int:
    """What a terminal may take in its whole life: limit, and each deposit by exactly itself (R5.4-05)."""
    return terminal.limit_c + deposited_c(terminal)


def settled_up_to(terminal: Terminal) -> tuple[int, str]:
    """Number and hash of the last entry that is in the books; 0 and the genesis where none is."""
    last = SettledEntry.objects.filter(terminal=terminal).order_by("-number").first()
    return (0, genesis(terminal.pk)) if last is None else (last.number, last.hash)


def leases_out(devices: Any, now: datetime) -> dict[int, LeasedMeter]:
    """Device id -> the lease of it that lasts longest, of those that have not ended."""
    out: dict[int, LeasedMeter] = {}
    rows = LeasedMeter.objects.filter(device__in=devices, until__gt=now)
    for row in rows.select_related("pack__terminal").order_by("until"):
        out[row.device_id] = row
    return out


def leased_until(terminal: Terminal) -> datetime | None:
    """When the last lease of a terminal ends; None: it never had one."""
    last: datetime | None = terminal.packs.aggregate(last=Max("leased_until"))["last"]
    return last
