"""R5.4-02, A-10: what two sellers took without knowing of each other adds up to the books' own price."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline_paper import FakeModule
from vending_world import drn

from system.vending.ledger import account_of, balance_of, ledger_faults
from system.vending.models import (
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    Sale,
    TariffVersion,
    Token,
)
from system.vending.offline.models import SettledSale
from system.vending.offline.services.settlement import receive_batch
from system.vending.offline.settling.true_up import BookState, TerminalSale, sale_as_priced, true_up
from system.vending.pricing import ObligationKind, SaleInputs, Step, Tariff, price_sale
from system.vending.pricing.serialization import from_json
from system.vending.services.obligations import ObligationTerms, open_obligation
from system.vending.services.sell_energy import SaleRequest, sell_energy

STEPS = (Step("low", 3_462_100, 1300), Step("high", 8_553_200, 8000), Step("full", 11_009_500))
TARIFF = Tariff("T", 1, date(2026, 1, 1), STEPS, 11_009_500)


def cost_mc(units: int) -> int:
    return sum(part.cost_mc for part in TARIFF.parts(0, units))


def conserved() -> None:
    """Σ amounts = Σ deductions + Σ cost by the books + residue − what nobody pays, to the thousandth."""
    rows = SettledSale.objects.select_related("sale")
    for row in rows:
        assert row.sale.amount_c * 1000 + row.residue_before_mc + row.lost_mc == (
            sum(row.deducted_c.values()) * 1000 + row.cost_mc + row.residue_after_mc
        )
    assert ledger_faults() == []


def residue_account_c(installation: Any) -> int:
    account = account_of(installation.provider_id, AccountKind.RESIDUE, installation)
    return -balance_of(account).posted_c


@pytest.mark.requirement("R5.4-02")
@given(
    bought=st.integers(0, 9000),
    thought=st.integers(0, 9000),
    residue=st.integers(0, 50_000_000),
    had=st.integers(0, 50_000_000),
    amount_c=st.integers(1, 90_000_000),
)
def test_the_books_add_up_whatever_the_terminal_thought(
    bought: int, thought: int, residue: int, had: int, amount_c: int
) -> None:
    quote = price_sale(SaleInputs(amount_c, date(2026, 5, 5), TARIFF, thought, residue))
    books = BookState(TARIFF, bought, had, {})
    figures = true_up(sale_as_priced(quote), books)
    assert amount_c * 1000 + had + figures.lost_mc == figures.cost_mc + figures.residue_after_mc
    assert figures.residue_after_mc >= 0
    assert figures.lost_mc >= 0
    assert figures.energy_c >= 0
    if (bought, residue) == (thought, had):
        assert (figures.difference_mc, figures.lost_mc) == (0, 0)
        assert figures.residue_after_mc == quote.residue_mc


@given(
    deducted=st.dictionaries(st.sampled_from("1234"), st.integers(1, 4000), max_size=4),
    room=st.dictionaries(st.sampled_from("1234"), st.none() | st.integers(0, 4000), max_size=4),
    change_mc=st.integers(-3_000_000, 3_000_000),
    had=st.integers(0, 3_000_000),
)
def test_what_the_books_do_not_take_goes_back(
    deducted: dict[str, int], room: dict[str, int | None], change_mc: int, had: int
) -> None:
    sold = TerminalSale(20_000, 0, deducted, change_mc)
    figures = true_up(sold, BookState(TARIFF, 0, had, room))
    for key, kept_c in figures.deducted_c.items():
        most_c = room[key]
        assert 0 < kept_c <= deducted[key]
        assert most_c is None or kept_c <= most_c
    kept_mc = sum(figures.deducted_c.values()) * 1000
    assert 20_000_000 + had + figures.lost_mc == kept_mc + figures.cost_mc + figures.residue_after_mc


@pytest.mark.requirement("R5.4-02")
def test_what_the_counter_sold_meanwhile_is_the_dearer_step_afterwards(
    post: Any, homes: list[Any], village: Any
) -> None:
    """The terminal asked the subsistence price; the counter had sold it already: nobody pays the rest."""
    InstallationMonth.objects.create(installation=homes[0], month=date(2026, 11, 1), units=1300)
    said = post.paper.sell(drn(1), 2_000_000)
    post.settle()
    row = SettledSale.objects.get()
    assert row.difference_mc == -said["units"] * (8_553_200 - 3_462_100)
    assert row.lost_mc == -row.difference_mc
    assert row.residue_after_mc == said["residue_mc"]
    assert InstallationMonth.objects.get().units == 1300 + said["units"]
    conserved()


@pytest.mark.requirement("R5.4-02")
def test_a_conservative_price_is_given_back(post: Any, homes: list[Any]) -> None:
    """The terminal asked the dearer step; nobody else sold: the difference is the customer's."""
    post.paper.customers[drn(1)].bought_units = 1300
    said = post.paper.sell(drn(1), 2_000_000, flags=["conservative"])
    assert post.settle().findings == ()
    row = SettledSale.objects.get()
    back_mc = said["units"] * (8_553_200 - 3_462_100)
    assert (row.difference_mc, row.lost_mc, row.flags) == (back_mc, 0, ["conservative"])
    assert InstallationResidue.objects.get().residue_mc == said["residue_mc"] + back_mc
    assert residue_account_c(homes[0]) == InstallationResidue.objects.get().residue_mc // 1000
    conserved()


@pytest.mark.requirement("R5.4-01", "R5.4-02")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_two_terminals_and_the_counter_on_one_meter(
    make_post: Callable[..., Any],
    homes: list[Any],
    village: Any,
    minting: str,
    order: tuple[int, ...],
) -> None:
    posts = [make_post(1), make_post(2)]
    for post in posts:
        post.load()
        post.paper.open_shift(village.cashier.username)
        for _ in range(3):
            post.paper.sell(drn(1), 2_500_000)
    assert posts[1].paper.pack.customers[0].conservative
    assert not posts[0].paper.pack.customers[0].conservative
    acts: list[Callable[[], Any]] = [
        posts[0].settle,
        posts[1].settle,
        lambda: sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 2_500_000)),
    ]
    for act in order:
        acts[act]()
    sold = Sale.objects.all()
    units = sum(sale.units for sale in sold)
    month = InstallationMonth.objects.get()
    assert month.units == units
    # the steps telescope: together the seven sales cost what one seller would have asked for so many units
    counter = Sale.objects.get(settled__isnull=True)
    inputs = from_json(counter.inputs)
    counter_mc = sum(p.cost_mc for p in inputs.tariff.parts(inputs.bought_units, counter.units))
    settled = SettledSale.objects.all()
    assert counter_mc + sum(row.cost_mc for row in settled) == cost_mc(units)
    residue = InstallationResidue.objects.get().residue_mc
    lost = sum(row.lost_mc for row in settled)
    assert 7 * 2_500_000 * 1000 + lost == cost_mc(units) + residue
    assert residue_account_c(homes[0]) == residue // 1000
    assert len(set(Token.objects.values_list("tid", flat=True))) == 7
    conserved()


@pytest.mark.requirement("R5.4-02")
def test_the_month_rolls_over_without_a_link(post: Any, homes: list[Any]) -> None:
    post.paper.sell(drn(1), 5_000_000)
    post.paper.now = datetime(2026, 12, 1, 5, 30, tzinfo=UTC)  # half past midnight in Bogota
    post.paper.sell(drn(1), 5_000_000)
    post.settle()
    by_month = dict(InstallationMonth.objects.values_list("month", "units"))
    sold = list(Sale.objects.order_by("business_at"))
    assert by_month == {date(2026, 11, 1): sold[0].units, date(2026, 12, 1): sold[1].units}
    assert [sale.month for sale in sold] == [date(2026, 11, 1), date(2026, 12, 1)]
    assert list(SettledSale.objects.values_list("difference_mc", flat=True)) == [0, 0]
    conserved()


@pytest.mark.requirement("R5.4-02")
def test_a_batch_that_comes_in_another_month_belongs_to_the_month_of_its_sales(
    post: Any, business_time: Any
) -> None:
    post.paper.sell(drn(1), 5_000_000)
    business_time.instant = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
    post.settle()
    assert Sale.objects.get().business_day == date(2026, 11, 24)
    assert InstallationMonth.objects.get().month == date(2026, 11, 1)


@pytest.mark.requirement("R5.4-02")
def test_a_version_published_before_the_trip_prices_on_its_day(post: Any, village: Any) -> None:
    publish(village, 2, date(2026, 11, 26), 4_000_000)
    post.load()
    post.paper.sell(drn(1), 1_000_000)
    post.paper.now = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    after = post.paper.sell(drn(1), 1_000_000)
    assert after["inputs"]["tariff"]["version"] == 2
    post.settle()
    assert list(SettledSale.objects.values_list("difference_mc", flat=True)) == [0, 0]
    conserved()


@pytest.mark.requirement("R5.4-02")
@pytest.mark.parametrize(("price_e4", "dearer"), [(4_000_000, True), (3_000_000, False)])
def test_a_version_that_the_terminal_could_not_know_is_trued_up(
    post: Any, village: Any, price_e4: int, dearer: bool
) -> None:
    publish(village, 2, date(2026, 11, 24), price_e4)
    said = post.paper.sell(drn(1), 1_000_000)
    post.settle()
    row = SettledSale.objects.get()
    assert row.difference_mc == said["units"] * (3_462_100 - price_e4)
    assert bool(row.lost_mc) is dearer
    conserved()


@pytest.mark.requirement("R5.4-02")
def test_an_obligation_that_two_took_is_taken_once(
    make_post: Callable[..., Any], homes: list[Any], village: Any
) -> None:
    debt = open_obligation(
        village.supervisor,
        homes[0],
        ObligationTerms(
            ObligationKind.ARREARS, "Mora", date(2026, 1, 1), opening_c=300_000, share_ppm=500_000
        ),
    )
    levy = open_obligation(
        village.supervisor,
        homes[0],
        ObligationTerms(ObligationKind.LEVY, "Aseo", date(2026, 1, 1), quota_c=80_000, priority=1),
    )
    posts = [make_post(1), make_post(2)]
    for post in posts:
        post.load()
        post.paper.open_shift(village.cashier.username)
    for post in posts:
        assert post.paper.sell(drn(1), 1_000_000)["deducted_c"] == 380_000
        post.settle()
    first, second = SettledSale.objects.order_by("residue_before_mc")
    assert first.deducted_c == {str(debt.pk): 300_000, str(levy.pk): 80_000}
    assert second.deducted_c == {}
    assert second.difference_mc == 380_000_000 - second.lost_mc
    assert balance_of(account_of(village.provider.pk, AccountKind.OBLIGATION, debt)).posted_c == 0
    assert balance_of(account_of(village.provider.pk, AccountKind.LEVY, levy)).posted_c == -80_000
    month = InstallationMonth.objects.get()
    assert month.taken_c == {str(debt.pk): 300_000, str(levy.pk): 80_000}
    conserved()


def test_an_obligation_of_somebody_else_takes_nothing(post: Any, homes: list[Any], village: Any) -> None:
    other = open_obligation(
        village.supervisor,
        homes[1],
        ObligationTerms(
            ObligationKind.ARREARS, "Mora", date(2026, 1, 1), opening_c=300_000, share_ppm=500_000
        ),
    )
    known = post.paper.customers[drn(1)]
    post.load()
    known = post.paper.customers[drn(1)]
    known.obligations = post.paper.customers[drn(2)].obligations
    assert post.paper.sell(drn(1), 1_000_000)["deducted_c"] == 300_000
    post.settle()
    assert SettledSale.objects.get().deducted_c == {}
    assert balance_of(account_of(village.provider.pk, AccountKind.OBLIGATION, other)).posted_c == 300_000
    assert InstallationResidue.objects.get().residue_mc >= 300_000_000
    conserved()


def test_figures_that_do_not_follow_are_not_believed(post: Any, fake_module: FakeModule) -> None:
    said = post.paper.sell(drn(1), 1_000_000, residue_mc=999_999_999)
    settlement = receive_batch(post.village.supervisor, post.paper.batch())
    assert [row.kind for row in settlement.findings] == ["price-differs"]
    row = SettledSale.objects.get()
    assert row.cost_mc == cost_mc(said["units"])
    assert row.residue_after_mc == 1_000_000_000 - row.cost_mc
    assert row.sale.inputs == ""
    conserved()


def publish(village: Any, version: int, day: date, price_e4: int) -> None:
    TariffVersion(
        provider=village.provider,
        code="ZNI-E1",
        version=version,
        name="Residencial estrato 1",
        valid_from=day,
        steps=[{"name": "único", "price_e4": price_e4, "upto_units": None}],
        unit_cost_e4=11_009_500,
        published_at=datetime(2026, 11, 20, tzinfo=UTC),
    ).save()
