"""Customers: they look at the display, go to buy, type what is on the ticket, err, run out and come back.

A customer sees no more of the meter than a person does: two lines, three lamps, twelve keys.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from simpy import Environment, Event

from sim.kernel.random import RandomStreams
from sim.scenarios.scenario import CustomerTerms, Scenario
from sim.scenarios.shop import Shop, Ticket
from sim.scenarios.site_meters import PlacedMeter, SiteContext

if TYPE_CHECKING:
    from numpy.random import Generator as Numbers

Steps = Generator[Event, None, None]

_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_WH_PER_KWH = 1_000.0
#: How long a person waits for the answer on the display, and how often the display is looked at meanwhile.
_ANSWER_S, _GLANCE_S = 20.0, 1.0
#: The keypad forgets what was begun after 30 s; a person who left it comes back later than that.
_LEFT_S_MIN, _LEFT_S_MAX = 60.0, 600.0
#: The answer to a token that did its work.
ACCEPTED = "Accept"
#: The answer to a token that did it before.
USED = "UsedError"
#: Results of a section of a key change that waits for the others.
SECTIONS = ("1stKCT", "2ndKCT", "3rdKCT", "4thKCT")
_TRIES_MAX = 6


class DisplayedText(Protocol):
    """Display as a person reads it."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Two lines of text."""

    @property
    def result(self) -> str | None:
        """Result of a token, while that is shown."""


class CustomerInterface(Protocol):
    """A meter as it meets the customer."""

    def press(self, key: str) -> None:
        """A finger on a key."""

    def display(self) -> DisplayedText:
        """Display now."""


@dataclass(slots=True)
class Habits:
    """Habits of one customer; drawn once."""

    buys: bool
    buy_below_wh: int
    look_every_s: float


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """One token that was typed to the end.

    Args:
        at_s: when the last key was pressed.
        digits: as typed.
        result: the standard's name of the answer; empty where the display showed none.
        intended: the token of the ticket, typed right.
    """

    at_s: float
    digits: str
    result: str
    intended: bool


@dataclass(slots=True)
class CustomerHistory:
    """History of one customer."""

    tickets: list[tuple[float, Ticket]] = field(default_factory=list)
    entries: list[TokenEntry] = field(default_factory=list)
    turned_away: int = 0
    given_up: int = 0
    lost_tickets: int = 0


class Customer:
    """One customer of one meter, as a process of the world.

    Args:
        env: the world's environment.
        name: of the meter; also of the random stream.
        front: the meter.
        shop: where tickets are bought.
        terms: how customers of this world are.
        numbers: this customer's own random stream.
        local_hour: gives the hour of the day there, 0 to 24.
    """

    __slots__ = ("_env", "_front", "_local_hour", "_numbers", "_shop", "_terms", "diary", "habits", "name")

    def __init__(
        self,
        env: Environment,
        name: str,
        front: CustomerInterface,
        shop: Shop,
        terms: CustomerTerms,
        numbers: "Numbers",
        local_hour: Callable[[], float],
    ) -> None:
        self._env = env
        self.name = name
        self._front = front
        self._shop = shop
        self._terms = terms
        self._numbers = numbers
        self._local_hour = local_hour
        self.diary = CustomerHistory()
        self.habits = Habits(
            buys=float(numbers.random()) < terms.share_buying,
            buy_below_wh=int(numbers.integers(terms.buy_below_wh_min, terms.buy_below_wh_max + 1)),
            look_every_s=_DAY_S / terms.looks_per_day,
        )

    def live(self) -> Steps:
        """The life of the customer; hand it to the environment as a process."""
        if not self.habits.buys:
            return
        while True:
            yield self._env.timeout(self._between(0.5, 1.5) * self.habits.look_every_s)
            credit_wh = self._credit_wh()
            if credit_wh is not None and credit_wh < self.habits.buy_below_wh:
                yield from self._go_and_buy()

    # ------------------------------------------------------------ buying

    def _go_and_buy(self) -> Steps:
        terms = self._terms
        yield self._env.timeout(self._between(terms.to_the_shop_s_min, terms.to_the_shop_s_max))
        yield from self._until_open()
        amount_wh = int(self._numbers.choice(terms.purchases_wh))
        ticket = self._shop.sell(self.name, amount_wh, int(self._numbers.integers(16)))
        if ticket is None:
            self.diary.turned_away += 1
            return
        self.diary.tickets.append((float(self._env.now), ticket))
        yield self._env.timeout(self._between(terms.to_the_shop_s_min, terms.to_the_shop_s_max) / 4)
        for token in ticket.tokens:
            yield from self._until_accepted(token, (*SECTIONS, ACCEPTED, *(USED,) * ticket.sent))
        if ticket.tokens and float(self._numbers.random()) < terms.typed_twice:
            yield from self._type(ticket.tokens[-1], intended=False)

    def _until_open(self) -> Steps:
        """Wait for the shop, and stay away at night."""
        hour = self._local_hour()
        if hour >= self._terms.closes_h:
            hour -= 24.0
        if hour < self._terms.opens_h:
            early_s = (self._terms.opens_h - hour) * _HOUR_S
            yield self._env.timeout(early_s + self._between(0.0, _HOUR_S))

    # ------------------------------------------------------------ typing

    def _until_accepted(self, token: str, welcome: tuple[str, ...]) -> Steps:
        """Type a token until the meter takes it; whoever fails too often throws the ticket away."""
        for _ in range(_TRIES_MAX):
            yield from self._until_lit()
            if float(self._numbers.random()) < self._terms.given_up:
                yield from self._leave_in_the_middle(token)
            typed = self._mistyped(token)
            yield from self._type(typed, intended=typed == token)
            result = self.diary.entries[-1].result
            if typed == token and result:
                self.diary.lost_tickets += result not in welcome
                return
        self.diary.lost_tickets += 1

    def _type(self, digits: str, *, intended: bool) -> Steps:
        for key in (*digits, "ok"):
            self._front.press(key)
            yield self._env.timeout(self._terms.key_s)
        typed_at_s = float(self._env.now)
        result = self._front.display().result
        while result is None and self._env.now < typed_at_s + _ANSWER_S:
            yield self._env.timeout(_GLANCE_S)
            result = self._front.display().result
        self.diary.entries.append(TokenEntry(typed_at_s, digits, result or "", intended))
        yield self._env.timeout(_ANSWER_S)  # the answer stays for a while; nobody types over it

    def _leave_in_the_middle(self, token: str) -> Steps:
        for key in token[: int(self._numbers.integers(1, len(token)))]:
            self._front.press(key)
            yield self._env.timeout(self._terms.key_s)
        self.diary.given_up += 1
        yield self._env.timeout(self._between(_LEFT_S_MIN, _LEFT_S_MAX))

    def _mistyped(self, token: str) -> str:
        if float(self._numbers.random()) >= self._terms.wrong_digit:
            return token
        place = int(self._numbers.integers(len(token)))
        digit = (int(token[place]) + int(self._numbers.integers(1, 10))) % 10
        return f"{token[:place]}{digit}{token[place + 1 :]}"

    def _until_lit(self) -> Steps:
        """Without power there is no display: come back every quarter of an hour, more or less."""
        while not any(self._front.display().lines):
            yield self._env.timeout(_HOUR_S / 4 * self._between(0.5, 1.5))

    # ------------------------------------------------------------ looking

    def _credit_wh(self) -> int | None:
        """The credit on the display; None where it is dark or shows something else."""
        for line in self._front.display().lines:
            number, _, unit = line.strip().partition(" ")
            if unit == "kWh":
                return round(float(number) * _WH_PER_KWH)
        return None

    def _between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._numbers.random())


# ---- customers of a site

#: Opens the shop of a site.
OpenShop = Callable[[SiteContext, Scenario], Shop]


def open_shop(world: SiteContext, scenario: Scenario) -> Shop:
    """The shop of a field alone: it mints with test keys, for nothing."""
    return Shop(world.clock.utc, scenario.key_change)


def settle_customers(
    world: SiteContext,
    scenario: Scenario,
    placed: tuple[PlacedMeter, ...],
    shop: Shop,
    streams: RandomStreams,
    *,
    utc_offset_h: float,
) -> tuple[Customer, ...]:
    """One customer for each meter at a point of the grid; none where the scenario has no customers."""
    if scenario.customers is None:
        return ()
    customers = []
    for place in placed:
        if place.point is None:
            continue
        name = place.identity.name
        shop.enrol(name, place.meter.parts.tokens.register)
        customer = Customer(
            world.env,
            name,
            place.meter,
            shop,
            scenario.customers,
            streams.stream(f"{name.rpartition('.')[2]}/customer"),
            local_hour(world, utc_offset_h),
        )
        world.env.process(customer.live())
        customers.append(customer)
    return tuple(customers)


def local_hour(world: SiteContext, utc_offset_h: float) -> Callable[[], float]:
    """Gives the hour of the day there, 0 to 24."""

    def hour() -> float:
        local = world.clock.utc() + timedelta(hours=utc_offset_h)
        return local.hour + local.minute / 60 + local.second / 3600

    return hour
