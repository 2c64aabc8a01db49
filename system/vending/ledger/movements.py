"""Movements: pending, then posted or voided. Everything here runs inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from system.config.clock import security_now
from system.vending.models import AccountBalance, LedgerAccount, Movement, MovementOutcome, Transfer


class OverLimit(ValueError):
    """An account would go over its limit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount above 0, centavos, from `credit` to `debit`."""

    debit: LedgerAccount
    credit: LedgerAccount
    amount_c: int


def reserve(movement: Movement, entries: Iterable[Entry]) -> None:
    """Write a movement and its transfers as pending; entries of 0 are left out.

    Raises:
        OverLimit: an account's limit would be passed; nothing may be kept then.
        ValueError: an amount is below 0.
    """
    moved = [entry for entry in entries if entry.amount_c]
    if any(entry.amount_c < 0 for entry in moved):
        raise ValueError("an amount moves the other way by its accounts, not by its sign")
    movement.save()
    Transfer.objects.bulk_create(
        Transfer(movement=movement, debit=entry.debit, credit=entry.credit, amount_c=entry.amount_c)
        for entry in moved
    )
    for account_id, change_c in _changes((e.debit.pk, e.credit.pk, e.amount_c) for e in moved):
        room = Q(limit_c__isnull=True) | Q(limit_c__gte=F("posted_c") + F("pending_c") + change_c)
        wanted = AccountBalance.objects.filter(account_id=account_id)
        if change_c > 0:
            wanted = wanted.filter(room)
        if wanted.update(pending_c=F("pending_c") + change_c) != 1:
            raise OverLimit(f"account {account_id} would go over its limit")


def settle(movement: Movement, *, posted: bool) -> None:
    """End a pending movement; twice is an error of the database."""
    MovementOutcome(movement=movement, posted=posted, wall_at=security_now()).save()
    rows = Transfer.objects.filter(movement=movement).values_list("debit_id", "credit_id", "amount_c")
    for account_id, change_c in _changes(rows):
        kept_c = change_c if posted else 0
        AccountBalance.objects.filter(account_id=account_id).update(
            pending_c=F("pending_c") - change_c, posted_c=F("posted_c") + kept_c
        )


def post(movement: Movement, entries: Iterable[Entry]) -> None:
    """A movement that is final at once.

    Raises:
        OverLimit: see `reserve`.
    """
    reserve(movement, entries)
    settle(movement, posted=True)


def _changes(moved: Iterable[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Account and change, debits less credits; in the order of accounts, so that two writers never cross."""
    changes: dict[int, int] = defaultdict(int)
    for debit_id, credit_id, amount_c in moved:
        changes[debit_id] += amount_c
        changes[credit_id] -= amount_c
    return sorted((account_id, change_c) for account_id, change_c in changes.items() if change_c)
