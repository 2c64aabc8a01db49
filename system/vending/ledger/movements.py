"""Movements: pending, then posted or voided. Everything here runs inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import UUIDField

from system.config.clock import security_now
from system.config.compiled import CompiledQuery, insert
from system.config.compiled_writes import run_many
from system.vending.models import LedgerAccount, Movement, MovementOutcome, Transfer


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
    claim(write(movement, entries))


def write(movement: Movement, entries: Iterable[Entry]) -> list[Transfer]:
    """The first half of `reserve`: the facts. Nobody waits for them.

    Raises:
        ValueError: an amount is below 0.
    """
    moved = [entry for entry in entries if entry.amount_c]
    if any(entry.amount_c < 0 for entry in moved):
        raise ValueError("an amount moves the other way by its accounts, not by its sign")
    rows = [
        Transfer(movement=movement, debit=entry.debit, credit=entry.credit, amount_c=entry.amount_c)
        for entry in moved
    ]
    insert(movement)
    insert(*rows)
    return rows


def claim(transfers: Iterable[Transfer]) -> None:
    """The second half of `reserve`: the balances.

    Every sale of a provider changes some of the same ones, and who changes them makes others wait until his
    transaction ends: let it be the last thing in it.

    Raises:
        OverLimit: see `reserve`.
    """
    moved = ((row.debit_id, row.credit_id, row.amount_c) for row in transfers)
    _change([(change_c, 0, account_id, change_c, change_c) for account_id, change_c in _changes(moved)])


def settle(movement: Movement, *, posted: bool) -> None:
    """End a pending movement; twice is an error of the database. Others wait from here on, as for `claim`."""
    insert(MovementOutcome(movement=movement, posted=posted, wall_at=security_now()))
    moved = _MOVED(movement_id=movement.pk)
    _change([(-change_c, change_c * posted, account_id, 0, 0) for account_id, change_c in _changes(moved)])


def post(movement: Movement, entries: Iterable[Entry]) -> None:
    """A movement that is final at once.

    Raises:
        OverLimit: see `reserve`.
    """
    reserve(movement, entries)
    settle(movement, posted=True)


def post_fact(movement: Movement, entries: Iterable[Entry]) -> None:
    """A movement of money that was handed over already, far from here: final at once, whatever limits say.

    Raises:
        IntegrityError: somebody else's money is pending on an account that would go over its limit: later.
        ValueError: see `write`.
    """
    transfers = write(movement, entries)
    insert(MovementOutcome(movement=movement, posted=True, wall_at=security_now()))
    moved = ((row.debit_id, row.credit_id, row.amount_c) for row in transfers)
    _change([(0, change_c, account_id, 0, 0) for account_id, change_c in _changes(moved)])


def _changes(moved: Iterable[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Account and change, debits less credits; in the order of accounts, so that two writers never cross."""
    changes: dict[int, int] = defaultdict(int)
    for debit_id, credit_id, amount_c in moved:
        changes[debit_id] += amount_c
        changes[credit_id] -= amount_c
    return sorted((account_id, change_c) for account_id, change_c in changes.items() if change_c)


def _change(changes: list[tuple[int, int, int, int, int]]) -> None:
    """Change balances, in one go and in their order: the parameters of `_CHANGE`.

    Raises:
        OverLimit: one that grows would be over its limit.
    """
    if not changes:
        return
    if run_many(connection, _CHANGE, changes) != len(changes):
        raise OverLimit("an account would go over its limit")


#: Pending and posted change, account, and twice what it grows by, if there must be room for it.
_CHANGE = """
UPDATE vending_account_balance SET pending_c = pending_c + %s, posted_c = posted_c + %s
WHERE account_id = %s AND (%s <= 0 OR limit_c IS NULL OR limit_c >= posted_c + pending_c + %s)
"""
_MOVED = CompiledQuery(
    lambda movement_id: Transfer.objects.filter(movement_id=movement_id).values_list(
        "debit_id", "credit_id", "amount_c"
    ),
    movement_id=UUIDField(),
)
