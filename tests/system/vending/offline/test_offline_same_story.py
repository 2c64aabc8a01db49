"""R1-01, R5.1-04: one story with the link up and with the link down leaves the same books and reports."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from offline_paper import MINUTE
from vending_world import drn

from system.reports.catalogue import REGISTRY
from system.reports.run import run_report
from system.vending.ledger import ledger_faults
from system.vending.models import AccountBalance, InstallationMonth, InstallationResidue, Sale, Token
from system.vending.pricing import ObligationKind
from system.vending.services.obligations import ObligationTerms, open_obligation
from system.vending.services.sell_energy import SaleRequest, sell_energy

#: Who buys for how much, one a minute: steps of the month, residues, a debt and a levy all move.
STORY = [(1, 1_000_000), (2, 300_000), (1, 5_500_000), (3, 2_000_000), (1, 700_000), (2, 9_000_000)]
SALE = (
    *("installation_id", "amount_c", "units", "energy_c", "deducted_c", "residue_mc", "subsidy_mc"),
    *("inputs", "business_at", "month"),
)
MONTH = ("installation", "units", "taken_c")
#: Reports of sales that do not name a counter.
REPORTS = (
    "ventas-por-dia",
    "ventas-por-mes",
    "ventas-por-comunidad",
    "ventas-por-estrato",
    "ventas-por-tarifa",
    "comercios",
    "obligaciones",
    "subsidios",
)


def seen(village: Any) -> dict[str, Any]:
    """All that must be the same; which counter it was, and which ticket number, are not."""
    sales = Sale.objects.order_by("business_at").values_list(*SALE)
    balances = AccountBalance.objects.exclude(posted_c=0).order_by("account__kind", "account__owner")
    return {
        "sales": list(sales),
        "balances": list(balances.values_list("account__kind", "account__owner", "posted_c", "pending_c")),
        "months": list(
            InstallationMonth.objects.order_by("pk").values_list("installation", "units", "taken_c")
        ),
        "residues": list(InstallationResidue.objects.order_by("pk").values_list("pk", "residue_mc")),
        "tokens": Token.objects.count(),
        "faults": ledger_faults(),
        "reports": _report(village),
    }


def _report(village: Any) -> dict[str, list[Any]]:
    """What reports say of November; none of them names a counter."""
    given = {"since": "2026-11-01", "until": "2026-11-30"}
    made = {name: run_report(village.supervisor, REGISTRY[name], given) for name in REPORTS}
    return {name: [list(row) for row in report.rows()] for name, report in made.items()}


@pytest.mark.requirement("R1-01", "R5.1-04")
def test_link_up_and_link_down_end_alike(
    make_post: Any, homes: list[Any], village: Any, business_time: Any, minting: str
) -> None:
    debt = ObligationTerms(
        ObligationKind.ARREARS, "Mora", date(2026, 1, 1), opening_c=900_000, share_ppm=300_000
    )
    levy = ObligationTerms(ObligationKind.LEVY, "Aseo", date(2026, 1, 1), quota_c=80_000, priority=1)
    for terms in (debt, levy):
        open_obligation(village.supervisor, homes[0], terms)
    post = make_post()
    post.load()
    post.paper.open_shift(village.cashier.username)
    begin = post.paper.now
    with transaction.atomic():
        for minute, (number, amount_c) in enumerate(STORY, 1):
            business_time.instant = begin + minute * MINUTE
            sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(number), amount_c))
        up = seen(village)
        transaction.set_rollback(True)
    for number, amount_c in STORY:
        post.paper.sell(drn(number), amount_c)
    assert post.settle().findings == ()
    down = seen(village)
    for what, value in up.items():
        assert down[what] == value, what
    assert up["faults"] == []
    assert len(up["sales"]) == len(STORY)
    assert all(up["reports"].values())
