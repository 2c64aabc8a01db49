"""The account of each merchant (R5.4-07): owed, sold, deposited, owed again, what is left of its limit."""

from typing import Any

from system.reports.answer import Answer, of_rows
from system.reports.declaring import Column, Kind, Values
from system.reports.questions.ledger import openings_c, sums_by_owner
from system.vending.models import AccountBalance, AccountKind, Merchant

COLUMNS = (
    Column("comercio", "Comercio"),
    Column("debia", "Debía", Kind.PESOS, total=True, help="Al empezar el período"),
    Column("recaudo", "Recaudó", Kind.PESOS, total=True, help="Ventas y pagos de facturas"),
    Column("entrego", "Entregó", Kind.PESOS, total=True, help="Consignaciones y reversiones"),
    Column("debe", "Debe", Kind.PESOS, total=True, help="Al terminar el período"),
    Column("cupo", "Cupo", Kind.PESOS, help="Hoy; vacío: sin límite"),
    Column("queda", "Le queda", Kind.PESOS, help="Del cupo, ahora"),
)


def ask(user: Any, values: Values) -> Answer:
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
    return of_rows(rows)
