"""A village's book, written by the house's own verbs, from a seed."""

import random
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from vending_world import NOW, Village, drn, signatures

from system.accounts import four_eyes
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.registry.models import Group, GroupMembership
from system.reports.catalogue import REGISTRY
from system.reports.run import run_report
from system.security_module.client import SecurityModuleClient
from system.vending.errors import UnableToSell
from system.vending.pricing import ObligationKind
from system.vending.selectors.supply import find_supply
from system.vending.services import issue_tokens as free
from system.vending.services.bills import bill_consumption, outstanding_c, pay_bill
from system.vending.services.key_changes import plan_key_change
from system.vending.services.obligations import ObligationTerms, open_obligation
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale
from system.vending.services.sell_energy import SaleRequest, sell_energy
from system.vending.services.shifts import receive_deposit

#: Days around everything that a book's seed makes happen.
BEGIN, END = "2026-11-01", "2027-02-28"


@dataclass
class Book:
    """What happens in a village, one verb at a time.

    Args:
        village: whose.
        clock: of business, which the verbs follow.
    """

    village: Village
    clock: Any
    homes: dict[int, Any] = field(default_factory=dict)
    paid_c: int = 0

    def __post_init__(self) -> None:
        self.chief = User.objects.create_user(
            f"chief-{self.village.provider.pk}", provider=self.village.provider, role="administrator"
        )

    def at(self, days: float) -> None:
        """Go to so many days after the beginning."""
        self.clock.instant = NOW + timedelta(days=days)

    def home(self, number: int, estrato: int = 1, zone: str = "") -> Any:
        """The installation of a number."""
        if number not in self.homes:
            self.homes[number] = self.village.customer(number, estrato=estrato)
            if zone:
                group, _ = Group.objects.get_or_create(provider=self.village.provider, axis="zone", name=zone)
                GroupMembership.objects.create(
                    provider=self.village.provider,
                    group=group,
                    installation=self.homes[number],
                    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
                )
        return self.homes[number]

    def sell(self, number: int, amount_c: int = 1_000_000) -> Any:
        """A recharge."""
        request = SaleRequest(uuid.uuid4(), drn(number), amount_c)
        return sell_energy(self.village.cashier, self.village.shift, request)

    def granted(self, operation: Operation, arguments: dict[str, Any]) -> Any:
        """An approval that two people gave."""
        asked = four_eyes.request_approval(self.village.supervisor, operation, arguments, "prueba")
        four_eyes.decide(self.chief, asked, granted=True)
        asked.refresh_from_db()
        return asked

    def take_back(self, sale: Any) -> Any:
        """A reversal."""
        approval = self.granted(Operation.REVERSE_SALE, reversal_arguments(sale))
        return reverse_sale(self.village.supervisor, sale, approval, "error")

    def give(self, number: int, units: int) -> Any:
        """Energy without charge; on the first day, while the signatures hold."""
        approval = self.granted(Operation.FREE_ISSUE, free.free_issue_arguments(drn(number), units))
        sale_id = uuid.uuid4()
        keys = self._signed(number, sale_id, units)
        return free.issue_free(self.village.supervisor, sale_id, drn(number), units, approval, keys)

    def _signed(self, number: int, sale_id: uuid.UUID, units: int) -> Any:
        with SecurityModuleClient(settings.SECURITY_MODULE_URL) as module:
            name = module.status()["store"]
        supply = find_supply(self.village.supervisor, drn(number), self.clock.instant)
        asked = {"message_id": str(sale_id), "meter": supply.meter_fields(), "subclass": 0, "amount": units}
        return signatures(name, "mint", {**asked, "free_issue": True})

    def plan_key(self, number: int, ti: int) -> None:
        """A key change that the next sale brings along."""
        device = find_supply(self.village.supervisor, drn(number), self.clock.instant).device
        plan_key_change(self.village.supervisor, device, krn=1, ti=ti)

    def bill(self, number: int, period: tuple[date, date], consumption_wh: int) -> Any:
        """A bill of somebody who pays afterwards."""
        self.home(number).agreements.update(mode="postpaid")
        return bill_consumption(
            self.village.supervisor, uuid.uuid4(), self.home(number), period, consumption_wh
        )

    def pay(self, bill: Any, share: float = 1.0) -> Any:
        """Money on a bill."""
        amount_c = max(1, int(outstanding_c(bill) * share))
        payment = pay_bill(self.village.cashier, self.village.shift, bill, amount_c, uuid.uuid4())
        self.paid_c += amount_c
        return payment

    def deposit(self, amount_c: int) -> Any:
        """Money that the merchant hands over."""
        return receive_deposit(self.village.supervisor, self.village.merchant, amount_c, "", uuid.uuid4())

    def owe(self, number: int, kind: ObligationKind, **terms: Any) -> Any:
        """An obligation."""
        wanted = ObligationTerms(kind, kind.value, date(2026, 1, 1), **terms)
        return open_obligation(self.village.supervisor, self.home(number), wanted)

    def happens(self, seed: int, events: int = 40, days: int = 70) -> None:
        """So many events from a seed, over days; what the house refuses does not happen."""
        dice = random.Random(seed)
        for number in range(1, 7):
            self.home(number, dice.randint(1, 3), dice.choice(("", "Alta", "Baja")))
        self.give(1, 50)
        self.owe(1, ObligationKind.ARREARS, opening_c=5_000_000, share_ppm=100_000)
        self.owe(2, ObligationKind.LEVY, quota_c=80_000, quota_period="sale")
        self.owe(3, ObligationKind.INSTALMENT, opening_c=900_000, quota_c=200_000)
        self.plan_key(4, 7)
        bills: list[Any] = []
        last: list[Any] = []
        for moment in sorted(dice.uniform(0.1, days) for _ in range(events)):
            self.at(moment)
            with suppress(UnableToSell):
                _HAPPENINGS[dice.choices(list(_HAPPENINGS), weights=(12, 3, 1, 2, 1))[0]](
                    self, dice, bills, last
                )


def _sell(book: Book, dice: random.Random, _bills: list[Any], last: list[Any]) -> None:
    last.append(book.sell(dice.randint(1, 5), dice.randrange(10_000, 9_000_000, 50)))


def _take_back(book: Book, dice: random.Random, _bills: list[Any], last: list[Any]) -> None:
    if last:
        book.take_back(dice.choice(last[-4:]))


def _bill(book: Book, dice: random.Random, bills: list[Any], _last: list[Any]) -> None:
    day = (book.clock.instant - timedelta(days=1)).date()
    bills.append(book.bill(6, (day, day), dice.randrange(300_000)))


def _pay(book: Book, dice: random.Random, bills: list[Any], _last: list[Any]) -> None:
    if bills:
        book.pay(dice.choice(bills), dice.choice((0.3, 1.0)))


def _deposit(book: Book, dice: random.Random, _bills: list[Any], _last: list[Any]) -> None:
    book.deposit(dice.randrange(100, 1_000_000))


_HAPPENINGS = {"sell": _sell, "back": _take_back, "bill": _bill, "pay": _pay, "deposit": _deposit}


def client_of(user: Any) -> Client:
    """A browser in which somebody is logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def made(book: Book, name: str, **given: str) -> Any:
    """A report, asked by the book's supervisor."""
    return run_report(book.village.supervisor, REGISTRY[name], given)


def asked(
    book: Book, name: str, since: str = BEGIN, until: str = END, **given: str
) -> tuple[list[Any], dict[str, int]]:
    """Its rows, and its totals by name of column."""
    found = made(book, name, since=str(since), until=str(until), **given)
    rows = list(found.rows())
    totals = found.totals() or (0,) * len(found.report.columns)
    pairs = zip(found.report.columns, totals, strict=True)
    return rows, {column.name: total for column, total in pairs if column.total}
