"""Two weeks without a link: two terminals sell in the villages, come back to town, and the books know it."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from vending_world import Village, drn, make_module, make_village, served_module

from protocols.offline.messages import OfficeKeys
from protocols.sts.acceptance.key_register import KeyRegister
from protocols.sts.acceptance.process import TokenAcceptance
from protocols.sts.acceptance.results import TokenResult, ValidationResult
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.testkeys import TEST_REGISTERS
from protocols.sts.token import TransferCredit
from system.config import clock
from system.reports.catalogue import REGISTRY
from system.reports.run import run_report
from system.terminal import open_terminal, services
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal
from system.terminal.services.office import read_office
from system.vending import ledger, module_client
from system.vending.models import PointOfSale, Sale, TariffVersion, Token
from system.vending.offline.models import FindingKind, SettledEntry, Terminal
from system.vending.offline.selectors.terminals import terminal_position
from system.vending.offline.services.enrolment import TerminalTerms, enrol, set_pin
from system.vending.offline.services.office_keys import office_public, sealed_by_office
from system.vending.offline.services.packs import make_pack, pack_bytes
from system.vending.offline.services.settlement import receive_batch, receive_cash
from system.vending.services.sell_energy import SaleRequest, sell_energy

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PASSPHRASE = "solo para pruebas"
DAYS, SALES, HOMES = 14, 500, 14
#: Homes of one terminal alone; the others are sold to by both, and by the counter in town.
ALONE = {0: (1, 2, 3, 4), 1: (5, 6, 7, 8)}
AMOUNTS_C = (100_000, 200_000, 500_000, 1_000_000, 2_000_000)
LIMIT_C = 600_000_000


@dataclass
class Trip:
    """A terminal on its way through the villages.

    Args:
        number: 0 or 1.
        row: the office's row of it.
        desk: the open terminal.
        sold: what was sold: sale -> (home, digits).
    """

    number: int
    row: Terminal
    desk: OpenTerminal
    operator: str
    sold: dict[uuid.UUID, tuple[int, str]] = field(default_factory=dict)

    def load(self, village: Village) -> Any:
        pack = make_pack(village.supervisor, self.row, 15)
        services.load_pack(self.desk, pack_bytes(pack))
        return pack

    def sell(self, home: int, amount_c: int) -> None:
        order = services.Order(uuid.uuid4(), f"NIU-{home:04d}", amount_c, self.operator)
        sold = services.sell(self.desk, order)
        assert services.sell(self.desk, order).digits == sold.digits  # asked twice, sold once
        self.sold[order.sale_id] = (home, sold.digits)


@pytest.fixture
def now() -> Iterator[clock.FixedBusinessClock]:
    fixed = clock.FixedBusinessClock(BEGIN)
    clock.use_clock(fixed)
    yield fixed
    clock.use_clock(None)


@pytest.fixture
def town(db: Any, now: clock.FixedBusinessClock, tmp_path: Path, settings: Any) -> Iterator[Village]:
    """An office with its module, customers, and a dearer tariff from December on."""
    village = make_village(limit_c=None)
    for home in range(1, HOMES + 1):
        village.customer(home)
    steps = TariffVersion.objects.get(code="ZNI-E1").steps
    dearer = [{**step, "price_e4": step["price_e4"] + 10_000} for step in steps]
    first = TariffVersion.objects.get(code="ZNI-E1")
    first.pk, first.version, first.valid_from, first.steps = None, 2, date(2026, 12, 1), dearer
    first._state.adding = True
    first.save()
    with served_module(make_module(tmp_path), lambda: now.instant) as url:
        settings.SECURITY_MODULE_URL = url
        yield village
        module_client.close_client()


def _trip(town: Village, place: Path, number: int, now: clock.FixedBusinessClock) -> Trip:
    where = place / f"terminal {number}"
    named = open_terminal.TerminalName(f"SN-{number}", f"Datáfono {number}")
    open_terminal.make_terminal(where, PASSPHRASE, named, now.instant, cost=10)
    point = PointOfSale.objects.create(provider=town.provider, merchant=town.merchant, name=named.name)
    row = enrol(
        town.supervisor, (where / open_terminal.ENROLMENT).read_bytes(), TerminalTerms(point, LIMIT_C)
    )
    set_pin(town.supervisor, row, town.cashier, "4071")
    desk, first = OpenTerminal.open(where, PASSPHRASE, now), make_pack(town.supervisor, row, 15)
    keys = _office_keys(town, now)
    services.admit_office(desk, keys, read_office(keys)[1])
    trip = Trip(number, row, desk, town.cashier.username)
    services.load_pack(desk, pack_bytes(first))
    services.log_in(desk, trip.operator, "4071")
    services.open_shift(desk, uuid.uuid4(), trip.operator)
    return trip


def _office_keys(town: Village, now: clock.FixedBusinessClock) -> bytes:
    # the module's key is there since its first lease
    lease_public = bytes.fromhex(str(module_client.module_client().status()["lease_public"]))
    office = town.provider.pk
    keys = OfficeKeys(town.provider.name, office_public(office), lease_public, now.instant)
    return sealed_by_office(office, "office-keys", keys.to_body())


@pytest.fixture
def trips(town: Village, tmp_path: Path, now: clock.FixedBusinessClock) -> Iterator[list[Trip]]:
    made = [_trip(town, tmp_path, number, now) for number in (0, 1)]
    yield made
    for trip in made:
        trip.desk.close()


def _fortnight(town: Village, trips: list[Trip], now: clock.FixedBusinessClock) -> int:
    """Sales until there are enough; a few on line besides. How many those were."""
    dice = random.Random(14)
    at_counter = 0
    turns = cycle(trips)
    for number in range(SALES):
        now.instant = BEGIN + timedelta(days=DAYS) * (number + 1) / (SALES + 1)
        trip = next(turns)
        shared = range(9, HOMES + 1)
        home = dice.choice((*ALONE[trip.number], *shared))
        trip.sell(home, dice.choice(AMOUNTS_C))
        if number % 50 == 25:
            asked = SaleRequest(uuid.uuid4(), drn(dice.choice(shared)), dice.choice(AMOUNTS_C))
            sell_energy(town.cashier, town.shift, asked)
            at_counter += 1
    now.instant = BEGIN + timedelta(days=DAYS)
    return at_counter


@pytest.mark.requirement("R5.2-01", "R5.4-01", "R5.1-05", "R5-07")
def test_five_hundred_sales_come_home_whole(
    town: Village, trips: list[Trip], now: clock.FixedBusinessClock
) -> None:
    at_counter = _fortnight(town, trips, now)
    assert not SettledEntry.objects.exists()
    settlements = []
    for trip in trips:
        data = services.make_batch(trip.desk)
        settled, again = receive_batch(town.supervisor, data), receive_batch(None, data)
        assert (settled.left, again.new, again.findings) == (0, 0, ())
        settlements.append(settled)
    sold = {sale: what for trip in trips for sale, what in trip.sold.items()}
    assert len(sold) == SALES
    _books_are_whole(sold, at_counter)
    _meters_take_each_token_once()
    _only_what_two_sold_differs(trips, settlements)
    _the_report_says_the_same(town, trips)
    _money_renews_the_limit_by_itself(town, trips[0])


def _books_are_whole(sold: dict[uuid.UUID, tuple[int, str]], at_counter: int) -> None:
    """Zero loss, zero duplicates."""
    booked = {row.sale_id: row.digits for row in Token.objects.filter(sale_id__in=sold)}
    assert booked == {sale: digits for sale, (_, digits) in sold.items()}
    assert Sale.objects.count() == len(sold) + at_counter
    assert len(set(Token.objects.values_list("digits", flat=True))) == Token.objects.count()
    assert ledger.ledger_faults() == []


def _meters_take_each_token_once() -> None:
    """Every token of a meter, in an order of its owner's, from paper that he found in a drawer."""
    dice = random.Random(3)
    for home in range(1, HOMES + 1):
        pan = MeterPrimaryAccountNumber.from_drn(drn(home))
        register = KeyRegister.derived(TEST_REGISTERS[1].vending_key, pan, sgc="201457")
        meter, credited = TokenAcceptance(register), 0
        tokens = list(Token.objects.filter(sale__drn=drn(home)).select_related("sale"))
        dice.shuffle(tokens)
        for row in tokens:
            outcome = meter.enter(row.digits, _take)
            assert outcome.accepted, outcome.name
            assert isinstance(outcome.token, TransferCredit)
            credited += outcome.token.amount_units
            assert meter.enter(row.digits, _take).validation is ValidationResult.USED_ERROR
        assert credited == sum(row.sale.units for row in tokens) > 0


def _take(token: Any) -> TokenResult:
    return TokenResult.ACCEPT


def _only_what_two_sold_differs(trips: list[Trip], settlements: list[Any]) -> None:
    """Where one terminal sold alone, the office comes to the same price to the centavo."""
    found = [finding for settled in settlements for finding in settled.findings]
    # two who did not know of each other sold the cheap step twice: told, and nobody is charged for it
    assert {finding.kind for finding in found} <= {FindingKind.PRICE_DIFFERS, FindingKind.LOST}
    alone = {sale for trip in trips for sale, (home, _) in trip.sold.items() if home in ALONE[trip.number]}
    assert alone
    assert not [finding for finding in found if finding.sale_id in alone]


def _the_report_says_the_same(town: Village, trips: list[Trip]) -> None:
    """By point of sale, to the peso (R1-01)."""
    given = {"since": f"{BEGIN:%Y-%m-%d}", "until": f"{BEGIN + timedelta(days=DAYS):%Y-%m-%d}"}
    report = run_report(town.supervisor, REGISTRY["ventas-por-punto"], given)
    rows = {str(row[0]): row for row in report.rows()}
    for trip in trips:
        position = terminal_position(trip.row)
        point = trip.row.point_of_sale
        assert position.sold_c in rows[f"{point.merchant} · {point}"]
        assert position.sales == len(trip.sold)


def _money_renews_the_limit_by_itself(town: Village, trip: Trip) -> None:
    """The limit grows by exactly what was handed over, and neither before nor by an older pack."""
    before = terminal_position(trip.row)
    cash_c = before.due_c
    receive_cash(town.supervisor, trip.row, cash_c, "consignación 1", uuid.uuid4())
    old = trip.desk.counter.status()
    pack = trip.load(town)
    new = trip.desk.counter.status()
    assert new.allowed_c - old.allowed_c == cash_c
    assert new.spent_c == before.sold_c
    with pytest.raises(TerminalRefused):
        services.load_pack(trip.desk, pack_bytes(pack)[:-2])
