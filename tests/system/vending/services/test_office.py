"""Counters, tariffs, obligations and bills as the office makes them."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from vending_world import NOW, Village, drn, make_village

from system.registry.models import Agreement, Customer
from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.ledger import account_of
from system.vending.models import AccountKind, Bill, Merchant, TariffVersion
from system.vending.pricing import ObligationKind
from system.vending.selectors.obligations import obligation_status
from system.vending.services.bills import bill_availability, bill_consumption, outstanding_c, pay_bill
from system.vending.services.obligations import ObligationTerms, end_obligation, open_obligation
from system.vending.services.points_of_sale import (
    create_merchant,
    create_point_of_sale,
    set_active,
    set_limit,
)
from system.vending.services.sell_energy import SaleRequest, sell_energy
from system.vending.services.shifts import close_shift
from system.vending.services.tariffs import publish_tariff

TODAY = NOW.date()
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
STEPS = [
    {"name": "subsistencia", "price_e4": 3_000_000, "upto_units": 1300},
    {"name": "pleno", "price_e4": 9_000_000, "upto_units": None},
]


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


def sell(village: Village) -> Any:
    return sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))


@pytest.mark.requirement("R5-06")
def test_merchants_counters_and_limits(village: Village, home: Any, minting: str) -> None:
    shop = create_merchant(village.supervisor, "Tienda Nueva", "123", 5_000_000)
    create_point_of_sale(village.supervisor, shop, "Caja 1")
    assert account_of(village.provider.pk, AccountKind.MERCHANT, shop).balance.limit_c == 5_000_000
    for again in (
        lambda: create_merchant(village.supervisor, "Tienda Nueva"),
        lambda: create_point_of_sale(village.supervisor, shop, "Caja 1"),
    ):
        with pytest.raises(UnableToSell, match=r"Ya hay|ya tiene"):
            again()
    sell(village)
    with pytest.raises(UnableToSell, match="ya debe más"):
        set_limit(village.supervisor, village.merchant, 999_999)
    set_limit(village.supervisor, village.merchant, 1_000_000)
    with pytest.raises(UnableToSell, match="cupo"):
        sell(village)
    set_limit(village.supervisor, village.merchant, None)
    sell(village)


@pytest.mark.requirement("R5-06")
def test_who_is_suspended_sells_nothing(village: Village, home: Any, minting: str) -> None:
    set_active(village.supervisor, village.point_of_sale, active=False)
    village.shift.refresh_from_db()
    with pytest.raises(UnableToSell, match="suspendido"):
        sell(village)
    set_active(village.supervisor, village.point_of_sale, active=True)
    village.shift.refresh_from_db()
    sell(village)


def test_only_supervisors_of_the_same_provider_manage_counters(village: Village) -> None:
    other = make_village("Otra empresa")
    for user in (village.cashier, other.supervisor):
        with pytest.raises(UnableToSell, match="rol"):
            create_point_of_sale(user, village.merchant, "x")
        with pytest.raises(UnableToSell, match="rol"):
            set_limit(user, village.merchant, 1)
    for limit_c in (-1, 10**13):
        with pytest.raises(UnableToSell, match="válido"):
            create_merchant(village.supervisor, "Y", "", limit_c)
    assert Merchant.objects.of(village.supervisor).count() == 1


def test_a_further_version_prices_from_its_day_on(
    village: Village, home: Any, minting: str, business_time: Any
) -> None:
    row = publish_tariff(village.supervisor, "zni-e1", "E1", TODAY + timedelta(1), STEPS, 11_000_000)
    assert (row.code, row.version) == ("ZNI-E1", 2)
    assert sell(village).units == 288
    business_time.instant = NOW + timedelta(1)
    assert sell(village).units == 334  # 333.3 and the residue of the one before


def test_a_price_stands_for_its_whole_day(village: Village, home: Any, minting: str) -> None:
    right = {"code": "zni-e1", "name": "E1", "steps": STEPS, "unit_cost_e4": 11_000_000}
    publish_tariff(village.supervisor, valid_from=TODAY, **right)  # nobody has bought yet
    sell(village)
    with pytest.raises(UnableToSell, match="desde mañana"):
        publish_tariff(village.supervisor, valid_from=TODAY, **right)
    publish_tariff(village.supervisor, valid_from=TODAY, **{**right, "code": "OTRA"})
    publish_tariff(village.supervisor, valid_from=TODAY + timedelta(1), **right)
    assert list(TariffVersion.objects.filter(code="ZNI-E1").values_list("version", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"valid_from": TODAY - timedelta(1)}, "ya pasó"),
        ({"steps": []}, "bloques"),
        ({"steps": [{"name": "x", "price_e4": 0, "upto_units": None}]}, "bloques"),
        ({"steps": [STEPS[1], STEPS[0]]}, "bloques"),
        ({"steps": [{"name": "x", "price_e4": 10**12, "upto_units": None}]}, "demasiado grande"),
        ({"unit_cost_e4": 0}, "bloques"),
        ({"code": " "}, "código"),
    ],
)
def test_tariffs_that_make_no_sense(village: Village, wrong: dict[str, Any], words: str) -> None:
    right = {"code": "X", "name": "x", "valid_from": TODAY, "steps": STEPS, "unit_cost_e4": 11_000_000}
    with pytest.raises(UnableToSell, match=words):
        publish_tariff(village.supervisor, **{**right, **wrong})
    with pytest.raises(UnableToSell, match="rol"):
        publish_tariff(village.cashier, **right)
    assert TariffVersion.objects.count() == 1


@pytest.mark.requirement("R5.1-02")
def test_a_debt_opens_in_the_ledger_and_sales_collect_it(village: Village, home: Any, minting: str) -> None:
    terms = ObligationTerms(
        ObligationKind.ARREARS, "mora 2025", TODAY, opening_c=250_000, share_ppm=200_000, priority=5
    )
    row = open_obligation(village.supervisor, home, terms)
    levy = open_obligation(
        village.supervisor, home, ObligationTerms(ObligationKind.LEVY, "aseo", TODAY, quota_c=30_000)
    )
    for _ in range(2):
        sell(village)
    status = {one.row.pk: one for one in obligation_status(village.supervisor, TODAY, TODAY)}
    debt = status[row.pk]
    assert (debt.opening_c, debt.charged_c, debt.collected_c, debt.closing_c) == (0, 250_000, 250_000, 0)
    assert status[levy.pk].collected_c == 30_000
    later = {
        one.row.pk: one
        for one in obligation_status(village.supervisor, TODAY + timedelta(1), TODAY + timedelta(9))
    }
    for pk, kind in ((row.pk, AccountKind.OBLIGATION), (levy.pk, AccountKind.LEVY)):
        balance_c = account_of(village.provider.pk, kind, later[pk].row).balance.posted_c
        assert later[pk].opening_c == later[pk].closing_c == balance_c
    assert ledger.ledger_faults() == []


def test_an_obligation_that_ended_is_not_collected(
    village: Village, home: Any, minting: str, business_time: Any
) -> None:
    terms = ObligationTerms(ObligationKind.LEVY, "aseo", TODAY, quota_c=30_000, quota_period="sale")
    row = open_obligation(village.supervisor, home, terms)
    assert sell(village).deducted_c == 30_000
    end_obligation(village.supervisor, row)
    business_time.instant = NOW + timedelta(1)
    assert sell(village).deducted_c == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"opening_c": 0},
        {"opening_c": -1},
        {"opening_c": 10**13},
        {"share_ppm": None},
        {"share_ppm": 1_000_001},
        {"kind": ObligationKind.LEVY},
        {"ends_on": TODAY - timedelta(1)},
        {"quota_period": "year"},
    ],
)
def test_obligations_that_make_no_sense(village: Village, home: Any, wrong: dict[str, Any]) -> None:
    right = {
        "kind": ObligationKind.ARREARS,
        "name": "mora",
        "starts_on": TODAY,
        "opening_c": 5,
        "share_ppm": 9,
    }
    with pytest.raises(UnableToSell):
        open_obligation(village.supervisor, home, ObligationTerms(**{**right, **wrong}))
    with pytest.raises(UnableToSell, match="rol"):
        open_obligation(village.cashier, home, ObligationTerms(**right))
    assert ledger.ledger_faults() == []


def postpaid(home: Any, mode: str = "postpaid", fee_c: int = 0) -> None:
    Agreement.objects.filter(installation=home).update(mode=mode, monthly_fee_c=fee_c)


def test_a_consumption_is_billed_and_paid(village: Village, home: Any) -> None:
    postpaid(home)
    bill_id = uuid.uuid4()
    bill = bill_consumption(village.supervisor, bill_id, home, OCTOBER, 200_000)
    assert bill_consumption(village.supervisor, bill_id, home, OCTOBER, 200_000) == bill
    # 130 kWh at 346.21 and 70 kWh at 855.32 COP; the service costs 1 100.95 COP/kWh
    assert bill.total_c == 4_500_730 + 5_987_240
    assert bill.cost_c == 22_019_000
    assert account_of(village.provider.pk, AccountKind.SUBSIDY).balance.posted_c == bill.subsidy_c
    payment_id = uuid.uuid4()
    for _ in range(2):
        pay_bill(village.cashier, village.shift, bill, 1_000_000, payment_id)
    assert outstanding_c(bill) == bill.total_c - 1_000_000
    pay_bill(village.cashier, village.shift, bill, outstanding_c(bill), uuid.uuid4())
    with pytest.raises(UnableToSell, match="mayor que cero"):
        pay_bill(village.cashier, village.shift, bill, 1, uuid.uuid4())
    assert close_shift(village.cashier, village.shift, 0).expected_cash_c == bill.total_c
    assert ledger.ledger_faults() == []


def test_a_bill_goes_on_where_the_one_before_ended(village: Village, home: Any) -> None:
    postpaid(home)
    halves = ((date(2026, 10, 1), date(2026, 10, 15)), (date(2026, 10, 16), date(2026, 10, 31)))
    bills = [bill_consumption(village.supervisor, uuid.uuid4(), home, half, 100_000) for half in halves]
    assert sum(bill.total_c for bill in bills) == 4_500_730 + 5_987_240
    with pytest.raises(UnableToSell, match="ya está facturado"):
        bill_consumption(village.supervisor, uuid.uuid4(), home, halves[0], 1)
    assert ledger.ledger_faults() == []


def test_a_month_of_availability(village: Village, home: Any) -> None:
    postpaid(home, "availability", 3_000_000)
    bill = bill_availability(village.supervisor, uuid.uuid4(), home, OCTOBER, 900_000)
    assert (bill.total_c, bill.mode) == (2_700_000, "availability")
    assert ledger.ledger_faults() == []


@pytest.mark.parametrize(
    ("period", "consumption_wh", "words"),
    [
        (OCTOBER, -1, "consumo"),
        (OCTOBER, 10**11, "consumo"),
        ((OCTOBER[1], OCTOBER[0]), 1, "mes calendario"),
        ((date(2026, 9, 30), OCTOBER[1]), 1, "mes calendario"),
        ((date(2026, 11, 1), date(2026, 11, 30)), 1, "aún no termina"),
    ],
)
def test_bills_that_make_no_sense(
    village: Village, home: Any, period: tuple[date, date], consumption_wh: int, words: str
) -> None:
    postpaid(home)
    with pytest.raises(UnableToSell, match=words):
        bill_consumption(village.supervisor, uuid.uuid4(), home, period, consumption_wh)
    assert not Bill.objects.exists()


def test_prepaid_homes_get_no_bill(village: Village, home: Any) -> None:
    for verb in (
        lambda: bill_consumption(village.supervisor, uuid.uuid4(), home, OCTOBER, 1),
        lambda: bill_availability(village.supervisor, uuid.uuid4(), home, OCTOBER),
    ):
        with pytest.raises(UnableToSell, match="no es de"):
            verb()
    with pytest.raises(UnableToSell, match="rol"):
        bill_consumption(village.cashier, uuid.uuid4(), home, OCTOBER, 1)


def test_a_bill_is_of_who_had_the_contract_in_its_period(village: Village, home: Any) -> None:
    postpaid(home)
    before = home.agreements.get(valid_to__isnull=True)
    before.ends(NOW - timedelta(days=3))  # November
    Agreement.objects.create(
        provider=village.provider,
        installation=home,
        customer=Customer.objects.create(provider=village.provider, name="Nueva", document="777"),
        mode="prepaid",
        tariff_code="ZNI-E1",
        valid_from=NOW - timedelta(days=3),
    )
    bill = bill_consumption(village.supervisor, uuid.uuid4(), home, OCTOBER, 100_000)
    assert bill.agreement == before


def test_a_refusal_of_pricing_is_told_in_spanish(village: Village) -> None:
    """The counter's sentences are Spanish to the end, also where the pricing refuses."""
    home = village.customer(1)
    terms = ObligationTerms(ObligationKind.ARREARS, "Mora", TODAY, opening_c=1_000_000)
    with pytest.raises(UnableToSell, match="La regla de cobro no sirve: falta la cuota o la parte"):
        open_obligation(village.supervisor, home, terms)
    steps = [{"name": "uno", "price_e4": 10_000, "upto_units": 100}]
    with pytest.raises(UnableToSell, match="el último bloque no lleva tope"):
        publish_tariff(village.supervisor, "NUEVA", "Nueva", TODAY, steps, 10_000)
