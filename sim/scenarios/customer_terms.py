"""How the customers of a scenario buy, type and err; and how keys are changed before a date runs out."""

from dataclasses import dataclass
from datetime import datetime

from sim.scenarios.tables import check_range


@dataclass(frozen=True, slots=True)
class CustomerTerms:
    """What customers do; each draws its own habits from these ranges.

    Args:
        initial_wh_min: credit at the beginning, at least, Wh.
        initial_wh_max: at most.
        buy_below_wh_min: the lowest credit at which somebody goes to buy.
        buy_below_wh_max: the highest.
        purchases_wh: what is bought, one of these, whole tenths of a kWh.
        looks_per_day: how often somebody looks at the display by day.
        to_the_shop_s_min: from the wish to the ticket, at least, s.
        to_the_shop_s_max: at most; those without money wait as long.
        opens_h: local hour at which the shop opens.
        closes_h: at which it closes.
        key_s: between two keys.
        wrong_digit: share of entries with one digit wrong.
        typed_twice: share of accepted tokens that are typed once more.
        given_up: share of entries that are left in the middle, and begun again after the keypad forgot them.
        share_buying: share of customers who ever buy.
    """

    initial_wh_min: int = 2_000
    initial_wh_max: int = 8_000
    buy_below_wh_min: int = 500
    buy_below_wh_max: int = 3_000
    purchases_wh: tuple[int, ...] = (2_000, 5_000, 10_000)
    looks_per_day: float = 3.0
    to_the_shop_s_min: float = 1_800.0
    to_the_shop_s_max: float = 36_000.0
    opens_h: float = 7.0
    closes_h: float = 20.0
    key_s: float = 0.6
    wrong_digit: float = 0.05
    typed_twice: float = 0.02
    given_up: float = 0.02
    share_buying: float = 1.0

    def __post_init__(self) -> None:
        for name in ("wrong_digit", "typed_twice", "given_up", "share_buying"):
            check_range(name, getattr(self, name), 0, 1)
        check_range("looks_per_day", self.looks_per_day, 0.1, 48)
        check_range("opens_h", self.opens_h, 0, 24)
        check_range("closes_h", self.closes_h, self.opens_h, 24)
        check_range("key_s", self.key_s, 0.05, 20)
        for low, high in (
            ("initial_wh_min", "initial_wh_max"),
            ("buy_below_wh_min", "buy_below_wh_max"),
            ("to_the_shop_s_min", "to_the_shop_s_max"),
        ):
            check_range(low, getattr(self, low), 0, getattr(self, high))
        if not self.purchases_wh or any(amount_wh <= 0 or amount_wh % 100 for amount_wh in self.purchases_wh):
            raise ValueError("purchases_wh must be whole tenths of a kWh, one at least")


@dataclass(frozen=True, slots=True)
class KeyChangeTerms:
    """A campaign that gives meters the key of the next base date, on the tickets of those who come to buy.

    Args:
        begins: from then on a ticket carries the key change before the credit.
        ends: until then; without a later campaign, who did not come keeps the old key.
        base_date: of the new key.
        krn: its revision number.
        after_the_end: what the shop does for an old key when its TID range is over: ``refuse`` sells
            nothing, ``wrap`` counts from 0 again, as a careless program would.
    """

    begins: datetime
    ends: datetime
    base_date: int = 2035
    krn: int = 6
    after_the_end: str = "refuse"

    def __post_init__(self) -> None:
        if self.ends < self.begins:
            raise ValueError("ends must not lie before begins")
        if self.after_the_end not in ("refuse", "wrap"):
            raise ValueError("after_the_end must be refuse or wrap")
