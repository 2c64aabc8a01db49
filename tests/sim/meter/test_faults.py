"""Every fault of a meter's board: what it does while it lasts, and what is left of it."""

import pytest

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.dlms.session.errors import NoAnswer
from protocols.field.errors import StationControlError
from sim.meter.metering.load_profile import IntervalStatus
from sim.meter.units import MILLI

VOLTAGE = (3, "1.0.12.7.0", 2)
NAMES = (
    "pause",
    "corrupt",
    "drift",
    "temperature",
    "terminal-cover",
    "meter-cover",
    "magnet",
    "reverse",
    "cut",
    "brown-out",
    "relay-weld",
    "relay-open",
    "relay-wear",
    "clock-battery",
    "memory",
    "module-out",
)
HOUR_S = 3600.0


@pytest.fixture
def faults(bench):
    bench.supply.set_load(10.0)
    bench.recharge(1_000)
    return bench.meter.faults


def power_w(bench):
    return bench.parts.metrology.sample.active_mw / MILLI


def test_the_board_is_whole_and_every_fault_begins_and_ends(bench, faults):
    assert faults.names() == NAMES
    for name in NAMES:
        assert faults.does(name).endswith(".")
        faults.begin(name)
        bench.run(90)
        assert faults.active() == (name,)
        faults.end(name)
        bench.run(90)
    assert bench.meter.powered
    assert power_w(bench) == pytest.approx(1200)
    assert bench.session().get(*VOLTAGE).value == 12_000


def test_the_control_surface_reaches_it(bench):
    assert bench.call("fault.begin", fault="cut", for_s=60) == {"active": ["cut"]}
    assert bench.call("fault.list")["faults"] == list(NAMES)
    bench.run(61)
    assert bench.call("fault.end", fault="cut") == {"active": []}
    assert "POWER_DOWN" in bench.events()


@pytest.mark.parametrize(
    ("name", "value"),
    [("corrupt", 0), ("magnet", 1.5), ("brown-out", -1), ("relay-wear", -0.1), ("memory", 0), ("drift", 1e9)],
)
def test_values_out_of_range_are_refused(faults, name, value):
    with pytest.raises(StationControlError, match=name):
        faults.begin(name, value)
    assert faults.active() == ()


def test_a_hung_meter_measures_on(bench, faults):
    session = bench.session()
    before_nj = bench.credit_nj()
    faults.begin("pause", for_s=HOUR_S)
    with pytest.raises(NoAnswer):
        session.get(*VOLTAGE)
    bench.run(HOUR_S)
    assert bench.session().get(*VOLTAGE).value == 12_000
    assert bench.credit_nj() < before_nj


def test_each_third_frame_goes_out_spoilt(bench, faults):
    frames = []
    bench.meter.ports["hdlc"].attach(frames.append)
    faults.begin("corrupt", 3)
    sound = bytes.fromhex("7ea00a00020023219318717e")
    for _ in range(6):
        bench.meter.hardware.frame_corrupter.pass_on(sound)
    assert bench.meter.hardware.frame_corrupter.corrupted == 2
    faults.begin("corrupt", 1)
    with pytest.raises(NoAnswer):  # the check sequence of HDLC tells, the link gives up
        bench.session(framing="hdlc")
    faults.end("corrupt")
    assert bench.session(framing="hdlc").get(*VOLTAGE).value == 12_000


def test_a_clock_that_drifts(bench, faults):
    faults.begin("drift", 60.0, for_s=86_400)
    bench.run(86_400)
    ahead_s = (bench.parts.clock.utc - bench.clock.utc()).total_seconds()
    assert ahead_s == pytest.approx(60, abs=0.01)
    bench.run(86_400)
    assert (bench.parts.clock.utc - bench.clock.utc()).total_seconds() == pytest.approx(60, abs=0.01)


def test_a_magnet_slows_the_element_and_the_event_tells(bench, faults):
    faults.begin("magnet", 0.7)
    bench.meter.settle()
    assert power_w(bench) == pytest.approx(0.7 * 1200)
    assert bench.parts.tamper.alarm
    faults.end("magnet")
    assert power_w(bench) == pytest.approx(1200)
    assert bench.events()[-2:] == ["STRONG_FIELD", "NO_STRONG_FIELD"]


def test_reversed_terminals_count_backwards(bench, faults):
    credit_nj = bench.credit_nj()
    faults.begin("reverse")
    bench.run(HOUR_S)
    assert power_w(bench) == pytest.approx(-1200)
    assert bench.parts.metrology.energy_wh("active-export") == 1200
    assert bench.credit_nj() == credit_nj
    faults.end("reverse")
    assert power_w(bench) == pytest.approx(1200)
    assert {"REVERSE_ENERGY", "NO_REVERSE_ENERGY"} <= set(bench.events())


def test_a_cut_wire_kills_the_meter_and_darkens_the_home(bench, faults):
    moves = []
    bench.meter.on_relay.append(moves.append)
    faults.begin("cut")
    assert not bench.meter.powered
    assert moves == [False]
    assert bench.supply.energised  # the line itself has not failed
    faults.end("cut")
    assert bench.meter.powered
    assert moves == [False, True]


def test_a_light_brown_out_is_a_sag(bench, faults):
    faults.begin("brown-out", 90.0)
    bench.run(10)
    assert bench.parts.metrology.sample.voltage_mv == 90_000
    faults.end("brown-out")
    bench.run(10)
    assert bench.parts.metrology.sample.voltage_mv == 120_000
    assert {"UNDER_VOLTAGE", "NORMAL_VOLTAGE"} <= set(bench.events())


def test_a_deep_brown_out_kills_it_without_last_words(bench, faults):
    bench.run(HOUR_S)
    outages = bench.parts.outages.count
    energy_nj = bench.parts.metrology.energy_nj("active-import")
    kept = bench.meter.memory.writes
    bench.run(100)
    faults.begin("brown-out", 30.0)
    assert not bench.meter.powered
    assert bench.meter.memory.writes == kept
    bench.run(60)
    faults.end("brown-out")
    assert bench.meter.powered
    # what was not kept is lost: at most since the last checkpoint, and nothing is counted twice
    assert bench.parts.metrology.energy_nj("active-import") == energy_nj
    assert bench.parts.outages.count == outages
    assert bench.parts.outages.total_s == 0


def test_a_relay_that_does_not_open_is_noticed(bench, faults):
    moves = []
    bench.meter.on_relay.append(moves.append)
    faults.begin("relay-weld")
    bench.parts.prepayment.clear(0)
    bench.run(60)
    assert not bench.parts.switch.output_state
    assert power_w(bench) == pytest.approx(1200)
    assert moves == []
    assert bench.events()[-1] == "DISCONNECTOR_FAILURE"
    faults.end("relay-weld")
    assert power_w(bench) == 0
    assert moves == [False]
    bench.run(60)
    assert bench.events().count("DISCONNECTOR_FAILURE") == 1


def test_a_relay_that_does_not_close(bench, faults):
    faults.begin("relay-open")
    bench.run(60)
    assert bench.parts.switch.output_state
    assert power_w(bench) == 0
    faults.end("relay-open")
    assert power_w(bench) == pytest.approx(1200)


def test_a_worn_relay_welds_when_it_next_opens_a_current(bench, faults):
    faults.begin("relay-wear")
    assert power_w(bench) == pytest.approx(1200)
    bench.parts.prepayment.clear(0)
    bench.run(1)
    assert bench.meter.hardware.contacts.welded
    assert power_w(bench) == pytest.approx(1200)
    assert "DISCONNECTOR_FAILURE" in bench.events()
    faults.end("relay-wear")
    assert power_w(bench) == 0


def test_a_memory_that_writes_badly_loses_nothing(bench, faults):
    faults.begin("memory", 1)
    bench.recharge(100)
    credit_nj = bench.credit_nj()
    assert bench.meter.memory.faults > 0
    bench.run(1)
    assert "MEMORY_ERROR" in bench.events()
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.credit_nj() == pytest.approx(credit_nj, abs=1200 * 1_000_000_000)
    faults.end("memory")
    count = bench.meter.memory.faults
    bench.run(HOUR_S)
    assert bench.meter.memory.faults == count


def test_an_empty_battery_costs_the_clock_at_the_next_cut(bench, faults):
    bench.run(HOUR_S)
    faults.begin("clock-battery")
    assert bench.events()[-1] == "REPLACE_BATTERY"
    bench.run(10)
    assert not bench.parts.zone.time_lost
    bench.meter.power_cut()
    bench.run(7200)
    bench.meter.power_up()
    assert "CLOCK_INVALID" in bench.events()
    assert (bench.clock.utc() - bench.parts.clock.utc).total_seconds() == pytest.approx(7200, abs=1)
    assert bench.session().get(8, "0.0.1.0.0", 4).value == 0x01
    bench.run(900)
    assert bench.parts.load_profile.rows[-1].values[-1] & IntervalStatus.CLOCK_INVALID
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.parts.zone.time_lost


def test_a_dead_meter_with_an_empty_battery_feels_nothing_until_it_wakes(bench, faults):
    faults.begin("clock-battery")
    bench.meter.power_cut()
    faults.begin("terminal-cover")
    assert "TERMINAL_COVER_REMOVED" not in bench.events()
    bench.meter.power_up()
    assert "TERMINAL_COVER_REMOVED" in bench.events()


def test_a_pulled_module_leaves_the_local_ports_alive(bench, faults):
    session = bench.session()
    faults.begin("module-out")
    with pytest.raises(NoAnswer):
        session.get(*VOLTAGE)
    assert bench.session(framing="hdlc").get(*VOLTAGE).value == 12_000
    faults.end("module-out")
    assert bench.session().get(*VOLTAGE).value == 12_000
    assert bench.events()[-2:] == ["MODULE_REMOVED", "MODULE_FITTED"]


def test_tokens_still_count_under_every_communication_fault(bench, faults):
    for name in ("pause", "module-out", "corrupt"):
        faults.begin(name)
    before_wh = bench.credit_wh()
    record = bench.meter.enter_token(bench.credit_token(50), TokenDeliveryMethod.MANUAL_ENTRY)
    assert record.outcome.name == "Accept"
    assert bench.credit_wh() == before_wh + 5_000
