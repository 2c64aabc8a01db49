"""Ledger: accounts, movements and transfers, and the trial balance; its tables are written here alone.

account_of, balance_of         an account by what it holds and whose it is; its sums
set_limit(account, limit_c)    how far its balance may grow
new_movement(...)              a movement that is not written yet
reserve(movement, entries)     pending: balances know it, nothing is final
write, claim                   the halves of reserve: facts, then the balances that every sale changes
settle(movement, posted=True)  posted, or voided: once
post(movement, entries)        both at once
post_fact(movement, entries)   the same for money that was taken elsewhere: no limit refuses it
ledger_faults()                trial balance: what does not add up; an empty list is right

Everything here runs inside the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, Sum, UUIDField

from system.config.clock import business_day, business_now, security_now
from system.config.compiled_queries import CompiledQuery, insert, insert_missing, run_many
from system.vending.models import (
    AccountBalance,
    AccountKind,
    LedgerAccount,
    Movement,
    MovementKind,
    MovementOutcome,
    Sale,
    SaleOutcome,
    Token,
    Transfer,
)

# ------------ accounts: made when they are first needed


def account_of(provider_id: int, kind: AccountKind, owner: Any = None) -> LedgerAccount:
    """The account of a kind, of the provider as a whole or of a row (``merchant:3``)."""
    name = "" if owner is None else f"{_OWNERS[kind]}:{owner.pk}"
    whose: dict[str, Any] = {"provider_id": provider_id, "kind": kind, "owner": name}
    account: LedgerAccount | None = _ACCOUNT.first(**whose)
    return account or _created(whose)


def _created(whose: dict[str, Any]) -> LedgerAccount:
    """An account that is not there, or that somebody makes at this moment."""
    if connection.features.supports_ignore_conflicts:
        insert_missing(LedgerAccount(**whose))
        account: LedgerAccount = _ACCOUNT.first(**whose)
        insert_missing(AccountBalance(account=account))
    else:
        account, _ = LedgerAccount.objects.get_or_create(**whose)
        AccountBalance.objects.get_or_create(account=account)
    return account


def set_limit(account: LedgerAccount, limit_c: int | None) -> None:
    """Set the limit of an account, centavos; None: no limit.

    Raises:
        OverLimit: its balance is above the limit already.
    """
    fits = AccountBalance.objects.filter(account=account)
    if limit_c is not None:
        fits = fits.filter(posted_c__lte=limit_c - F("pending_c"))
    if fits.update(limit_c=limit_c) != 1:
        raise OverLimit("the balance is above that limit")


def balance_of(account: LedgerAccount) -> AccountBalance:
    """Its sums."""
    known: AccountBalance | None = _BALANCE.first(account_id=account.pk)
    return known or AccountBalance.objects.get_or_create(account=account)[0]


_ACCOUNT = CompiledQuery(
    LedgerAccount.objects.filter,
    provider_id=BigIntegerField(),
    kind=CharField(),
    owner=CharField(),
)
_BALANCE = CompiledQuery(
    lambda account_id: AccountBalance.objects.filter(account_id=account_id), account_id=BigIntegerField()
)


#: What rows own accounts of a kind.
_OWNERS: dict[AccountKind, str] = {
    AccountKind.MERCHANT: "merchant",
    AccountKind.OBLIGATION: "obligation",
    AccountKind.RESIDUE: "installation",
    AccountKind.LEVY: "obligation",
    AccountKind.BILL: "bill",
}


# ------------ movements: pending, then posted or voided


class OverLimit(ValueError):
    """An account would go over its limit."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An amount above 0, centavos, from `credit` to `debit`."""

    debit: LedgerAccount
    credit: LedgerAccount
    amount_c: int


def new_movement(
    provider_id: int,
    kind: MovementKind,
    movement_id: UUID | None = None,
    *,
    at: datetime | None = None,
    day: date | None = None,
) -> Movement:
    """A movement that is not written yet.

    Args:
        provider_id: whose books.
        kind: why money moves.
        movement_id: made by the caller; None: a new one.
        at: business time; None: now.
        day: its business day; None: that of `at`.
    """
    instant = at or business_now()
    return Movement(
        id=movement_id or uuid4(),
        provider_id=provider_id,
        kind=kind,
        business_at=instant,
        business_day=day or business_day(instant),
        wall_at=security_now(),
    )


def reserve(movement: Movement, entries: Iterable[LedgerEntry]) -> None:
    """Write a movement and its transfers as pending; entries of 0 are left out.

    Raises:
        OverLimit: an account's limit would be passed; nothing may be kept then.
        ValueError: an amount is below 0.
    """
    claim(write(movement, entries))


def write(movement: Movement, entries: Iterable[LedgerEntry]) -> list[Transfer]:
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


def post(movement: Movement, entries: Iterable[LedgerEntry]) -> None:
    """A movement that is final at once.

    Raises:
        OverLimit: see `reserve`.
    """
    reserve(movement, entries)
    settle(movement, posted=True)


def post_fact(movement: Movement, entries: Iterable[LedgerEntry]) -> None:
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


# ------------ trial balance: the facts added up again, beside the balances that are kept


def ledger_faults() -> list[str]:
    """Faults of the trial balance, one sentence each; an empty list is right."""
    return [*_balance_faults(), *_sale_faults()]


def _balance_faults() -> Iterator[str]:
    posted, pending = (
        _transfer_sums(Q(movement__outcome__posted=True)),
        _transfer_sums(Q(movement__outcome__isnull=True)),
    )
    for account in LedgerAccount.objects.select_related("balance"):
        balance: AccountBalance = account.balance
        wanted = (posted.get(account.pk, 0), pending.get(account.pk, 0))
        if (balance.posted_c, balance.pending_c) != wanted:
            yield (
                f"account {account.kind} {account.owner} keeps {balance.posted_c} posted and "
                f"{balance.pending_c} pending; its transfers come to {wanted[0]} and {wanted[1]}"
            )
    total_c = sum(posted.values())
    if total_c:
        yield f"all accounts together come to {total_c} centavos and not to 0"


def _transfer_sums(state: Q) -> dict[int, int]:
    sums: dict[int, int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        rows: Any = Transfer.objects.filter(state).values_list(side).annotate(total=Sum("amount_c"))
        for account_id, total_c in rows.order_by():
            sums[account_id] = sums.get(account_id, 0) + sign * total_c
    return sums


def _sale_faults() -> Iterator[str]:
    # the database compares: a book of a million sales is not read to find none of them wrong
    posted = Q(sale__movement__outcome__posted=True)
    with_tokens = Exists(Token.objects.filter(sale=OuterRef("sale")))
    minted, cancelled = (SaleOutcome.objects.filter(minted=minted) for minted in (True, False))
    wrong: list[tuple[Any, str]] = [
        (minted.exclude(posted), "and its money ended differently"),
        (cancelled.filter(posted), "and its money ended differently"),
        (minted.filter(~with_tokens), "ended without tokens"),
        (cancelled.filter(with_tokens), "ended with tokens"),
    ]
    for outcomes, how in wrong:
        for sale in outcomes.values_list("sale_id", flat=True):
            yield f"sale {sale} {how}"
    for sale in Sale.objects.filter(outcome__isnull=True, open__isnull=True).values_list("pk", flat=True):
        yield f"sale {sale} is neither open nor ended"
