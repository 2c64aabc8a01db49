"""R5.4-01, R5.4-06: what a terminal sold comes into the books once, whatever is repeated or interrupted."""

import uuid
from typing import Any

import pytest
from offline_paper import MINUTE, FakeModule
from vending_world import drn

from system.vending.ledger import account_of, balance_of, ledger_faults
from system.vending.models import (
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    Sale,
    ShiftClosure,
    TicketPrint,
    Token,
)
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import Batch, Finding, SettledEntry, SettledSale
from system.vending.offline.services.settlement import receive_batch


def owed_c(post: Any) -> int:
    return balance_of(account_of(post.row.provider_id, AccountKind.MERCHANT, post.village.merchant)).posted_c


def kinds(rows: Any) -> list[str]:
    return [row.kind for row in rows]


@pytest.mark.requirement("R5.4-01", "R5-07", "R5.1-05", "R5.2-01")
def test_a_sale_comes_into_the_books_as_it_was_sold(post: Any) -> None:
    said = post.paper.sell(drn(1), 1_000_000)
    post.paper.write("print", sale_id=said["sale_id"], copy=1)
    settlement = post.settle()
    assert (settlement.new, settlement.known, settlement.left, settlement.findings) == (4, 0, 0, ())
    sale = Sale.objects.get(pk=said["sale_id"])
    assert (sale.amount_c, sale.units, sale.number, sale.drn) == (
        1_000_000,
        said["units"],
        "T1-000001",
        drn(1),
    )
    assert (sale.energy_c, sale.residue_mc, sale.subsidy_mc) == (
        said["energy_c"],
        said["residue_mc"],
        said["subsidy_mc"],
    )
    assert sale.outcome.minted
    assert sale.outcome.test_keys
    assert sale.seller == post.village.cashier
    assert sale.shift.point_of_sale == post.row.point_of_sale
    assert list(Token.objects.values_list("digits", "tid")) == [
        (said["tokens"][0]["digits"], said["tokens"][0]["tid"])
    ]
    assert TicketPrint.objects.get().sale == sale
    month = InstallationMonth.objects.get(installation=sale.installation)
    assert month.units == said["units"]
    assert InstallationResidue.objects.get().residue_mc == said["residue_mc"]
    settled = SettledSale.objects.get()
    assert (settled.difference_mc, settled.lost_mc) == (0, 0)
    assert owed_c(post) == 1_000_000
    assert ledger_faults() == []


@pytest.mark.requirement("R5.4-01", "R5.4-06")
def test_settled_twice_is_settled_once(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    data = post.paper.batch()
    first = receive_batch(post.village.supervisor, data)
    again = receive_batch(post.village.supervisor, data)
    assert (first.new, again.new, again.known) == (3, 0, 3)
    assert again.batch == first.batch
    assert Sale.objects.count() == 1
    assert owed_c(post) == 1_000_000


@pytest.mark.requirement("R5.4-06")
def test_the_terminal_itself_may_hand_in_what_it_signed(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    assert receive_batch(None, post.paper.batch()).new == 3
    assert Batch.objects.get().received_by is None


@pytest.mark.requirement("R5.4-06")
def test_pieces_and_overlaps_are_one_chain(post: Any) -> None:
    for amount_c in (1_000_000, 500_000, 2_000_000):
        post.paper.sell(drn(1), amount_c)
    assert post.settle(1, 3).new == 3
    overlap = post.settle(2, 4)
    assert (overlap.new, overlap.known) == (1, 2)
    assert post.settle(1, 5).new == 1
    assert post.settle(1, 4).new == 0
    assert Sale.objects.count() == 3
    assert owed_c(post) == 3_500_000
    assert ledger_faults() == []


@pytest.mark.requirement("R5.4-06")
def test_a_gap_is_refused_and_nothing_is_kept(post: Any) -> None:
    for _ in range(3):
        post.paper.sell(drn(1), 1_000_000)
    post.settle(1, 2)
    with pytest.raises(
        OfflineRefused, match="Falta un lote anterior: el último asiento en los libros es el 2"
    ):
        post.settle(4, 5)
    assert Batch.objects.count() == 1
    assert SettledEntry.objects.count() == 2


def test_entries_that_do_not_follow_each_other_are_refused(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    post.paper.sell(drn(2), 1_000_000)
    entries = tuple(post.paper.entries)
    for broken in ((entries[0], entries[2]), (entries[1], entries[0]), (entries[0], entries[0])):
        with pytest.raises(OfflineRefused, match="no se siguen"):
            receive_batch(post.village.supervisor, post.paper.batch(entries=broken))
    assert not Batch.objects.exists()


@pytest.mark.requirement("R5.4-01")
def test_money_that_was_taken_is_booked_above_the_merchants_limit(post: Any) -> None:
    account = account_of(post.row.provider_id, AccountKind.MERCHANT, post.village.merchant)
    balance = balance_of(account)
    balance.limit_c = 500_000
    balance.save()
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert owed_c(post) == 1_000_000
    assert ledger_faults() == []


def test_a_closed_shift_is_closed_in_the_books(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    post.paper.close_shift(counted_c=990_000, sold_c=1_000_000, sales=1)
    assert post.settle().findings == ()
    closure = ShiftClosure.objects.get(shift_id=post.paper.shift_id)
    assert (closure.expected_cash_c, closure.counted_cash_c) == (1_000_000, 990_000)


@pytest.mark.requirement("R5.4-07")
def test_a_shift_that_sums_otherwise_is_told(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    post.paper.close_shift(counted_c=990_000, sold_c=900_000, sales=1)
    assert kinds(post.settle().findings) == ["cash"]


def test_the_open_shift_of_a_terminal_is_not_the_counters(post: Any, village: Any) -> None:
    from system.vending.selectors.shifts import open_shift_of
    from system.vending.services.shifts import close_shift, open_shift

    close_shift(village.cashier, village.shift, 0)
    post.settle()
    assert open_shift_of(village.cashier) is None
    opened = open_shift(village.cashier, village.point_of_sale, 0, uuid.UUID(int=7))
    assert open_shift_of(village.cashier) == opened


@pytest.mark.requirement("R5.4-06")
def test_without_the_module_the_rest_waits_and_goes_on(post: Any, fake_module: FakeModule) -> None:
    post.paper.sell(drn(1), 1_000_000)
    data = post.paper.batch()
    fake_module.down = True
    stopped = receive_batch(post.village.supervisor, data)
    assert (stopped.new, stopped.left) == (2, 1)
    assert "módulo de seguridad no responde" in stopped.why
    post.paper.sell(drn(1), 500_000)
    with pytest.raises(OfflineRefused, match="Falta asentar un lote anterior"):
        post.settle()
    fake_module.down = False
    went_on = post.settle()  # the former batch first, then this one
    assert (went_on.new, went_on.left) == (1, 0)
    assert Sale.objects.count() == 2
    assert kinds(Finding.objects.all()) == []
    assert ledger_faults() == []


def test_a_sale_that_is_under_way_on_line_is_waited_for(
    post: Any, homes: list[Any], fake_module: FakeModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    from system.vending.errors import SalePending
    from system.vending.services.vend_transaction import VendTerms, locked_supply, reserve_sale

    village = post.village
    terms = VendTerms(uuid.UUID(int=9), "energy", "tokenSalePayment", {"subclass": 0, "amount": 1}, "x")
    supply = locked_supply(village.cashier, drn(1), post.paper.now)
    open_one = reserve_sale(village.cashier, supply, terms, post.paper.now)
    post.paper.sell(drn(2), 700_000)
    post.paper.sell(drn(1), 1_000_000)

    def pending(sale: Sale) -> None:
        raise SalePending(sale.pk)

    monkeypatch.setattr("system.vending.offline.services.settlement.resolve_sale", pending)
    stopped = post.settle()
    assert (stopped.new, stopped.left) == (3, 1)
    assert "venta en línea sin resultado" in stopped.why

    def void(sale: Sale) -> None:
        from system.vending.services.vend_transaction import _commit

        _commit(sale, None, "anulada")

    monkeypatch.setattr("system.vending.offline.services.settlement.resolve_sale", void)
    assert post.settle().left == 0
    assert not open_one.outcome.minted
    assert owed_c(post) == 1_700_000
    assert ledger_faults() == []


def test_time_goes_on_between_sales(post: Any) -> None:
    first, second = post.paper.sell(drn(1), 700_000), post.paper.sell(drn(1), 700_000)
    post.settle()
    times = dict(Sale.objects.values_list("id", "business_at"))
    assert times[second["sale_id"]] - times[first["sale_id"]] == MINUTE
