"""Settlement: closes with the ledger to the centavo, once; the file is what was written."""

import csv
import hashlib
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from network_world import Caller, FakeHeadEnd, caller, make_network
from vending_world import Village, drn

from system.accounts import four_eyes
from system.accounts.facts import ImmutableFact
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day
from system.networks.errors import UnableToManage
from system.networks.follow_up import follow_up
from system.networks.models import Network, Settlement, SettlementLine
from system.networks.services import settlements
from system.networks.services.settlements import settle_day
from system.vending import ledger
from system.vending.ledger import account_of
from system.vending.models import AccountKind, Sale
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale
from system.vending.services.shifts import receive_deposit

pytestmark = pytest.mark.requirement("R5-09")


@pytest.fixture
def home(village: Village, minting: str, head_end: FakeHeadEnd) -> Any:
    return village.customer(1)


def owed_c(network: Network) -> int:
    merchant = network.shift.point_of_sale.merchant
    balance = account_of(network.provider_id, AccountKind.MERCHANT, merchant).balance
    balance.refresh_from_db()
    return int(balance.posted_c)


def sell(seller: Caller, amount_c: int, number: int = 1) -> uuid.UUID:
    sale_id = uuid.uuid4()
    answer = seller.post("/sales", {"meter": drn(number), "amount_c": amount_c}, sale_id)
    assert answer.status_code == 200, answer.content
    return sale_id


def reverse(village: Village, sale_id: uuid.UUID) -> None:
    sale = Sale.objects.get(pk=sale_id)
    chief = User.objects.create_user(f"chief-{sale_id}", provider=village.provider, role="supervisor")
    approval = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, reversal_arguments(sale), "x"
    )
    four_eyes.decide(chief, approval, granted=True, note="")
    reverse_sale(village.supervisor, sale, approval, "x")


def rows_of(settlement: Settlement) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bytes(settlement.content).decode("utf-8-sig"))))


def test_three_days_close_with_the_ledger(
    home: Any, village: Village, network: Network, seller: Caller, business_time: Any
) -> None:
    first = sell(seller, 1_000_000)
    sell(seller, 2_345_600)
    business_time.instant += timedelta(days=1)
    one = settle_day(network, business_day() - timedelta(days=1))
    assert (one.opening_c, one.sold_c, one.commission_c) == (0, 3_345_600, 334_560)
    assert one.closing_c == owed_c(network) == 3_345_600 - 334_560
    third = sell(seller, 500_000)
    reverse(village, third)
    receive_deposit(village.supervisor, network.shift.point_of_sale.merchant, 2_000_000, "123", uuid.uuid4())
    business_time.instant += timedelta(days=1)
    two = settle_day(network, business_day() - timedelta(days=1))
    assert (two.opening_c, two.sold_c, two.reversed_c) == (one.closing_c, 500_000, 500_000)
    assert (two.deposited_c, two.commission_c) == (2_000_000, 0)
    assert two.closing_c == owed_c(network)
    business_time.instant += timedelta(days=1)
    three = settle_day(network, business_day() - timedelta(days=1))
    assert three.lines_count == 0
    assert three.closing_c == two.closing_c
    assert [one.number, two.number, three.number] == [1, 2, 3]
    assert str(first) in {row["venta"] for row in rows_of(one)}
    assert ledger.ledger_faults() == []


def test_a_reversal_of_another_day_gives_its_commission_back(
    home: Any, village: Village, network: Network, seller: Caller, business_time: Any
) -> None:
    sale_id = sell(seller, 1_000_000)
    business_time.instant += timedelta(days=1)
    settle_day(network, business_day() - timedelta(days=1))
    reverse(village, sale_id)
    business_time.instant += timedelta(days=1)
    made = settle_day(network, business_day() - timedelta(days=1))
    assert (made.reversed_c, made.commission_c) == (1_000_000, -100_000)
    assert made.closing_c == owed_c(network) == 0
    assert ledger.ledger_faults() == []


def test_again_is_the_same_and_nothing_is_settled_twice(
    home: Any, network: Network, seller: Caller, business_time: Any
) -> None:
    sell(seller, 1_000_000)
    business_time.instant += timedelta(days=1)
    day = business_day() - timedelta(days=1)
    one, same = settle_day(network, day), settle_day(network, day)
    assert one.pk == same.pk
    assert SettlementLine.objects.count() == 2
    line = SettlementLine.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementLine(settlement=one, movement=line.movement, kind="sale", amount_c=1).save()


def test_only_days_that_are_over_in_their_order(network: Network, business_time: Any) -> None:
    with pytest.raises(UnableToManage):
        settle_day(network, business_day())
    settle_day(network, business_day() - timedelta(days=1))
    with pytest.raises(UnableToManage):
        settle_day(network, business_day() - timedelta(days=2))


def test_the_worker_settles_yesterday(
    home: Any, network: Network, seller: Caller, business_time: Any
) -> None:
    Network.objects.update(created_at=business_time.instant)
    sell(seller, 1_000_000)
    follow_up()
    assert not Settlement.objects.exists()
    business_time.instant += timedelta(days=1)
    assert "settled 1" in follow_up()
    assert follow_up() == ""
    assert Settlement.objects.get().closing_c == owed_c(network)


def test_the_file_adds_up_and_has_its_columns(home: Any, village: Village, business_time: Any) -> None:
    network = make_network(village, "=HYPERLINK(1)")
    seller = caller(village, network)
    for amount_c in (1_000_000, 20_000, 333_300):
        sell(seller, amount_c)
    business_time.instant += timedelta(days=1)
    made = settle_day(network, business_day() - timedelta(days=1))
    rows = rows_of(made)
    assert tuple(rows[0]) == settlements.CSV_HEAD
    assert {row["version"] for row in rows} == {"1"}
    assert {row["red"] for row in rows} == {"'=HYPERLINK(1)"}
    moved = [int(row["valor_c"]) for row in rows[1:-1]]
    assert sum(moved) == int(rows[-1]["valor_c"])
    assert int(rows[-1]["saldo_c"]) == made.closing_c == owed_c(network)
    commissions = [int(row["comision_c"]) for row in rows if row["clase"] == "venta"]
    assert sum(commissions) == made.commission_c
    assert [int(row["linea"]) for row in rows] == list(range(len(rows)))
    assert hashlib.sha256(bytes(made.content)).hexdigest() == made.sha256


def test_the_file_by_the_api(
    home: Any, village: Village, network: Network, seller: Caller, business_time: Any
) -> None:
    sell(seller, 1_000_000)
    business_time.instant += timedelta(days=1)
    made = settle_day(network, business_day() - timedelta(days=1))
    listed = seller.get("/settlements").json()
    assert listed["total"] == 1
    assert listed["items"][0] == seller.get("/settlements/1").json()
    answer = seller.client.get(
        listed["items"][0]["file"], headers={"Authorization": f"Bearer {seller.secret}"}
    )
    assert answer.content == bytes(made.content)
    assert answer["X-Content-SHA256"] == made.sha256 == listed["items"][0]["sha256"]
    stranger = caller(village, make_network(village, "Otra red"))
    assert stranger.get("/settlements").json()["total"] == 0
    assert stranger.get("/settlements/1/file").status_code == 404


def test_settlements_are_facts(network: Network, business_time: Any) -> None:
    made = settle_day(network, business_day() - timedelta(days=1))
    with pytest.raises(ImmutableFact):
        made.save()
    with pytest.raises(ImmutableFact):
        Settlement.objects.all().delete()
    from django.db import connection

    with pytest.raises(Exception, match="facts"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE networks_settlement SET closing_c = 1")
