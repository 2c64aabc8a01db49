"""Selling: token, entry, ticket; and everything that stands against it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from terminal_world import NOW, World, customer, due, read_token

from protocols.offline import check_chain, genesis
from system.terminal import services
from system.terminal.book import stored_inputs
from system.terminal.errors import TerminalRefused
from system.terminal.services import Order
from system.vending.pricing import Obligation, ObligationKind, Rule, price_sale
from system.vending.pricing.serialization import from_json


def refused(code: str) -> Any:
    return pytest.raises(TerminalRefused, check=lambda error: error.code == code)


@pytest.mark.requirement("R5.4-01", "R5-07")
def test_a_sale_is_a_token_that_the_meter_takes(world: World) -> None:
    sold = world.sell(1, 1_000_000)
    said, token = sold.row.content, read_token(sold)
    assert said["number"] == "T1-000001"
    assert said["units"] == 305  # 10.000 pesos at 327,13 a kWh
    assert (token.amount_units, token.tid) == (305, said["tokens"][0]["tid"])
    assert token.tid % 16 == 3  # the slot of the lease
    quote = price_sale(from_json(stored_inputs(sold.row)))
    assert (quote.units, quote.energy_c, quote.residue_mc) == (305, said["energy_c"], said["residue_mc"])


def test_the_chain_is_whole_and_tells_all(world: World) -> None:
    first = world.sell(1)
    world.sell(2)
    services.print_ticket(world.desk, first.row.content["sale_id"])
    entries = world.desk.book.entries_after(0, 100)
    check_chain(entries, 0, genesis(world.desk.book.terminal_id))
    assert [entry.kind for entry in entries] == ["pack-loaded", "shift-opened", "sale", "sale", "print"]


def test_the_same_sale_again_is_the_same_token(world: World) -> None:
    order = Order(uuid4(), "NIU-0001", 1_000_000, "ana")
    first = services.sell(world.desk, order)
    again = services.sell(world.desk, order)
    assert (first.again, again.again) == (False, True)
    assert first.digits == again.digits
    assert world.desk.counter.status().spent_c == 1_000_000
    with refused("id-reused"):
        services.sell(world.desk, Order(order.sale_id, "NIU-0001", 2_000_000, "ana"))


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("unknown-customer", {"installation": "NIU-9999"}),
        ("unknown-operator", {"operator": "carlos"}),
        ("no-shift", {"operator": "beto"}),
        ("no-amount", {"amount_c": 0}),
        ("too-little", {"amount_c": 5_000}),
        ("too-much", {"amount_c": 200_000_000}),
        ("no-such-coin", {"amount_c": 1_000_001}),
        ("price-changed", {"units_shown": 304}),
    ],
)
def test_what_cannot_be_sold_leaves_nothing(world: World, code: str, other: dict[str, Any]) -> None:
    before = world.desk.book.last
    with refused(code):
        world.sell(1, **other)
    assert world.desk.book.last == before
    assert world.desk.book.under_way() is None
    assert world.desk.counter.status().sequence == 0


@pytest.mark.requirement("R5.4-05")
def test_the_counter_refuses_above_the_limit_whatever_the_page_thinks(bare: World) -> None:
    bare.office.limit_c = 2_500_000
    bare.ready()
    bare.sell(1, 2_000_000)
    with refused("over-limit") as error:
        bare.sell(2, 1_000_000)
    assert "$ 5.000,00" in error.value.es
    assert bare.desk.book.under_way() is None
    bare.sell(2, 500_000)
    assert bare.desk.counter.status().left_c == 0


@pytest.mark.requirement("R5.4-05")
def test_a_deposit_raises_the_limit_by_itself(bare: World) -> None:
    bare.office.limit_c = 2_000_000
    bare.ready()
    bare.sell(1, 2_000_000)
    bare.pass_time(hours=1)
    services.load_pack(bare.desk, bare.office.next_pack(bare.desk, allowed_c=2_000_000 + 1_500_000))
    assert bare.desk.counter.status().left_c == 1_500_000


@pytest.mark.requirement("R5.4-04")
def test_a_clock_behind_the_last_entry_sells_nothing(world: World) -> None:
    world.sell(1)
    world.clock.instant -= timedelta(hours=2)
    with refused("clock-behind") as error:
        world.sell(1)
    assert "2026-11-24 10:01" in error.value.es  # Bogota
    world.clock.instant += timedelta(hours=3)
    assert world.sell(1).row.content["sequence"] == 2


def test_before_and_after_its_lease_a_pack_sells_nothing(world: World) -> None:
    world.clock.instant = NOW + timedelta(days=15, hours=1)  # prices over, lease not
    assert world.sell(1).row.content["flags"] == ["pack-ended"]
    world.clock.instant = NOW + timedelta(days=18)
    with refused("lease-expired") as error:
        world.sell(1)
    assert "2026-12-12 10:00" in error.value.es


def test_a_pack_of_tomorrow_does_not_sell_today(bare: World) -> None:
    bare.ready(now=NOW + timedelta(days=1))
    with refused("not-yet"):
        bare.sell(1)


def test_a_customer_without_a_lease(bare: World) -> None:
    everybody = (customer(1), customer(2))
    bare.admit()
    pack = replace(bare.office.pack(bare.desk, everybody[:1]), customers=everybody)
    services.load_pack(bare.desk, bare.office.seal(pack))
    services.open_shift(bare.desk, uuid4(), "ana")
    with refused("unknown-meter"):
        bare.sell(2)
    assert bare.sell(1).row.content["sequence"] == 1


def test_debts_that_take_everything_sell_no_energy(bare: World) -> None:
    levy = Obligation("7", ObligationKind.LEVY, "aseo", Rule(quota_c=50_000))
    bare.ready(customer(1, obligations=[due(levy)]))
    with refused("buys-nothing"):
        bare.sell(1, 50_000)
    sold = bare.sell(1, 1_000_000)
    assert sold.row.content["deducted_c"] == 50_000


def test_without_a_pack_nothing_is_sold(bare: World) -> None:
    with refused("no-pack"):
        bare.sell(1)


def test_the_numbers_of_tickets_have_no_gaps(world: World) -> None:
    world.sell(1)
    with refused("too-much"):
        world.sell(1, 200_000_000)
    assert world.sell(2).row.content["number"] == "T1-000002"
