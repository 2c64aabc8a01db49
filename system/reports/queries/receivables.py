"""Receivables: accounts of merchants (R5.4-07), status of obligations and bills (R5.2-02).

Their sums are the ledger's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Sum

from system.reports.declaration import Column, ColumnKind, QueryResult, Row, Values, result_of
from system.reports.queries.filters import installations
from system.vending.api import AccountBalance, AccountKind, Bill, Merchant, Transfer, obligation_status

# --- Sums of the ledger, which reports must equal

#: Side, kind and owner of accounts -> centavos.
Sums = dict[tuple[str, str, str], int]


def sums_by_owner(user: Any, kinds: Iterable[AccountKind], **narrowed: Any) -> Sums:
    """Centavos by side (``debit``, ``credit``), kind of account, and the key of the row that owns it.

    Args:
        user: of whose provider.
        kinds: of accounts.
        narrowed: which transfers, as a filter.
    """
    sums: Sums = defaultdict(int)
    for side in ("debit", "credit"):
        rows: Any = (
            Transfer.objects.filter(movement__outcome__posted=True, **narrowed)
            .filter(**{f"{side}__kind__in": list(kinds), f"{side}__provider_id": user.provider_pk})
            .values_list(f"{side}__kind", f"{side}__owner")
            .annotate(total=Sum("amount_c"))
            .order_by()
        )
        for kind, owner, total_c in rows:
            sums[side, kind, owner.partition(":")[2]] += total_c
    return sums


def openings_c(user: Any, kind: AccountKind, since: date) -> dict[str, int]:
    """Debits less credits of each account of a kind before a business day, by the key of its owner, centavos.

    Reckoned back from the balances of today, so that a recent day does not add up the whole ledger.
    """
    moved = sums_by_owner(user, [kind], movement__business_day__gte=since)
    balances = AccountBalance.objects.filter(account__provider_id=user.provider_pk, account__kind=kind)
    return {
        key: posted_c - moved.get(("debit", kind, key), 0) + moved.get(("credit", kind, key), 0)
        for owner, posted_c in balances.values_list("account__owner", "posted_c")
        for key in (owner.partition(":")[2],)
    }


def balance_c(user: Any, kind: AccountKind, **narrowed: Any) -> int:
    """Debits less credits of all accounts of a kind, centavos."""
    sums = sums_by_owner(user, [kind], **narrowed)
    return sum(amount_c if side == "debit" else -amount_c for (side, _, _), amount_c in sums.items())


# --- Merchants

MERCHANT_COLUMNS = (
    Column("comercio", "Comercio"),
    Column("debia", "Debía", ColumnKind.PESOS, total=True, help="Al empezar el período"),
    Column("recaudo", "Recaudó", ColumnKind.PESOS, total=True, help="Ventas y pagos de facturas"),
    Column("entrego", "Entregó", ColumnKind.PESOS, total=True, help="Consignaciones y reversiones"),
    Column("debe", "Debe", ColumnKind.PESOS, total=True, help="Al terminar el período"),
    Column("cupo", "Cupo", ColumnKind.PESOS, help="Hoy; vacío: sin límite"),
    Column("queda", "Le queda", ColumnKind.PESOS, help="Del cupo, ahora"),
)


def query_merchants(user: Any, values: Values) -> QueryResult:
    """One row for each merchant; ``debe = debía + recaudó − entregó``."""
    kinds = [AccountKind.MERCHANT]
    openings = openings_c(user, AccountKind.MERCHANT, values["since"])
    within = sums_by_owner(user, kinds, movement__business_day__range=(values["since"], values["until"]))
    kept = {
        owner.partition(":")[2]: (limit_c, posted_c + pending_c)
        for owner, limit_c, posted_c, pending_c in AccountBalance.objects.filter(
            account__provider_id=user.provider_pk, account__kind=AccountKind.MERCHANT
        ).values_list("account__owner", "limit_c", "posted_c", "pending_c")
    }
    rows = []
    for key, name in Merchant.objects.of(user).values_list("pk", "name"):
        owner, kind = str(key), AccountKind.MERCHANT
        opening_c = openings.get(owner, 0)
        took_c, gave_c = within["debit", kind, owner], within["credit", kind, owner]
        limit_c, now_c = kept.get(owner, (None, 0))
        room_c = None if limit_c is None else limit_c - now_c
        rows.append((name, opening_c, took_c, gave_c, opening_c + took_c - gave_c, limit_c, room_c))
    return result_of(rows)


# --- Obligations

#: The accounts of which the report is the sum.
RECEIVABLE_KINDS = (AccountKind.OBLIGATION, AccountKind.LEVY, AccountKind.BILL)
BILLS_NAME = "Facturas"
LEVY_NOTE = (
    "En los recaudos para terceros los saldos van con signo menos: lo recaudado que aún no se entrega "
    "a su dueño."
)
MONEY = (
    Column("saldo_inicial", "Saldo inicial", ColumnKind.PESOS, total=True),
    Column("cargado", "Cargado", ColumnKind.PESOS, total=True),
    Column("recaudado", "Recaudado", ColumnKind.PESOS, total=True),
    Column("saldo_final", "Saldo final", ColumnKind.PESOS, total=True),
)
OBLIGATION_COLUMNS = (
    Column("niu", "NIU"),
    Column("clase", "Clase"),
    Column("concepto", "Concepto"),
    *MONEY,
)
INSTALLATION_COLUMNS = (Column("niu", "NIU"), Column("comunidad", "Comunidad"), *MONEY)

#: What each obligation, or the bills of an installation, comes to: opening, charged, collected.
MoneySums = tuple[int, int, int]


def receivables(user: Any, values: Values) -> Iterator[tuple[int, str, str, MoneySums]]:
    """Installation id, class, concept and sums, for every obligation and for the bills of an installation."""
    since, until = values["since"], values["until"]
    for one in obligation_status(user, since, until):
        yield (
            one.row.installation_id,
            one.kind_name,
            one.row.name,
            (one.opening_c, one.charged_c, one.collected_c),
        )
    openings = openings_c(user, AccountKind.BILL, since)
    within = sums_by_owner(user, [AccountKind.BILL], movement__business_day__range=(since, until))
    billed = _Adding()
    for bill_id, installation_id in Bill.objects.of(user).values_list("pk", "installation_id"):
        taken, given = ("debit", AccountKind.BILL, str(bill_id)), ("credit", AccountKind.BILL, str(bill_id))
        opening_c = openings.get(str(bill_id), 0)
        billed.add(installation_id, (opening_c, within.get(taken, 0), within.get(given, 0)))
    for installation_id, found in billed.sums.items():
        yield installation_id, BILLS_NAME, "", found


class _Adding:
    """MoneySums by installation."""

    def __init__(self) -> None:
        self.sums: dict[int, MoneySums] = {}

    def add(self, installation_id: int, more: MoneySums) -> None:
        """Count further ones."""
        known = self.sums.get(installation_id, (0, 0, 0))
        self.sums[installation_id] = (known[0] + more[0], known[1] + more[1], known[2] + more[2])


def owed_by_installation(user: Any, values: Values) -> dict[int, MoneySums]:
    """Installation id -> what all its obligations and bills come to."""
    adding = _Adding()
    for installation_id, _, _, sums in receivables(user, values):
        adding.add(installation_id, sums)
    return adding.sums


def query_obligations(user: Any, values: Values) -> QueryResult:
    """One row for each obligation, and for the bills of each installation."""
    nius = dict(installations(user, values).values_list("pk", "niu"))
    rows: list[Row] = [
        (nius[installation_id], kind, name, *_money(sums))
        for installation_id, kind, name, sums in receivables(user, values)
        if installation_id in nius
    ]
    return result_of(sorted(rows, key=lambda row: row[:3]), LEVY_NOTE)


def query_per_installation(user: Any, values: Values) -> QueryResult:
    """One row for each installation that owes or owed something."""
    owed = owed_by_installation(user, values)
    homes = installations(user, values).order_by("niu").values_list("pk", "niu", "site__community__name")
    return result_of(
        [(niu, place, *_money(owed[pk])) for pk, niu, place in homes if pk in owed and any(owed[pk])],
        LEVY_NOTE,
    )


def _money(sums: MoneySums) -> tuple[int, int, int, int]:
    opening_c, charged_c, collected_c = sums
    return opening_c, charged_c, collected_c, opening_c + charged_c - collected_c
