"""Settlement of a network's account up to a business day: movements, commission, and the file.

Every posted movement is settled once. A settlement closes with the ledger to the centavo: it is made of the
account's own transfers, and the commission is a movement of the ledger, too (a cost of the provider, less
that the network owes).

The file is CSV whose columns bear a version, one line a movement, and a line that closes it. Amounts are
whole centavos; above 0 the network owes more. `CSV_HEAD` of a version never changes; other columns are
another version.
"""

import csv
import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from system.config.clock import BOGOTA, business_day, business_now, security_now
from system.config.spreadsheets import escape_formula
from system.config.transactions import lock_row, write_transaction
from system.networks.errors import UnableToManage
from system.networks.models import LineKind, Network, NetworkSale, Settlement, SettlementLine
from system.vending.api import (
    AccountKind,
    LedgerAccount,
    LedgerEntry,
    Movement,
    MovementKind,
    Sale,
    Transfer,
    account_of,
    new_movement,
    post,
)

# --- File

VERSION = 1
CSV_HEAD = (
    "version",
    "red",
    "liquidacion",
    "dia",
    "linea",
    "clase",
    "venta",
    "tiquete",
    "medidor",
    "hora",
    "valor_c",
    "comision_c",
    "saldo_c",
)
#: Byte order mark, by which spreadsheets know UTF-8.
_MARK = b"\xef\xbb\xbf"


def settlement_csv(settlement: Any, lines: Iterable[Any]) -> bytes:
    """The file of a settlement; `lines` have kind, sale, movement, amount and commission."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(CSV_HEAD)
    writer.writerows(
        [escape_formula(cell) if isinstance(cell, str) else cell for cell in row]
        for row in _csv_rows(settlement, list(lines))
    )
    return _MARK + made.getvalue().encode()


def file_name(settlement: Any) -> str:
    """A name without surprises."""
    return f"liquidacion-{settlement.network_id}-{settlement.day.isoformat()}-v{VERSION}.csv"


def _csv_rows(settlement: Any, lines: list[Any]) -> Iterator[list[Any]]:
    head = [VERSION, settlement.network.name, settlement.number, settlement.day.isoformat()]
    balance_c = settlement.opening_c
    yield [*head, 0, "apertura", "", "", "", "", 0, 0, balance_c]
    for position, line in enumerate(lines, 1):
        balance_c += line.amount_c
        sale = line.sale
        yield [
            *head,
            position,
            str(line.kind.label).lower(),
            "" if sale is None else str(sale.pk),
            "" if sale is None else sale.number,
            "" if sale is None else sale.drn,
            f"{line.movement.business_at.astimezone(BOGOTA):%Y-%m-%d %H:%M:%S}",
            line.amount_c,
            line.commission_c,
            balance_c,
        ]
    total_c = sum(line.amount_c for line in lines)
    kept_c = sum(line.commission_c for line in lines)
    yield [*head, len(lines) + 1, "cierre", "", "", "", "", total_c, kept_c, settlement.closing_c]


# --- Settlement

_KINDS = {
    MovementKind.TOKEN_SALE: LineKind.SALE,
    MovementKind.REVERSAL: LineKind.REVERSAL,
    MovementKind.DEPOSIT: LineKind.DEPOSIT,
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of a settlement, before it is written."""

    movement: Movement
    kind: LineKind
    sale: Sale | None
    amount_c: int
    commission_c: int = 0


def settle_day(network: Network, day: date) -> Settlement:
    """Settle everything up to a day that is not settled yet; the same day again gives the same settlement.

    Raises:
        UnableToManage: the day is not over, or a later one is settled.
    """
    with write_transaction():
        lock_row(network)
        known: Settlement | None = Settlement.objects.filter(network=network, day=day).first()
        if known is not None:
            return known
        last = Settlement.objects.filter(network=network).order_by("-number").first()
        if day >= business_day(business_now()):
            raise UnableToManage("Ese día aún no ha terminado.", "day")
        if last is not None and last.day > day:
            raise UnableToManage("Ya se liquidó un día posterior.", "day")
        account = account_of(network.provider_id, AccountKind.MERCHANT, network.shift.point_of_sale.merchant)
        lines = list(_open_movements(network, account, day))
        owed_c = sum(line.commission_c for line in lines)
        if owed_c:
            lines.append(_commission(network, account, day, owed_c))
        return _write_settlement(network, day, last, lines)


def _open_movements(network: Network, account: LedgerAccount, day: date) -> Iterator[StatementLine]:
    """Posted movements of the account up to the day that are in no settlement."""
    settled = SettlementLine.objects.filter(settlement__network=network).values("movement")
    touched = Q(transfers__debit=account) | Q(transfers__credit=account)
    movements = (
        Movement.objects.filter(touched, outcome__posted=True, business_day__lte=day)
        .exclude(pk__in=settled)
        .select_related("sale", "reversal__sale")
        .distinct()
    )
    for movement in movements.order_by("business_at", "pk"):
        kind = _KINDS.get(MovementKind(movement.kind), LineKind.OTHER)
        sale = getattr(movement, "sale", None) or getattr(getattr(movement, "reversal", None), "sale", None)
        yield StatementLine(movement, kind, sale, _change_c(movement, account), _commission_of(kind, sale))


def _change_c(movement: Movement, account: LedgerAccount) -> int:
    moved = Transfer.objects.filter(movement=movement)
    came: int | None = moved.filter(debit=account).aggregate(s=Sum("amount_c"))["s"]
    went: int | None = moved.filter(credit=account).aggregate(s=Sum("amount_c"))["s"]
    return (came or 0) - (went or 0)


def _commission_of(kind: LineKind, sale: Sale | None) -> int:
    row: NetworkSale | None = None if sale is None else NetworkSale.objects.filter(pk=sale.pk).first()
    if row is None or kind not in (LineKind.SALE, LineKind.REVERSAL):
        return 0
    kept_c: int = row.commission_c
    return kept_c if kind == LineKind.SALE else -kept_c


def _commission(network: Network, account: LedgerAccount, day: date, owed_c: int) -> StatementLine:
    """The network owes less by its commission; more, where reversals outweigh the sales."""
    movement = new_movement(network.provider_id, MovementKind.SERVICE_CHARGE, day=day)
    cost = account_of(network.provider_id, AccountKind.COMMISSION)
    entry = LedgerEntry(cost, account, owed_c) if owed_c > 0 else LedgerEntry(account, cost, -owed_c)
    post(movement, [entry])
    return StatementLine(movement, LineKind.COMMISSION, None, -owed_c)


def _write_settlement(
    network: Network, day: date, last: Settlement | None, lines: list[StatementLine]
) -> Settlement:
    opening_c = 0 if last is None else last.closing_c
    of = {kind: sum(line.amount_c for line in lines if line.kind == kind) for kind in LineKind}
    made = Settlement(
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"settlement:{network.pk}:{day.isoformat()}"),
        provider_id=network.provider_id,
        network=network,
        number=1 if last is None else last.number + 1,
        day=day,
        opening_c=opening_c,
        sold_c=of[LineKind.SALE],
        reversed_c=-of[LineKind.REVERSAL],
        deposited_c=-of[LineKind.DEPOSIT],
        commission_c=-of[LineKind.COMMISSION],
        other_c=of[LineKind.OTHER],
        closing_c=opening_c + sum(line.amount_c for line in lines),
        lines_count=len(lines),
        made_at=security_now(),
    )
    made.content = settlement_csv(made, lines)
    made.sha256 = hashlib.sha256(made.content).hexdigest()
    made.save()
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=made,
            movement=line.movement,
            kind=line.kind,
            sale=line.sale,
            amount_c=line.amount_c,
            commission_c=line.commission_c,
        )
        for line in lines
    )
    return made
