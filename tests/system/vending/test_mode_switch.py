"""From prepaid to bills and back within a month: each watt-hour is paid for once, credit and debt stay."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from field_benches import METER_URL, MeterBench, meter_bench
from field_store import LOAD, Field
from lent_connection import LentConnection
from vending_world import make_village

from system.accounts.models import AuditRecord
from system.config import clock
from system.config.clock import business_day, business_now
from system.head_end import api
from system.head_end.django_store import DjangoStore
from system.head_end.models import DeviceEvent, MeterAccess
from system.registry.models import Agreement, AgreementMode, Device
from system.vending.errors import UnableToSell
from system.vending.models import Bill
from system.vending.pricing import LineKind, ObligationKind
from system.vending.services.bills import bill_consumption, bill_measured
from system.vending.services.obligations import ObligationTerms, open_obligation
from system.vending.services.payment_mode import follow_missed_orders
from system.vending.services.sell_energy import SaleRequest, offer

pytestmark = pytest.mark.django_db
NJ_PER_WH = 3_600_000_000_000
HOUR_S, DAY_S = 3_600, 86_400


class _WorldTime:
    def __init__(self, world_clock: Any) -> None:
        self._clock = world_clock

    def now(self) -> datetime:
        now: datetime = self._clock.utc()
        return now


@dataclass
class Home:
    """A meter in the field and the home that it counts for."""

    bench: MeterBench
    field: Field
    device: Device
    installation: Any

    def live(self, seconds: float) -> None:
        """Time passes, a lamp burns; the collector comes by."""
        self.bench.world.run(self.bench.clock.now_s() + seconds)
        self.bench.collect("one", store=DjangoStore(), runner=LentConnection())

    def switch(self, mode: str) -> Any:
        """Ask the meter to count otherwise; the agreement follows."""
        user = self.field.operator("administrator")
        order = api.request_order(user, uuid.uuid4(), self.device, api.OrderKind.MODE, {"mode": mode})
        self.bench.collect("one", store=DjangoStore(), runner=LentConnection())
        follow_missed_orders()
        return api.order_of(user, order.id)

    def credit_nj(self) -> int:
        return int(self.bench.world.meter.parts.prepayment.credits.available_nj)

    def register_wh(self) -> int:
        """What the meter's own register says now."""
        user = self.field.operator("administrator")
        wanted = {"obis": [api.ENERGY_IMPORT]}
        order = api.request_order(user, uuid.uuid4(), self.device, api.OrderKind.READ, wanted)
        self.bench.collect("one", store=DjangoStore(), runner=LentConnection())
        found = api.order_of(user, order.id)
        assert found is not None
        value = found.result["values"][0]
        return int(value["value"] * 10 ** value["scaler"])

    def modes(self) -> list[str]:
        rows = Agreement.objects.filter(installation=self.installation).order_by("valid_from")
        return [row.mode for row in rows]


@pytest.fixture
def home() -> Iterator[Home]:
    bench = meter_bench(3.0)
    clock.use_clock(_WorldTime(bench.world.clock))
    field = Field(make_village(), DjangoStore())
    device = field.device(1)
    Device.objects.filter(pk=device.pk).update(serial=bench.world.meter.profile.serial)
    field.plan(LOAD, 900, at_s=0, every_s=900)
    since = bench.since
    MeterAccess.objects.create(
        provider=field.village.provider,
        device=device,
        channel=field.channel("directo", url=METER_URL, due_at=since),
        sap=1,
        access="hls-gmac",
        state_since=since,
        wanted_since=since,
    )
    bench.ports["tcp://127.0.0.1:4059"] = bench.ports[METER_URL]
    hung = device.installations.get()
    _give_credit(bench)
    bench.world.supply.set_source(120.0)
    bench.world.supply.set_load(4.0, 0.0)
    yield Home(bench, field, Device.objects.get(pk=device.pk), hung.installation)
    clock.use_clock(None)


def _give_credit(bench: MeterBench) -> None:
    """50 kWh, at the keypad."""
    from sim.meter.ciu.keypad_display import OK

    for key in (*bench.mint(500), OK):
        bench.world.meter.press(key)
    bench.world.run(bench.clock.now_s() + 60)


@pytest.mark.requirement("R4.1-04")
def test_every_watt_hour_is_paid_for_once(home: Home) -> None:
    home.live(5 * HOUR_S + 400)
    first_credit, first_wh = home.credit_nj(), home.register_wh()
    went = home.switch("postpaid")
    carried = home.credit_nj()
    assert (went.state, home.modes()) == (api.OrderState.DONE, ["prepaid", "postpaid"])
    begun = business_day(business_now())
    home.live(DAY_S + 700)
    assert home.credit_nj() == carried > 0  # what was left waits in the meter
    home.switch("prepaid")
    ended = business_day(business_now())
    home.live(3 * HOUR_S)
    last_credit, last_wh = home.credit_nj(), home.register_wh()
    assert home.modes() == ["prepaid", "postpaid", "prepaid"]
    assert last_credit < carried
    bill = _bill(home, begun, ended)
    prepaid_wh = (first_credit - last_credit) / NJ_PER_WH
    unbilled_wh = (last_wh - first_wh) - prepaid_wh - bill.consumption_wh
    quarter_wh = 120 * 4 / 4
    assert bill.consumption_wh > 9_000
    assert -1 <= unbilled_wh <= 2 * quarter_wh + 1


def _bill(home: Home, first: date, last: date) -> Bill:
    """Bill it, as soon as its last day is over."""
    if business_day(business_now()) == last:
        home.live(DAY_S)
    return bill_measured(home.field.operator("administrator"), uuid.uuid4(), home.installation, (first, last))


@pytest.mark.requirement("R4.1-04")
def test_what_was_prepaid_cannot_be_billed(home: Home) -> None:
    office = home.field.operator("administrator")
    home.live(DAY_S)
    home.switch("postpaid")
    home.live(HOUR_S)
    begun = business_day(business_now())
    for period in (
        (begun - timedelta(days=1), begun),
        (begun - timedelta(days=1), begun - timedelta(days=1)),
    ):
        with pytest.raises(UnableToSell):
            bill_consumption(office, uuid.uuid4(), home.installation, period, 1_000)
    assert not Bill.objects.exists()


@pytest.mark.requirement("R4.1-04")
def test_debt_stays_and_is_taken_from_the_next_recharge(home: Home) -> None:
    terms = ObligationTerms(
        ObligationKind.ARREARS, "Deuda", business_day(business_now()), opening_c=5_000_000, share_ppm=100_000
    )
    village = home.field.village
    open_obligation(village.supervisor, home.installation, terms)
    home.switch("postpaid")
    number = home.device.identifiers.get(kind="drn").value
    asked = SaleRequest(uuid.uuid4(), number, 2_000_000)
    with pytest.raises(UnableToSell, match="prepago"):
        offer(village.cashier, asked)
    home.switch("prepaid")
    line = offer(village.cashier, asked).quote.lines[0]
    assert (line.kind, line.amount_c, line.balance_c) == (LineKind.ARREARS, 200_000, 4_800_000)


@pytest.mark.requirement("R4.1-04")
def test_meter_and_office_both_remember_it(home: Home) -> None:
    before = DeviceEvent.objects.filter(device=home.device).count()
    home.switch("postpaid")
    home.live(DAY_S + HOUR_S)  # logs are read daily
    names = set(DeviceEvent.objects.filter(device=home.device).values_list("name", flat=True))
    assert DeviceEvent.objects.filter(device=home.device).count() > before
    assert "payment-mode-changed" in names
    record = AuditRecord.objects.get(action="agreement.follow-meter")
    assert (record.detail["from"], record.detail["to"]) == ("prepaid", "postpaid")


def test_following_twice_is_no_news_and_availability_stays(home: Home) -> None:
    home.switch("postpaid")
    assert (follow_missed_orders(), home.modes()) == ("", ["prepaid", "postpaid"])
    Agreement.objects.filter(installation=home.installation, valid_to__isnull=True).update(
        mode=AgreementMode.AVAILABILITY, monthly_fee_c=100
    )
    home.bench.world.run(home.bench.clock.now_s() + 60)
    home.switch("prepaid")
    assert home.modes() == ["prepaid", "availability"]


def test_one_that_cannot_be_followed_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def follow(number: int) -> bool:
        tried.append(number)
        if number == 1:
            raise ArithmeticError
        return number == 2

    class Order(int):
        id = "order"

    monkeypatch.setattr(api, "modes_set", lambda since: [Order(number) for number in (1, 2, 3)])
    monkeypatch.setattr("system.vending.services.payment_mode.follow_mode", follow)
    assert follow_missed_orders() == "1 agreements follow their meters, 1 fail to"
    assert tried == [1, 2, 3]


def test_without_readings_nothing_is_guessed(home: Home) -> None:
    home.switch("postpaid")
    MeterAccess.objects.update(channel=home.field.channel("otro", url="tcp://127.0.0.1:1", enabled=False))
    home.bench.world.run(home.bench.clock.now_s() + 2 * DAY_S)
    begun = business_day(business_now()) - timedelta(days=1)
    with pytest.raises(UnableToSell, match="Falta la lectura del"):
        bill_measured(home.field.operator("administrator"), uuid.uuid4(), home.installation, (begun, begun))
