"""The terminal's price is the office's price, whatever happened in between (R5.4-02)."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.terminal.customer_account import (
    CustomerAccount,
    OwnSale,
    PackObligation,
    conservative_inputs,
    own_sale,
)
from system.vending.pricing import (
    LineKind,
    Obligation,
    ObligationKind,
    Quote,
    Rule,
    SaleInputs,
    Step,
    Tariff,
    in_force,
    price_sale,
)

OLD = Tariff("T", 1, date(2026, 1, 1), (Step("a", 300, 400), Step("b", 700)), 900)
NEW = Tariff("T", 2, date(2026, 11, 20), (Step("a", 350, 300), Step("b", 650, 900), Step("c", 1000)), 950)
DEBTS = (
    PackObligation(
        Obligation("1", ObligationKind.LEVY, "aseo", Rule(quota_c=300)), True, date(2026, 1, 1), None
    ),
    PackObligation(
        Obligation("2", ObligationKind.INSTALMENT, "nevera", Rule(quota_c=150), 1, 900),
        False,
        date(2026, 11, 10),
        date(2026, 12, 10),
    ),
    PackObligation(
        Obligation("3", ObligationKind.ARREARS, "mora", Rule(share_ppm=100_000, cap_c=90), 2, 500),
        False,
        date(2026, 1, 1),
        None,
    ),
)
PPM = 600_000


@dataclass
class Books:
    """The office: one customer, sale after sale, as its rows would stand."""

    bought: dict[str, int] = field(default_factory=dict)
    taken: dict[tuple[str, str], int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    residue_mc: int = 0

    def sell(self, amount_c: int, day: date) -> Quote:
        quote = price_sale(self.inputs(amount_c, day))
        month = f"{day:%Y-%m}"
        self.bought[month] = self.bought.get(month, 0) + quote.units
        self.residue_mc = quote.residue_mc
        for line in quote.lines:
            if line.kind is not LineKind.ENERGY:
                key = line.obligation_id
                self.taken[month, key] = self.taken.get((month, key), 0) + line.amount_c
                self.paid[key] = self.paid.get(key, 0) + line.amount_c
        return quote

    def inputs(self, amount_c: int, day: date) -> SaleInputs:
        month = f"{day:%Y-%m}"
        owed = tuple(self.due(due, month).obligation for due in DEBTS if due.on(day))
        tariff = in_force((OLD, NEW), day)
        return SaleInputs(amount_c, day, tariff, self.bought.get(month, 0), self.residue_mc, owed, PPM)

    def due(self, due: PackObligation, month: str) -> PackObligation:
        one = due.obligation
        taken_c = self.taken.get((month, one.id), 0) if due.monthly else 0
        owed_c = None if one.outstanding_c is None else one.outstanding_c - self.paid.get(one.id, 0)
        return replace(
            due, obligation=replace(one, rule=replace(one.rule, taken_c=taken_c), outstanding_c=owed_c)
        )

    def pack(self, day: date) -> CustomerAccount:
        """What a pack of that day says."""
        month = f"{day:%Y-%m}"
        dues = tuple(self.due(due, month) for due in DEBTS)
        return CustomerAccount(month, self.bought.get(month, 0), self.residue_mc, dues, (OLD, NEW))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sale", "sale", "sale", "pack"]),
        st.integers(1, 3_000),
        st.integers(0, 9),
    ),
    max_size=25,
)


@pytest.mark.requirement("R5.4-02")
@given(steps=STEPS, first=st.dates(date(2026, 10, 15), date(2026, 12, 5)))
def test_a_terminal_prices_as_the_office_does(steps: list[tuple[str, int, int]], first: date) -> None:
    """Sales, packs that settle some of them, months that roll over, a tariff and debts that begin and end."""
    books, day = Books(), first
    pack, own = books.pack(day), list[OwnSale]()
    for what, amount, days in steps:
        day += timedelta(days=days)
        if what == "pack":
            pack, own = books.pack(day), [replace(sale, settled=True) for sale in own]
            continue
        inputs = replace(pack, sales=tuple(own)).inputs(amount * 100, day, PPM)
        assert inputs == books.inputs(amount * 100, day)
        quote = books.sell(amount * 100, day)
        assert price_sale(inputs) == quote
        own.append(own_sale(quote, settled=False))


@pytest.mark.requirement("R5.4-02")
def test_a_new_month_begins_at_nothing_and_a_new_tariff_on_its_day() -> None:
    pack = CustomerAccount("2026-10", 390, 0, (), (OLD, NEW))
    october = pack.inputs(1_000_000, date(2026, 10, 31), PPM)
    november = pack.inputs(1_000_000, date(2026, 11, 1), PPM)
    assert (october.bought_units, november.bought_units) == (390, 0)
    before, after = (pack.inputs(100, date(2026, 11, day), PPM).tariff.version for day in (19, 20))
    assert (before, after) == (1, 2)


def test_what_the_pack_counts_is_not_counted_again() -> None:
    sale = OwnSale(True, "2026-11", 50, 7, {"1": 300})
    pack = CustomerAccount("2026-11", 50, 7, DEBTS[:1], (OLD, NEW), (sale,))
    inputs = pack.inputs(100, date(2026, 11, 5), PPM)
    assert (inputs.bought_units, inputs.residue_mc, inputs.obligations[0].rule.taken_c) == (50, 7, 0)
    later = replace(pack, sales=(replace(sale, settled=False),)).inputs(100, date(2026, 11, 5), PPM)
    assert (later.bought_units, later.residue_mc, later.obligations[0].rule.taken_c) == (100, 14, 300)


@pytest.mark.requirement("R5.4-02")
@given(bought=st.integers(0, 2_000), amount_c=st.integers(100, 10**6), cheaper=st.booleans())
def test_a_customer_of_two_sellers_never_pays_less_than_the_books_say(
    bought: int, amount_c: int, cheaper: bool
) -> None:
    tariff = replace(OLD, steps=(Step("a", 800, 400), Step("b", 500))) if cheaper else OLD
    known = SaleInputs(amount_c, date(2026, 11, 5), tariff, bought)
    careful = conservative_inputs(known)
    assert price_sale(careful).units <= price_sale(known).units
    for elsewhere in (0, 1, 200, 400 - min(bought, 400), 3_000):
        books = replace(known, bought_units=bought + elsewhere)
        if not cheaper:
            assert price_sale(careful).units <= price_sale(books).units
    if cheaper or bought >= 400:
        assert careful is known
