"""``check-books`` finds what does not add up."""

import uuid
from typing import Any

import pytest
from vending_world import NOW, Village, drn

from system.vending import ledger
from system.vending.errors import SalePending
from system.vending.ledger import settle
from system.vending.models import AccountBalance, OpenSale, Sale, SaleOutcome, Token
from system.vending.services.sell_energy import SaleRequest, sell_energy


@pytest.fixture
def reserved(village: Village) -> Sale:
    """A sale that has no outcome, because there is no module."""
    village.customer(1)
    with pytest.raises(SalePending):
        sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))
    assert ledger.ledger_faults() == []
    return Sale.objects.get()


def end(sale: Sale, *, minted: bool, tokens: int, posted: bool | None) -> list[str]:
    OpenSale.objects.all().delete()
    SaleOutcome(sale=sale, minted=minted, wall_at=NOW).save()
    for position in range(tokens):
        Token(sale=sale, position=position + 1, role="credit", digits="1" * 20).save()
    if posted is not None:
        settle(sale.movement, posted=posted)
    return [fault.removeprefix(f"sale {sale.pk} ") for fault in ledger.ledger_faults()]


@pytest.mark.parametrize(
    ("minted", "tokens", "posted", "faults"),
    [
        (True, 1, True, []),
        (True, 2, True, []),  # a key change has more
        (False, 0, False, []),
        (True, 0, True, ["ended without tokens"]),
        (False, 1, False, ["ended with tokens"]),
        (True, 1, False, ["and its money ended differently"]),
        (False, 0, True, ["and its money ended differently"]),
        (True, 1, None, ["and its money ended differently"]),
        (True, 0, None, ["and its money ended differently", "ended without tokens"]),
    ],
)
def test_an_outcome_beside_tokens_and_money(
    reserved: Sale, minted: bool, tokens: int, posted: bool | None, faults: list[str]
) -> None:
    assert end(reserved, minted=minted, tokens=tokens, posted=posted) == faults


def test_a_sale_that_is_neither_open_nor_ended(reserved: Sale) -> None:
    OpenSale.objects.all().delete()
    assert ledger.ledger_faults() == [f"sale {reserved.pk} is neither open nor ended"]


def test_a_balance_that_is_not_its_transfers(reserved: Sale, village: Village) -> None:
    balance: Any = AccountBalance.objects.exclude(pending_c=0).first()
    AccountBalance.objects.filter(pk=balance.pk).update(pending_c=balance.pending_c + 1)
    (fault,) = ledger.ledger_faults()
    assert fault.startswith(f"account {balance.account.kind} ")
    assert f"{balance.pending_c + 1} pending" in fault
