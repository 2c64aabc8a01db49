"""Communication modules come and go while the meter works (R6.1-02), and nothing that it keeps is lost."""

import pytest

from protocols.dlms.session.errors import NoAnswer, SessionError
from sim.meter.hardware import CARRIED, ModuleKind, ModuleSlot

VOLTAGE = (3, "1.0.12.7.0", 2)
ENERGY = (3, "1.0.1.8.0", 2)
MODULE = (1, "0.0.96.12.4", 2)


def test_a_slot_tells_who_listens_only_of_changes():
    slot, heard = ModuleSlot(ModuleKind.PLC), []
    slot.on_change.append(lambda before, after: heard.append((before.value, after.value)))
    assert slot.pull() is ModuleKind.PLC
    assert slot.pull() is ModuleKind.NONE
    slot.fit(ModuleKind.CELLULAR)
    slot.fit(ModuleKind.RF)
    assert heard == [("plc", "none"), ("none", "3g"), ("3g", "none"), ("none", "rf")]


@pytest.mark.parametrize("kind", list(ModuleKind))
def test_a_module_carries_its_ports_and_the_local_ones_need_none(kind):
    slot = ModuleSlot(kind)
    assert {name for name in ("wrapper", "plc", "rf") if slot.carries(name)} == set(CARRIED[kind])
    assert slot.carries("hdlc")
    assert slot.carries("mode-e")


@pytest.mark.parametrize(
    ("kind", "framing"), [(ModuleKind.CELLULAR, "wrapper"), (ModuleKind.RF, "rf"), (ModuleKind.PLC, "plc")]
)
def test_only_what_the_module_carries_answers(bench_of, kind, framing):
    bench = bench_of("ppkw-field")
    bench.meter.modules.fit(kind)
    for name in ("wrapper", "rf", "plc"):
        answers = []
        aarq = bytes.fromhex("601da109060760857405080101be10040e01000000065f1f0400001e1dffff")
        wrapper = b"\x00\x01\x00\x10\x00\x01" + len(aarq).to_bytes(2, "big")
        header = b"\x90\x01\x10" if name == "plc" else wrapper
        peer = bench.meter.ports[name].attach(answers.append)
        peer.send(header + aarq)
        bench.run(1)
        assert bool(answers) is (name == framing)
        peer.detach()


@pytest.mark.requirement("R6.1-02")
def test_a_swap_in_the_middle_of_a_session_loses_no_data(bench_of):
    """Read half, swap, read the rest over the new module: registers, credit, log and profile go on."""
    bench = bench_of("ppkw-field")
    bench.meter.modules.fit(ModuleKind.CELLULAR)
    bench.supply.set_load(10.0)
    bench.recharge(1_000)
    session = bench.session()
    first_wh, rows = session.get(*ENERGY).value, len(bench.parts.load_profile.rows)
    begin_s, credit_nj = bench.env.now, bench.credit_nj()
    bench.run(1800)
    bench.meter.modules.pull()
    with pytest.raises(NoAnswer):
        session.get(*ENERGY)
    bench.run(1800 - bench.env.now % 1800)
    bench.meter.modules.fit(ModuleKind.CELLULAR)
    with pytest.raises((NoAnswer, SessionError)):
        session.get(*ENERGY)  # the old association is gone with the old module
    again = bench.session()
    assert again.get(*ENERGY).value >= first_wh + 1190
    assert len(bench.parts.load_profile.rows) >= rows + 2
    assert credit_nj - bench.credit_nj() == pytest.approx(1200 * (bench.env.now - begin_s) * 10**9, rel=1e-6)
    assert bench.events()[-2:] == ["MODULE_REMOVED", "MODULE_FITTED"]


def test_the_module_can_be_read_and_its_events_too(bench_of):
    bench = bench_of("ppkw-field")
    assert bench.session(framing="hdlc").get(*MODULE).value == "plc"
    bench.meter.modules.pull()
    assert bench.session(framing="hdlc").get(*MODULE).value == "none"
    assert bench.session(framing="hdlc").get(1, "0.0.96.11.4", 2).value == 240
    bench.meter.modules.fit(ModuleKind.RF)
    assert bench.session(framing="hdlc").get(*MODULE).value == "rf"
    assert bench.session(framing="hdlc").get(1, "0.0.96.11.4", 2).value == 241


def test_a_swap_on_a_dead_meter_is_logged_on_its_battery(bench_of):
    bench = bench_of("ppkw-field")
    bench.meter.power_cut()
    bench.meter.modules.fit(ModuleKind.CELLULAR)
    bench.meter.power_up()
    assert {"MODULE_REMOVED", "MODULE_FITTED"} <= set(bench.events())
    assert bench.session().get(*VOLTAGE).value == 12_000
