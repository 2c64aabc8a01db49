"""The individual PV system (R3-05): its physics, and its controller as a meter that is paid by the day."""

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient
from protocols.field.errors import StationControlError
from protocols.field.events import EventCode
from protocols.sts.token import TransferCredit, encode_token
from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment, SimClock
from sim.kernel.virtual_time import SimLink, advance
from sim.meter import TEST_READER_PASSWORD, ProfileError
from sim.meter.ssfvi import build_ssfvi, load_system
from sim.meter.ssfvi.model import DAY_US, Home, Sky, parse_system
from sim.meter.ssfvi.system import EnergyStore, Powers
from sim.meter.units import NJ_PER_WH

DAY_S = 86_400.0
HOUR_US = 3600 * 10**6
TERMS = load_system()


class Bench:
    """One system in a world of its own; the clock begins at local midnight."""

    def __init__(self, seed=1, system=TERMS, **changes):
        self.env = FieldEnvironment()
        self.clock = SimClock(self.env)
        self.ssfvi = build_ssfvi(
            system=system, env=self.env, clock=self.clock, streams=RandomStreams(seed), **changes
        )
        self.meter, self.system = self.ssfvi.meter, self.ssfvi.system
        self.parts, self.store = self.meter.parts, self.system.store
        self.tid = 6_500_000

    def run(self, days):
        advance(self.env, self.env.now + days * DAY_S)
        self.meter.settle()

    def buy_days(self, days):
        self.tid += 1
        token = TransferCredit(0, 5, self.tid, days)
        return self.meter.enter_token(encode_token(token, self.parts.tokens.register.decoder_key), 0)

    def events(self):
        return [entry.code for entry in self.parts.events.entries]


@pytest.fixture
def bench():
    return Bench()


def always(power_w, **changes):
    """A system whose home always draws the same."""
    one = dataclasses.replace(
        TERMS.appliances[0], power_w=power_w, start_h=0.0, duration_h=24.0, spread_h=0.0, probability=1.0
    )
    battery = dataclasses.replace(TERMS.battery, **changes)
    return dataclasses.replace(TERMS, appliances=(one,), battery=battery)


# ------------------------------------------------------------ physics


def test_the_sun_rises_and_sets():
    sky = Sky(TERMS.panels, RandomStreams(1), "a")
    day = [sky.power_mw(hour * HOUR_US) for hour in range(24)]
    assert day[:5] == [0] * 5
    assert day[20:] == [0] * 4
    assert max(day) in day[9:15]
    assert max(day) <= TERMS.panels.peak_w * 1000


def test_weather_is_of_its_home_and_day_and_comes_again():
    def week(name, seed=1):
        sky = Sky(TERMS.panels, RandomStreams(seed), name)
        return [sky.power_mw(day * DAY_US + 12 * HOUR_US) for day in range(7)]

    assert week("a") == week("a")
    assert week("a") != week("b")
    assert week("a") != week("a", seed=2)
    assert len(set(week("a"))) == 7


def test_a_home_draws_what_its_appliances_do():
    home = Home(TERMS.appliances, RandomStreams(1), "a")
    powers = {home.power_mw(5 * DAY_US + hour * HOUR_US // 4) for hour in range(96)}
    assert min(powers) >= 18_000
    assert max(powers) <= sum(item.power_w for item in TERMS.appliances) * 1000
    assert len(powers) > 2


def test_a_night_goes_on_over_midnight():
    fan = dataclasses.replace(TERMS.appliances[3], spread_h=0.0, probability=1.0, start_h=22.0)
    home = Home((fan,), RandomStreams(1), "a")
    assert home.power_mw(9 * DAY_US + HOUR_US) == fan.power_w * 1000
    assert home.next_us(9 * DAY_US + HOUR_US) == 9 * DAY_US + round((22 + fan.duration_h - 24) * HOUR_US)


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 500_000), st.integers(0, 400_000), st.integers(0, 4 * 3600)), max_size=50
    )
)
def test_the_books_close_to_the_nanojoule(steps):
    store = EnergyStore(TERMS.battery)
    for panels, home, seconds in steps:
        drawn = home * 100 // TERMS.inverter.efficiency_percent
        store.pass_time(Powers(panels, home, drawn, 4_000), seconds * 10**6)
        assert store.balance_nj == 0
        assert 0 <= store.stored_nj <= store.level_nj(100)
        assert min(store.harvested_nj, store.curtailed_nj, store.charging_loss_nj) >= 0


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_week_of_any_weather_conserves_energy_and_the_meter_counts_it(seed):
    bench = Bench(seed)
    for _ in range(7):
        bench.run(1)
        assert bench.store.balance_nj == 0
    register_nj = bench.parts.metrology.energy_nj("active-import")
    assert register_nj == pytest.approx(bench.store.delivered_nj, rel=1e-5)
    assert bench.store.harvested_nj > 0


def test_same_seed_same_registers():
    def registers(seed):
        bench = Bench(seed)
        bench.run(5)
        return bench.store.stored_nj, bench.store.harvested_nj, bench.parts.metrology.snapshot()

    assert registers(7) == registers(7) != registers(8)


def test_a_low_battery_switches_the_home_off_and_not_the_controller():
    bench = Bench(system=always(300.0))
    bench.run(0.3)
    assert not bench.system.inverter_on
    assert bench.meter.powered
    assert bench.parts.metrology.sample.voltage_mv == 0
    assert EventCode.MISSING_VOLTAGE in bench.events()
    assert bench.parts.switch.output_state
    floor_nj = bench.store.level_nj(TERMS.battery.floor_percent)
    assert bench.store.stored_nj <= floor_nj


def test_it_comes_back_above_its_threshold_only():
    bench = Bench(system=always(60.0, initial_percent=21))
    levels = []
    for _ in range(60):
        bench.run(1 / 24)
        levels.append((bench.system.inverter_on, bench.store.charge_milli))
    back = [charge for (was, _), (now, charge) in itertools.pairwise(levels) if now and not was]
    assert back
    assert all(charge >= 34_000 for charge in back)


def test_a_full_battery_curtails(bench):
    bench.parts.prepayment.clear(0)  # nobody draws anything
    bench.run(6)
    assert bench.store.charge_milli > 95_000
    assert bench.store.curtailed_nj > 0
    assert bench.store.balance_nj == 0


def test_terms_are_checked():
    with pytest.raises(ProfileError, match="no system"):
        load_system("palace")
    table = {
        "panels": dataclasses.asdict(TERMS.panels),
        "battery": {**dataclasses.asdict(TERMS.battery), "floor_percent": 50},
        "inverter": dataclasses.asdict(TERMS.inverter),
    }
    with pytest.raises(ValueError, match="floor_percent"):
        parse_system(table)


def test_shaded_panels_give_nothing_and_a_drained_battery_is_dark(bench):
    faults = bench.meter.faults
    bench.run(0.4)
    faults.begin("shade", for_s=2 * DAY_S)
    harvested_nj = bench.store.harvested_nj
    bench.run(1)
    assert bench.store.harvested_nj == harvested_nj
    faults.begin("battery-drained")
    assert not bench.system.inverter_on
    assert bench.store.balance_nj == 0
    bench.run(2)
    assert bench.store.harvested_nj > harvested_nj
    assert bench.store.balance_nj == 0


def test_the_share_of_the_sun_is_a_share(bench):
    with pytest.raises(StationControlError, match="shade"):
        bench.meter.faults.begin("shade", 1.5)


# ------------------------------------------------------------ days of credit


def sunny():
    """So much sun and so little load that the service never ends."""
    return always(5.0, capacity_wh=5_000)


def test_a_new_system_has_a_week_and_then_is_dark():
    bench = Bench(system=sunny())
    assert bench.parts.prepayment.credit_wh == 700
    bench.run(6.9)
    assert bench.parts.switch.relay_closed
    bench.run(0.2)
    assert not bench.parts.switch.relay_closed
    assert bench.meter.powered
    assert bench.system.inverter_on  # it is not the battery


@pytest.mark.requirement("R3-05")
def test_tokens_bring_days_and_energy_costs_none():
    bench = Bench(system=sunny())
    bench.run(7.5)
    assert bench.buy_days(3).outcome.name == "Accept"
    assert bench.parts.switch.relay_closed
    bench.run(2.4)
    assert bench.parts.switch.relay_closed
    bench.run(1)
    assert not bench.parts.switch.relay_closed
    assert bench.parts.prepayment.consumed_wh == 0


def test_dark_days_are_not_charged():
    bench = Bench(system=sunny())
    bench.run(30)
    credit_wh = bench.parts.prepayment.credit_wh
    assert credit_wh == 0
    bench.buy_days(2)
    bench.run(1.5)
    assert bench.parts.switch.relay_closed


def test_hours_that_were_not_served_come_back():
    """A home that asks too much is dark for half of the night: that share of each fee is given back."""
    bench = Bench(system=always(120.0))
    bench.run(3)
    availability, account = bench.parts.availability, bench.parts.prepayment
    assert availability.days == 3
    assert availability.short_days >= 2
    fee = account.charges[1] if account.charges[1].by_time else account.charges[0]
    assert account.credit_nj == 700 * NJ_PER_WH - fee.paid_nj + availability.refunded_nj
    assert availability.refunded_nj > 0
    assert bench.events().count(EventCode.AVAILABILITY_REFUNDED) == availability.short_days


def test_availability_is_the_time_with_voltage_whatever_the_switch_does():
    bench = Bench(system=sunny())
    bench.run(10)
    assert not bench.parts.switch.relay_closed
    assert bench.parts.availability.last_day_us == DAY_US
    assert bench.parts.availability.short_days == 0


def test_a_power_cut_of_the_controller_keeps_days_and_counters(bench):
    bench.run(2.5)
    before = bench.parts.availability.snapshot()
    credit_wh = bench.parts.prepayment.credit_wh
    bench.meter.power_cut()
    bench.run(0.1)
    bench.meter.power_up()
    assert bench.parts.availability.snapshot()["days"] == before["days"]
    assert bench.parts.availability.today_us == before["today_us"]
    assert bench.parts.prepayment.credit_wh == credit_wh


# ------------------------------------------------------------ over the wire


@pytest.mark.requirement("R3-05")
def test_a_head_end_reads_it_like_any_meter(bench):
    bench.run(2.5)
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(TEST_READER_PASSWORD))
    session = DlmsSession(SimLink(bench.env, bench.meter.ports["wrapper"], "x"), WrapperClient(2, 1), client)
    session.connect()
    session.associate()
    bench.meter.settle()
    assert session.get(3, "1.0.1.8.0", 2).value == bench.parts.metrology.energy_wh("active-import")
    assert session.get(3, "0.0.128.0.0", 2).value == pytest.approx(bench.system.charge_milli / 10, abs=1)
    assert session.get(3, "1.0.129.8.0", 2).value == bench.system.harvested_nj // NJ_PER_WH
    assert session.get(3, "0.0.128.1.1", 2).value == bench.parts.availability.last_day_us // 10**6
    assert session.get(1, "0.0.128.1.3", 2).value == 2
    assert session.get(70, "0.0.96.3.10", 2).value is True
    rows = session.get(7, "1.0.99.1.0", 2).value
    assert len(rows) == 60
    assert len(session.get(7, "1.0.99.2.0", 2).value) == 2
