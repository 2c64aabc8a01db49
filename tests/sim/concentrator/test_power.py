"""Power: the last gasp, riding through, and a cut at any write of the memory."""

import contextlib

import pytest

from protocols.dlms.wrapper import encode_wpdu
from sim.concentrator.nvm import MOMENTS

HOUR_S = 3600
LOAD = [{"name": "load", "task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": 30}]


@pytest.mark.requirement("R6.2-01")
def test_the_last_gasp_reaches_the_head_end_before_it_dies(street):
    street.run(2 * HOUR_S)
    head_end = street.head_end()
    street.concentrator.power(False)
    street.run(0.1)
    (gasp,) = [message for message in head_end.pushed if message.type_name == "last-gasp"]
    assert gasp.body["held_readings"] == street.concentrator.storage.undelivered > 0
    assert street.concentrator.power_cycle.powered
    street.run(1.5)
    assert not street.concentrator.power_cycle.powered
    head_end.end.ask("h-late", "status.read")
    head_end._flush()
    street.run(60.0)
    assert "h-late" not in head_end.answers
    street.concentrator.power(True)
    street.run(30.0)
    events = street.head_end().ask("events.pull", {"after": 0, "limit": 400})["events"]
    assert [event["name"] for event in events if event["serial"] == ""] == [
        "power-up",
        "last-gasp",
        "power-up",
    ]


def test_a_moment_without_mains_is_ridden_through(street):
    street.concentrator.power(False)
    street.run(1.0)
    street.concentrator.power(True)
    street.run(600.0)
    assert street.concentrator.booted_s == 0.0
    assert [event.name for event in street.concentrator.events].count("power-up") == 1


def test_mains_that_go_again_while_it_boots(street):
    for _ in range(3):
        street.concentrator.power(False)
        street.run(10.0)
        street.concentrator.power(True)
        street.run(2.0)
    street.run(100.0)
    assert street.concentrator.power_cycle.powered
    assert street.concentrator.summary()["unreachable"] == 0


def test_a_head_end_must_prove_itself_again_after_a_cut(street):
    head_end = street.head_end()
    street.concentrator.power_cut()
    street.run(30.0)
    with pytest.raises(Exception, match="prove first"):
        head_end.ask("status.read")


def test_a_cut_while_many_wait_for_the_wire_leaves_it_free(make_street):
    street = make_street(6, plans=LOAD)
    head_end = street.head_end()
    for delay_s in (0.0, 0.05, 0.1, 0.3, 0.7):
        for house in street.houses:
            order = f"{delay_s}-{house.serial}"
            head_end.end.ask(order, "order.place", {"order": order, "kind": "read", "serial": house.serial})
        head_end._flush()
        for number in range(3):
            street.link().send(encode_wpdu(b"\x60\x00", source=16, destination=16 + number))
        street.run(delay_s)
        street.concentrator.power_cut()
        street.run(60.0)
        head_end = street.head_end()
    street.run(HOUR_S)
    assert street.concentrator.summary()["orders_waiting"] == 0
    assert street.concentrator.wire.waiting == 0
    with street.session(17) as session:
        assert session.get(1, "0.0.96.1.0", 2).value


@pytest.mark.requirement("R6.2-02")
def test_readings_are_whole_over_power_cuts(make_street):
    street = make_street(1, plans=LOAD)
    for _ in range(6):
        street.run(1.7 * HOUR_S)
        street.concentrator.power(False)
        street.run(0.6 * HOUR_S)
        street.concentrator.power(True)
    street.run(HOUR_S)
    head_end = street.head_end()
    head_end.collect()
    times = head_end.times("00000001")
    assert times == list(range(times[0], times[0] + 900 * len(times), 900))
    assert len(times) > 50


@pytest.mark.parametrize(("write", "moment"), [(write, MOMENTS[write % 3]) for write in range(1, 25)])
def test_a_cut_at_any_write_loses_and_doubles_nothing(make_street, write, moment):
    """From the first registration to the first acknowledged readings, whichever write is hit."""
    street = make_street(2, plans=LOAD, settle_s=0.0)
    concentrator = street.concentrator
    concentrator.memory.cut_at(write, moment)
    street.run(HOUR_S)
    head_end = street.head_end()
    with contextlib.suppress(KeyError):  # the write that is hit may be that of the acknowledgement
        head_end.collect()
    street.run(60.0)
    concentrator.memory.cut_at(0)
    street.run(HOUR_S)
    head_end = street.head_end()
    head_end.collect()
    assert sorted(record.sap for record in concentrator.registry) == [16, 17]
    assert [record.is_registered for record in concentrator.registry] == [True, True]
    numbers = [event.number for event in concentrator.events]
    assert numbers == list(range(1, len(numbers) + 1))
    for house in street.houses:
        times = head_end.times(house.serial)
        assert times == list(range(times[0], times[0] + 900 * len(times), 900))
        assert len(times) >= 6


@pytest.mark.parametrize("write", range(1, 9))
def test_a_cut_while_the_head_end_acts(make_street, write):
    street = make_street(1, plans=LOAD)
    street.run(HOUR_S)
    head_end = street.head_end()
    street.concentrator.memory.cut_at(write)
    token = street.mint(street.houses[0], 5.0)
    acts = [
        ("order.place", {"order": "o1", "kind": "token", "serial": "00000001", "token": token}),
        ("readings.acknowledge", {"through": 2}),
        ("parameters.write", {"name": "balance.warning_percent", "value": "7"}),
        ("events.acknowledge", {"through": 3}),
    ]
    for name, body in acts:
        head_end.end.ask(f"x-{name}", name, body)
        head_end._flush()
        street.run(20.0)
    street.run(300.0)
    head_end = street.head_end()
    for name, body in acts:  # an answer that did not come: the same is asked again
        head_end.ask(name, body, wait_s=30.0)
    street.run(300.0)
    order = head_end.ask("order.read", {"order": "o1"})
    assert order["state"] == "done"
    street.houses[0].meter.settle()
    credit_nj = street.houses[0].meter.parts.prepayment.credit_nj
    assert credit_nj == pytest.approx(5_000 * 3_600_000_000_000, rel=1e-3)
    assert street.concentrator.loss.terms.warning_percent == 7
