"""Customers in front of a real meter: they see, buy, type and err as people do, always in the same way."""

from collections import Counter

import pytest

from sim.kernel.random import RandomStreams
from sim.scenarios.customers import ACCEPTED, Customer, CustomerHistory
from sim.scenarios.scenario import CustomerTerms
from sim.scenarios.shop import Shop
from sim.scenarios.world import World

DAY_S = 86_400.0


class Home:
    """A meter with a load, and the one who lives there."""

    def __init__(self, terms: CustomerTerms, seed: int = 1, profile: str = "ppkw") -> None:
        self.world = World(profile)
        self.world.control.call("load.set", {"current_a": 4.0})
        shop = Shop(self.world.clock.utc)
        shop.enrol("m1", self.world.meter.parts.tokens.register)
        env = self.world.env
        self.customer = Customer(
            env,
            "m1",
            self.world.meter,
            shop,
            terms,
            RandomStreams(seed).stream("m1/customer"),
            lambda: env.now / 3600 % 24,
        )
        env.process(self.customer.live())

    def live(self, days: float) -> CustomerHistory:
        self.world.run(self.world.env.now + days * DAY_S)
        return self.customer.diary

    @property
    def results(self) -> Counter:
        return Counter(entry.result for entry in self.customer.diary.entries)


CAREFUL = CustomerTerms(wrong_digit=0, typed_twice=0, given_up=0)


def test_a_careful_customer_buys_again_and_again():
    home = Home(CAREFUL)
    diary = home.live(4)
    assert len(diary.tickets) >= 3
    assert set(home.results) == {ACCEPTED}
    typed = sum(ticket.amount_wh for at_s, ticket in diary.tickets[: len(diary.entries)])
    account = home.world.meter.parts.prepayment
    assert account.vended_wh == typed


def test_a_wrong_digit_is_refused_and_typed_again():
    home = Home(CustomerTerms(wrong_digit=0.6, typed_twice=0, given_up=0))
    diary = home.live(4)
    wrong = [entry for entry in diary.entries if not entry.intended]
    assert wrong
    assert all(entry.result != ACCEPTED for entry in wrong)
    assert home.results[ACCEPTED] >= 1


def test_a_token_typed_twice_is_used():
    home = Home(CustomerTerms(wrong_digit=0, typed_twice=1, given_up=0))
    home.live(3)
    assert home.results["UsedError"] == home.results[ACCEPTED] > 0


def test_an_entry_left_in_the_middle_is_forgotten_by_the_keypad():
    home = Home(CustomerTerms(wrong_digit=0, typed_twice=0, given_up=0.5))
    diary = home.live(4)
    assert diary.given_up > 0
    assert set(home.results) == {ACCEPTED}


def test_who_never_buys_runs_out():
    home = Home(CustomerTerms(share_buying=0))
    assert home.live(2) == CustomerHistory()
    assert not home.world.meter.parts.switch.relay_closed


def test_nobody_buys_at_night():
    home = Home(CAREFUL)
    hours = [at_s / 3600 % 24 for at_s, _ in home.live(6).tickets]
    assert all(CAREFUL.opens_h <= hour <= CAREFUL.closes_h + 1 for hour in hours)


def test_a_dark_unit_is_tried_again_later():
    home = Home(CAREFUL)
    home.world.meter.power_cut()
    home.live(1)
    assert home.customer.diary.entries == []
    home.world.meter.power_up()
    home.live(2)
    assert home.results[ACCEPTED] > 0


def test_a_unit_on_the_power_line_answers_later_and_is_waited_for():
    home = Home(CAREFUL, profile="ppkw-plc")
    home.live(3)
    assert home.results[ACCEPTED] > 0


def test_the_same_seed_lives_the_same_life():
    terms = CustomerTerms(wrong_digit=0.3, typed_twice=0.3)
    first, second, other = Home(terms), Home(terms), Home(terms, seed=2)
    assert first.live(3) == second.live(3)
    assert other.live(3) != first.customer.diary


@pytest.mark.parametrize(
    "wrong",
    [{"looks_per_day": 0}, {"opens_h": 25}, {"closes_h": 3}, {"key_s": 0}, {"purchases_wh": ()}],
)
def test_customers_that_cannot_be(wrong: dict):
    with pytest.raises(ValueError):
        CustomerTerms(**wrong)
