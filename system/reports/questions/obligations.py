"""The status of obligations (R5.2-02): opening, charged, collected, closing; their sums are the ledger's."""

from collections.abc import Iterator
from typing import Any

from system.reports.answer import Answer, Row, of_rows
from system.reports.declaring import Column, Kind, Values
from system.reports.questions.ledger import openings_c, sums_by_owner
from system.reports.questions.narrowing import installations
from system.vending.models import AccountKind, Bill
from system.vending.selectors.obligations import obligation_status

#: The accounts of which the report is the sum.
KINDS = (AccountKind.OBLIGATION, AccountKind.LEVY, AccountKind.BILL)
BILLS_NAME = "Facturas"
LEVY_NOTE = (
    "En los recaudos para terceros los saldos van con signo menos: lo recaudado que aún no se entrega "
    "a su dueño."
)
MONEY = (
    Column("saldo_inicial", "Saldo inicial", Kind.PESOS, total=True),
    Column("cargado", "Cargado", Kind.PESOS, total=True),
    Column("recaudado", "Recaudado", Kind.PESOS, total=True),
    Column("saldo_final", "Saldo final", Kind.PESOS, total=True),
)
DETAIL = (
    Column("niu", "NIU"),
    Column("clase", "Clase"),
    Column("concepto", "Concepto"),
    *MONEY,
)
PER_INSTALLATION = (Column("niu", "NIU"), Column("comunidad", "Comunidad"), *MONEY)

#: What each obligation, or the bills of an installation, comes to: opening, charged, collected.
Sums = tuple[int, int, int]


def status(user: Any, values: Values) -> Iterator[tuple[int, str, str, Sums]]:
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
    """Sums by installation."""

    def __init__(self) -> None:
        self.sums: dict[int, Sums] = {}

    def add(self, installation_id: int, more: Sums) -> None:
        """Count further ones."""
        known = self.sums.get(installation_id, (0, 0, 0))
        self.sums[installation_id] = (known[0] + more[0], known[1] + more[1], known[2] + more[2])


def by_installation(user: Any, values: Values) -> dict[int, Sums]:
    """Installation id -> what all its obligations and bills come to."""
    adding = _Adding()
    for installation_id, _, _, sums in status(user, values):
        adding.add(installation_id, sums)
    return adding.sums


def ask_detail(user: Any, values: Values) -> Answer:
    """One row for each obligation, and for the bills of each installation."""
    nius = dict(installations(user, values).values_list("pk", "niu"))
    rows: list[Row] = [
        (nius[installation_id], kind, name, *_money(sums))
        for installation_id, kind, name, sums in status(user, values)
        if installation_id in nius
    ]
    return of_rows(sorted(rows, key=lambda row: row[:3]), LEVY_NOTE)


def ask_per_installation(user: Any, values: Values) -> Answer:
    """One row for each installation that owes or owed something."""
    owed = by_installation(user, values)
    homes = installations(user, values).order_by("niu").values_list("pk", "niu", "site__community__name")
    return of_rows(
        [(niu, place, *_money(owed[pk])) for pk, niu, place in homes if pk in owed and any(owed[pk])],
        LEVY_NOTE,
    )


def _money(sums: Sums) -> tuple[int, int, int, int]:
    opening_c, charged_c, collected_c = sums
    return opening_c, charged_c, collected_c, opening_c + charged_c - collected_c
