"""Shifts: the one that a cashier has open, sums of one, and the position of a merchant."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, Count, Sum

from system.accounts.models import User
from system.config.compiled_queries import CompiledQuery
from system.vending.ledger import account_of, balance_of
from system.vending.models import AccountKind, BillPayment, Merchant, Sale, Shift


@dataclass(frozen=True, slots=True)
class ShiftSums:
    """The sales of a shift, reversals taken off, and its cash.

    Args:
        count: recharges.
        units: sold, of 0.1 kWh.
        deducted_c, energy_c: what the money became, centavos.
        collected_c: received, payments of bills included.
        expected_c: what should be in the drawer.
    """

    count: int
    units: int
    deducted_c: int
    energy_c: int
    collected_c: int
    expected_c: int


@dataclass(frozen=True, slots=True)
class Position:
    """Position of a merchant, centavos; without a limit, `limit_c` and `room_c` are None."""

    owed_c: int
    limit_c: int | None
    room_c: int | None


def open_shift_of(user: User) -> Shift | None:
    """The shift that a cashier has open here, or None; one of a terminal without a link ends over there."""
    shift: Shift | None = _OPEN.first(cashier_id=user.pk)
    return shift


def collected_c(shift: Shift) -> int:
    """Cash of a shift: its sales, reversals taken off, and payments of bills."""
    sold = Sale.objects.filter(shift=shift, outcome__minted=True, reversal__isnull=True)
    paid = BillPayment.objects.filter(shift=shift)
    return sum(int(rows.aggregate(total=Sum("amount_c"))["total"] or 0) for rows in (sold, paid))


def shift_sums(shift: Shift) -> ShiftSums:
    """Add a shift up."""
    sold = Sale.objects.filter(shift=shift, outcome__minted=True, reversal__isnull=True)
    sums = sold.aggregate(
        count=Count("pk"), units=Sum("units"), deducted_c=Sum("deducted_c"), energy_c=Sum("energy_c")
    )
    collected = collected_c(shift)
    return ShiftSums(
        **{name: int(value or 0) for name, value in sums.items()},
        collected_c=collected,
        expected_c=shift.opening_cash_c + collected,
    )


def position_of(merchant: Merchant) -> Position:
    """Position of a merchant, pending sales included."""
    balance = balance_of(account_of(merchant.provider_id, AccountKind.MERCHANT, merchant))
    owed_c = balance.posted_c + balance.pending_c
    return Position(owed_c, balance.limit_c, None if balance.limit_c is None else balance.limit_c - owed_c)


#: With its closure, which is none, so that nobody asks for it again.
_OPEN = CompiledQuery(
    lambda cashier_id: (
        Shift.objects.filter(cashier_id=cashier_id, closure__isnull=True, terminal_shift__isnull=True)
        .select_related("point_of_sale__merchant", "closure")
        .order_by("-opened_at")[:1]
    ),
    cashier_id=BigIntegerField(),
)
