"""A reversal gives back exactly what the sale took, and only with a second person's approval."""

import uuid
from typing import Any

import pytest
from vending_world import Village, drn

from system.accounts import four_eyes
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.ledger import account_of
from system.vending.models import (
    AccountBalance,
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    Sale,
)
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale
from system.vending.services.sell_energy import SaleRequest, sell_energy


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


def sell(village: Village) -> Sale:
    return sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))


def approved(village: Village, sale: Sale, *, granted: bool = True) -> Approval:
    chief = type(village.supervisor).objects.create_user(
        f"chief-{uuid.uuid4()}", provider=village.provider, role="administrator"
    )
    approval = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, reversal_arguments(sale), "otro medidor"
    )
    four_eyes.decide(chief, approval, granted=granted)
    return approval


def balances() -> dict[int, int]:
    return dict(AccountBalance.objects.exclude(posted_c=0).values_list("account_id", "posted_c"))


def test_everything_is_as_before(village: Village, home: Any, minting: str) -> None:
    ObligationRow.objects.create(
        provider=village.provider,
        installation=home,
        kind="levy",
        name="aseo",
        quota_c=80_000,
        starts_on="2026-01-01",
    )
    sell(village)
    before = (balances(), InstallationMonth.objects.get().units, InstallationResidue.objects.get().residue_mc)
    taken = InstallationMonth.objects.get().taken_c
    wrong = sell(village)
    reverse_sale(village.supervisor, wrong, approved(village, wrong), "otro medidor")
    after = (balances(), InstallationMonth.objects.get().units, InstallationResidue.objects.get().residue_mc)
    assert after == before
    assert {key: value for key, value in InstallationMonth.objects.get().taken_c.items() if value} == taken
    assert ledger.ledger_faults() == []
    assert (
        account_of(village.provider.pk, AccountKind.MERCHANT, village.merchant).balance.posted_c == 1_000_000
    )


def test_once_and_the_last_one_first(village: Village, home: Any, minting: str) -> None:
    first, last = sell(village), sell(village)
    with pytest.raises(UnableToSell, match="última"):
        reverse_sale(village.supervisor, first, approved(village, first), "x")
    reverse_sale(village.supervisor, last, approved(village, last), "x")
    last.refresh_from_db()
    with pytest.raises(UnableToSell, match="reversada"):
        reverse_sale(village.supervisor, Sale.objects.get(pk=last.pk), approved(village, last), "x")
    reverse_sale(village.supervisor, first, approved(village, first), "x")
    assert balances() == {}


def test_not_without_a_second_person(village: Village, home: Any, minting: str) -> None:
    sale, other = sell(village), sell(village)
    asked = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, reversal_arguments(other), "x"
    )
    for approval in (asked, approved(village, other, granted=False), approved(village, sale)):
        with pytest.raises(UnableToSell, match="aprobación"):
            reverse_sale(village.supervisor, other, approval, "x")
    with pytest.raises(UnableToSell, match="rol"):
        reverse_sale(village.cashier, other, approved(village, other), "x")
    with pytest.raises(four_eyes.UnableToApprove, match="quien pide"):
        four_eyes.decide(village.supervisor, asked, granted=True)
    assert ledger.ledger_faults() == []
