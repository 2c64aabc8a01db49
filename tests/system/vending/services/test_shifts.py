"""Shifts, their cash, and what a merchant hands over (R5.4-05, R5.4-06)."""

import uuid
from typing import Any

import pytest
from vending_world import Village, drn, make_village

from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.ledger import account_of
from system.vending.models import AccountKind, Deposit, PointOfSale
from system.vending.selectors.shifts import open_shift_of
from system.vending.services.sell_energy import SaleRequest, sell_energy
from system.vending.services.shifts import close_shift, open_shift, receive_deposit


@pytest.mark.requirement("R5-06")
def test_a_shift_expects_what_it_sold(village: Village, minting: str) -> None:
    village.customer(1)
    sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))
    closure = close_shift(village.cashier, village.shift, 990_000, "faltan mil")
    assert closure.expected_cash_c == 1_000_000
    with pytest.raises(UnableToSell, match="cerrado"):
        close_shift(village.cashier, village.shift, 0)
    village.shift.refresh_from_db()
    with pytest.raises(UnableToSell, match="turno"):
        sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))


def test_one_open_shift_for_a_cashier_and_for_a_counter(village: Village) -> None:
    assert open_shift_of(village.cashier) == village.shift
    other = PointOfSale.objects.create(provider=village.provider, merchant=village.merchant, name="Caja 2")
    with pytest.raises(UnableToSell, match="ya tiene"):
        open_shift(village.cashier, other, 0, uuid.uuid4())
    second = type(village.cashier).objects.create_user("second", provider=village.provider, role="cashier")
    with pytest.raises(UnableToSell, match="otra persona"):
        open_shift(second, village.point_of_sale, 0, uuid.uuid4())
    shift_id = uuid.uuid4()
    shift = open_shift(second, other, 50_000, shift_id)
    assert open_shift(second, other, 50_000, shift_id) == shift
    with pytest.raises(UnableToSell, match="otra persona"):
        close_shift(village.cashier, shift, 0)


@pytest.mark.parametrize("cash_c", [-1, 10**13])
def test_cash_that_is_none_is_refused(village: Village, cash_c: int) -> None:
    with pytest.raises(UnableToSell, match="válido"):
        close_shift(village.cashier, village.shift, cash_c)


def test_a_suspended_counter_opens_no_shift(village: Village) -> None:
    second = type(village.cashier).objects.create_user("second", provider=village.provider, role="cashier")
    closed = PointOfSale.objects.create(
        provider=village.provider, merchant=village.merchant, name="Caja 2", active=False
    )
    with pytest.raises(UnableToSell, match="suspendido"):
        open_shift(second, closed, 0, uuid.uuid4())


def test_a_deposit_raises_the_room_by_exactly_itself(village: Village, minting: str) -> None:
    village.customer(1)
    sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))
    deposit_id = uuid.uuid4()
    receive_deposit(village.supervisor, village.merchant, 600_000, "recibo 1", deposit_id)
    receive_deposit(village.supervisor, village.merchant, 600_000, "recibo 1", deposit_id)
    assert Deposit.objects.count() == 1
    assert account_of(village.provider.pk, AccountKind.MERCHANT, village.merchant).balance.posted_c == 400_000
    assert ledger.ledger_faults() == []
    with pytest.raises(UnableToSell, match="identificador"):
        receive_deposit(village.supervisor, village.merchant, 1, "", deposit_id)


def test_who_may_not_receive_deposits(village: Village) -> None:
    stranger: Any = make_village("Otra empresa")
    for user, amount_c in ((village.cashier, 1), (stranger.supervisor, 1), (village.supervisor, 0)):
        with pytest.raises(UnableToSell):
            receive_deposit(user, village.merchant, amount_c, "", uuid.uuid4())
    assert not Deposit.objects.exists()
