"""Pricing of a sale: conservation, steps of the month, residue, deductions and their order."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.vending import pricing
from system.vending.pricing import (
    LineKind,
    Obligation,
    ObligationKind,
    PricingError,
    Rule,
    SaleInputs,
    Step,
    Tariff,
    amount_for,
    price_sale,
)
from system.vending.pricing.errors import REASONS
from system.vending.pricing.explain import explain
from system.vending.pricing.money import AMOUNT_C_MAX, PPM
from system.vending.pricing.serialization import from_json, to_json
from system.vending.pricing.tariff import in_force

DAY = date(2026, 11, 24)
TARIFF = Tariff(
    "ZNI-E1",
    3,
    date(2026, 11, 1),
    (
        Step("subsistencia", 3_462_100, 1300),
        Step("complementario", 8_553_200, 8000),
        Step("pleno", 11_009_500),
    ),
    11_009_500,
    (("G", 9_646_200), ("D", 293_500), ("C", 1_069_900)),
)
AMOUNTS = st.integers(1, 10**9)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    ends = sorted(draw(st.sets(st.integers(1, 20_000), max_size=4)))
    prices = draw(st.lists(st.integers(1, 20_000_000), min_size=len(ends) + 1, max_size=len(ends) + 1))
    steps = tuple(
        Step(f"step {number}", price, end)
        for number, (price, end) in enumerate(zip(prices, [*ends, None], strict=True))
    )
    return Tariff("T", 1, date(2020, 1, 1), steps, draw(st.integers(1, 20_000_000)))


@st.composite
def obligations(draw: st.DrawFn) -> tuple[Obligation, ...]:
    def one(number: int) -> Obligation:
        quota, share = draw(st.none() | st.integers(0, 10**7)), draw(st.none() | st.integers(0, PPM))
        rule = Rule(
            quota_c=quota if quota is not None or share is not None else 0,
            taken_c=draw(st.integers(0, 10**7)),
            share_ppm=share,
            cap_c=draw(st.none() | st.integers(0, 10**7)),
        )
        return Obligation(
            f"o{number}",
            draw(st.sampled_from(ObligationKind)),
            f"obligation {number}",
            rule,
            draw(st.integers(0, 3)),
            draw(st.none() | st.integers(0, 10**8)),
        )

    return tuple(one(number) for number in range(draw(st.integers(0, 4))))


@st.composite
def sales(draw: st.DrawFn) -> SaleInputs:
    return SaleInputs(
        draw(AMOUNTS),
        DAY,
        draw(tariffs()),
        bought_units=draw(st.integers(0, 30_000)),
        residue_mc=draw(st.integers(0, 10**8)),
        obligations=draw(obligations()),
        deductions_max_ppm=draw(st.integers(0, PPM)),
    )


def priced(inputs: SaleInputs):
    try:
        return price_sale(inputs)
    except PricingError:
        return None


@pytest.mark.requirement("R5.3-03")
@given(sales())
def test_the_amount_is_deductions_energy_and_residue(inputs: SaleInputs) -> None:
    quote = priced(inputs)
    if quote is None:
        return
    lines_c = sum(line.amount_c for line in quote.lines)
    assert inputs.amount_c + quote.residue_before_c == lines_c + quote.residue_c
    assert lines_c == quote.deducted_c + quote.energy_c
    assert all(line.amount_c >= 0 and line.units >= 0 for line in quote.lines)
    assert quote.deducted_c <= inputs.amount_c * inputs.deductions_max_ppm // PPM
    assert sum(line.units for line in quote.lines) == quote.units


@given(sales())
def test_what_is_left_over_would_not_buy_another_unit(inputs: SaleInputs) -> None:
    quote = priced(inputs)
    if quote is None:
        return
    next_part = inputs.tariff.parts(quote.bought_units, 1)[0]
    assert 0 <= quote.residue_mc < next_part.cost_mc


@pytest.mark.requirement("R5.1-01")
@given(tariffs(), st.lists(st.integers(1, 10**7), min_size=1, max_size=8), st.integers(0, 5000))
def test_many_small_purchases_buy_what_one_large_one_buys(
    tariff: Tariff, amounts: list[int], bought_units: int
) -> None:
    """R5.1-01: whoever buys every day pays no centavo more than who buys once."""
    units, residue_mc = 0, 0
    large = priced(SaleInputs(sum(amounts), DAY, tariff, bought_units))
    for amount_c in amounts:
        small = priced(SaleInputs(amount_c, DAY, tariff, bought_units + units, residue_mc))
        if small is None or large is None:
            return
        units, residue_mc = units + small.units, small.residue_mc
    assert large is not None
    assert (units, residue_mc) == (large.units, large.residue_mc)


@given(sales(), st.integers(1, 50_000), st.sampled_from([1, 100, 5000, 10_000]))
def test_the_amount_for_so_many_units_is_the_smallest(inputs: SaleInputs, units: int, coin_c: int) -> None:
    try:
        amount_c = amount_for(inputs, units, coin_c)
    except PricingError:
        return
    assert amount_c % coin_c == 0
    if amount_c <= AMOUNT_C_MAX:
        quote = priced(replace(inputs, amount_c=amount_c))
        assert quote is None or quote.units >= units
    if amount_c > coin_c:
        less = priced(replace(inputs, amount_c=amount_c - coin_c))
        assert less is not None
        assert less.units < units


@given(sales())
def test_stored_inputs_give_the_same_quote(inputs: SaleInputs) -> None:
    text = to_json(inputs)
    again = from_json(text)
    assert again == inputs
    assert to_json(again) == text
    assert priced(again) == priced(inputs)


@pytest.mark.requirement("R5.3-03", "R5.1-02")
def test_deductions_come_first_in_their_order_and_within_their_limits() -> None:
    """R5.3-03, A-07: levy, then instalment, then a share for arrears; energy with the rest."""
    owed = (
        Obligation(
            "a", ObligationKind.ARREARS, "mora 2025", Rule(share_ppm=100_000, cap_c=150_000), 3, 900_000
        ),
        Obligation(
            "i", ObligationKind.INSTALMENT, "acometida", Rule(quota_c=200_000, taken_c=50_000), 2, 120_000
        ),
        Obligation("l", ObligationKind.LEVY, "aseo", Rule(quota_c=80_000), 1),
    )
    quote = price_sale(SaleInputs(2_000_000, DAY, TARIFF, bought_units=1290, obligations=owed))
    assert [(line.kind, line.amount_c, line.balance_c) for line in quote.lines[:3]] == [
        (LineKind.LEVY, 80_000, None),
        (LineKind.INSTALMENT, 120_000, 0),
        (LineKind.ARREARS, 150_000, 750_000),
    ]
    assert [(line.name, line.units) for line in quote.lines[3:]] == [
        ("subsistencia", 10),
        ("complementario", 188),
    ]
    assert quote.energy_c + quote.residue_c == 1_650_000
    assert quote.subsidy_mc == quote.units * TARIFF.unit_cost_e4 - (10 * 3_462_100 + 188 * 8_553_200)


def test_obligations_that_ask_for_everything_leave_what_the_limit_protects() -> None:
    greedy = Obligation("a", ObligationKind.ARREARS, "mora", Rule(share_ppm=PPM), 0, 10**9)
    quote = price_sale(SaleInputs(1_000_000, DAY, TARIFF, obligations=(greedy,), deductions_max_ppm=300_000))
    assert (quote.deducted_c, quote.energy_c + quote.residue_c) == (300_000, 700_000)


def test_the_steps_of_a_new_month_begin_again_because_the_caller_says_so() -> None:
    first = price_sale(SaleInputs(100_000, DAY, TARIFF, bought_units=1300))
    second = price_sale(SaleInputs(100_000, date(2026, 12, 1), TARIFF))
    assert (first.lines[0].name, second.lines[0].name) == ("complementario", "subsistencia")


def test_an_amount_too_small_for_a_unit_is_carried() -> None:
    first = price_sale(SaleInputs(3_000, DAY, TARIFF))
    assert (first.units, first.residue_mc, first.energy_c) == (0, 3_000_000, 0)
    second = price_sale(SaleInputs(500, DAY, TARIFF, residue_mc=first.residue_mc))
    assert second.units == 1
    assert second.residue_mc == 3_500_000 - 3_462_100


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount_c": 0}, "above 0"),
        ({"amount_c": -5}, "above 0"),
        ({"amount_c": AMOUNT_C_MAX + 1}, "at most"),
        ({"day": date(2026, 10, 31)}, "not in force"),
        ({"bought_units": -1}, "below 0"),
        ({"residue_mc": -1}, "below 0"),
        ({"deductions_max_ppm": PPM + 1}, "share"),
        ({"rules": 2}, "unknown"),
    ],
)
def test_inputs_that_make_no_sense_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(PricingError, match=words):
        replace(SaleInputs(1_000, DAY, TARIFF), **change)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (Step("a", 1, 10),),
        (Step("a", 1), Step("b", 2)),
        (Step("a", 1, 10), Step("b", 2, 10), Step("c", 3)),
        (Step("a", 1, 0), Step("b", 2)),
    ],
)
def test_steps_without_order_are_no_tariff(steps: tuple[Step, ...]) -> None:
    with pytest.raises(PricingError, match="step"):
        Tariff("T", 1, DAY, steps, 1)


def test_the_version_in_force_is_the_last_that_began() -> None:
    later = replace(TARIFF, version=4, valid_from=date(2026, 12, 1))
    mended = replace(TARIFF, version=5)
    versions = (later, TARIFF, mended)
    assert in_force(versions, DAY) is mended
    assert in_force(versions, date(2027, 1, 1)) is later
    with pytest.raises(PricingError, match="no tariff"):
        in_force(versions, date(2026, 10, 1))


def test_more_than_a_token_can_carry_is_refused() -> None:
    cheap = Tariff("T", 1, DAY, (Step("a", 1),), 1)
    with pytest.raises(PricingError, match="token"):
        price_sale(SaleInputs(10**9, DAY, cheap))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"day":"x"}', "[" * 5000, '{"day":1}'])
def test_texts_that_hold_no_inputs_are_refused(text: str) -> None:
    with pytest.raises(PricingError, match="stored inputs"):
        from_json(text)


def test_an_explanation_leads_from_the_money_to_the_units() -> None:
    owed = (Obligation("i", ObligationKind.INSTALMENT, "acometida", Rule(quota_c=200_000), 1, 500_000),)
    quote = price_sale(SaleInputs(1_000_000, DAY, TARIFF, bought_units=1290, obligations=owed))
    said = explain(quote, "es")
    assert said[0].startswith("Recibido el 2026-11-24: $ 10.000,00.")
    assert "Cuota de acometida: $ 2.000,00. Queda por pagar: $ 3.000,00." in said
    assert any(sentence.startswith("subsistencia: 1,0 kWh a $ 346,2100/kWh = $ 346,21.") for sentence in said)
    assert len(explain(quote, "en")) == len(said)


def test_every_refusal_has_its_words_in_both_languages_and_is_used() -> None:
    room = Path(pricing.__file__).parent.parent
    sources = "".join(path.read_text(encoding="utf-8") for path in room.rglob("*.py"))
    for code, words in REASONS.items():
        assert len(sources.split(f'"{code}"')) > 2, code
        fields = [set(re.findall(r"{(\w+)}", text)) for text in words]
        assert fields[0] == fields[1], code
        assert not words.es.endswith("."), code
