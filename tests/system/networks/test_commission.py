"""A commission is never more than the sale, and a typed 10 means 10 %."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_world import TEN_PERCENT, make_network
from vending_world import Village

from system.networks.commission import (
    BP_MAX,
    Commission,
    commission_example,
    is_unusual,
    percent_text,
    read_percent,
)
from system.networks.errors import UnableToManage
from system.networks.models import Network
from system.networks.services.networks import Terms, change_terms, commission_of, create_network

pytestmark = pytest.mark.requirement("R5-09")
AMOUNTS = st.integers(1, 10**12)
TERMS = st.builds(
    Commission,
    st.sampled_from(["none", "percent", "fixed"]),
    st.integers(0, BP_MAX),
    st.integers(0, 10**12),
    st.none() | st.integers(0, 10**12),
)


@given(TERMS, AMOUNTS)
def test_from_nothing_to_the_whole_sale(terms: Commission, amount_c: int) -> None:
    kept_c = terms.of(amount_c)
    assert 0 <= kept_c <= amount_c
    assert terms.cap_c is None or kept_c <= terms.cap_c


@given(TERMS, AMOUNTS, AMOUNTS)
def test_more_sold_is_never_less_kept(terms: Commission, one_c: int, more_c: int) -> None:
    assert terms.of(one_c) <= terms.of(one_c + more_c)


@given(st.integers(0, BP_MAX), AMOUNTS)
def test_a_percentage_is_rounded_down_by_less_than_a_centavo(bp: int, amount_c: int) -> None:
    kept_c = Commission("percent", bp).of(amount_c)
    assert kept_c * BP_MAX <= amount_c * bp < (kept_c + 1) * BP_MAX


@given(st.integers(0, BP_MAX))
def test_what_is_shown_can_be_typed(bp: int) -> None:
    assert read_percent(percent_text(bp)) == bp


@given(st.text(max_size=12))
def test_no_text_is_more_than_a_hundred(text: str) -> None:
    try:
        bp = read_percent(text)
    except UnableToManage:
        return
    assert 0 <= bp <= BP_MAX


@pytest.mark.parametrize("text", ["101", "100,01", "1000", "-1", "1,234", "10 por ciento", "", "%", "1e2"])
def test_percentages_that_are_none(text: str) -> None:
    with pytest.raises(UnableToManage):
        read_percent(text)


def test_ten_means_ten_percent() -> None:
    terms = Commission("percent", read_percent("10"))
    assert terms.of(10_000_000) == 1_000_000
    said = commission_example(terms)
    assert "10 %" in said
    assert "$ 10.000,00" in said
    assert not is_unusual(terms)
    assert is_unusual(Commission("percent", read_percent("20")))
    assert is_unusual(Commission("fixed", fixed_c=5_000_000))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"kind": "percent", "bp": BP_MAX + 1},
        {"kind": "percent", "bp": -1},
        {"kind": "fixed", "fixed_c": -1},
        {"kind": "fixed", "cap_c": -1},
    ],
)
def test_terms_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(UnableToManage):
        Commission(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(0, 10, None, TEN_PERCENT), "sale_max"),
        (Terms(10**13, 10**13, None, TEN_PERCENT), "sale_max"),
        (Terms(100, 99, None, TEN_PERCENT), "day_max"),
        (Terms(100, 100, None, TEN_PERCENT, 0), "rate"),
        (Terms(100, 100, None, TEN_PERCENT, 10**9), "rate"),
    ],
)
def test_limits_that_make_no_sense(village: Village, terms: Terms, field: str) -> None:
    with pytest.raises(UnableToManage) as refused:
        create_network(village.supervisor, "Red", "sales", terms)
    assert refused.value.field == field
    assert not Network.objects.exists()


def test_names_kinds_and_roles(village: Village) -> None:
    make_network(village, "Red")
    terms = Terms(100_000, 100_000, None, TEN_PERCENT)
    for user, name, kind in (
        (village.supervisor, "Red", "sales"),
        (village.supervisor, " ", "sales"),
        (village.supervisor, "Otra", "nothing"),
        (village.cashier, "Otra", "sales"),
    ):
        with pytest.raises(UnableToManage):
            create_network(user, name, kind, terms)
    assert Network.objects.count() == 1


def test_other_terms_count_from_now_on(village: Village, network: Network) -> None:
    change_terms(village.supervisor, network, Terms(100_000, 200_000, 300_000, Commission("fixed", 0, 500)))
    assert commission_of(network) == Commission("fixed", 0, 500)
    assert network.shift.point_of_sale.merchant.name == "Red Red Paisa"
    assert uuid.UUID(str(network.shift_id))
    with pytest.raises(UnableToManage):
        change_terms(village.cashier, network, Terms(100, 200, None, TEN_PERCENT))
