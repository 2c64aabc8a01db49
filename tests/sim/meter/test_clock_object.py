"""The clock as an object: adjustments, preset, shift, daylight saving."""

from datetime import timedelta

import pytest

from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.session.errors import AccessRefused, ActionRefused

CLOCK = "0.0.1.0.0"
NEVER = b"\xff" * 9 + b"\x80\x00\xff"


def octets(instant):
    return axdr.octet_string(CosemDateTime.from_utc(instant).to_bytes())


def shown(session):
    return CosemDateTime.from_bytes(session.get(8, CLOCK, 2).value)


@pytest.mark.parametrize(("method", "period_s"), [(1, 900), (2, 900), (3, 60)])
@pytest.mark.parametrize("ahead_s", [400, 500, 1009])
def test_an_adjustment_goes_to_the_nearest_multiple(bench, method, period_s, ahead_s):
    bench.run(ahead_s)
    session = bench.session()
    session.action(8, CLOCK, method, axdr.integer(0))
    off_s = (bench.parts.clock.utc - bench.clock.utc()).total_seconds()
    assert abs(off_s) <= period_s / 2
    assert (bench.parts.clock.epoch_us // 1_000_000) % period_s == 0


def test_a_preset_time_is_taken_over_within_its_validity_only(bench):
    session, now = bench.session(), bench.clock.utc()
    with pytest.raises(ActionRefused):
        session.action(8, CLOCK, 4, axdr.integer(0))
    preset, begin, end = (now + timedelta(minutes=minutes) for minutes in (30, 10, 20))
    session.action(8, CLOCK, 5, axdr.structure(octets(preset), octets(begin), octets(end)))
    with pytest.raises(ActionRefused):
        session.action(8, CLOCK, 4, axdr.integer(0))
    bench.run(900)
    session.action(8, CLOCK, 4, axdr.integer(0))
    assert timedelta(0) <= bench.parts.clock.utc - preset < timedelta(seconds=1)
    with pytest.raises(ActionRefused):
        session.action(8, CLOCK, 4, axdr.integer(0))


def test_a_shift_is_limited_to_a_quarter_of_an_hour(bench):
    session = bench.session()
    session.action(8, CLOCK, 6, axdr.long(-900))
    assert bench.clock.utc() - bench.parts.clock.utc == timedelta(seconds=900)
    for parameter in (axdr.long(901), axdr.unsigned(1)):
        with pytest.raises(ActionRefused):
            session.action(8, CLOCK, 6, parameter)


def test_daylight_saving_moves_the_hours_and_the_captures_stay(bench):
    manager = bench.manager()
    begin = axdr.octet_string(bytes.fromhex("ffff0101ff03000000800000"))  # 1 January, 3 h
    manager.set(8, CLOCK, 5, begin)
    manager.set(8, CLOCK, 6, axdr.octet_string(bytes.fromhex("ffff0a01ff03000000800000")))  # 1 October
    manager.set(8, CLOCK, 7, axdr.integer(60))
    manager.set(8, CLOCK, 8, axdr.boolean(True))
    bench.run(3 * 3600 - bench.env.now - 60)
    before = shown(manager)
    assert (before.hour, before.deviation_minutes, before.status) == (2, 300, 0)
    bench.run(120)
    after = shown(manager)
    assert (after.hour, after.deviation_minutes, after.status) == (4, 240, 0x80)
    assert after.to_utc() - before.to_utc() == pytest.approx(timedelta(seconds=120), abs=timedelta(seconds=2))
    assert manager.get(8, CLOCK, 4).value == 0x80
    assert "DAYLIGHT_SAVING_CHANGED" in bench.events()
    bench.run(3600)
    rows = manager.get(7, "1.0.99.1.0", 2).python()
    status = [row[4] for row in rows]
    assert set(status) == {0, 0x08}
    assert status == sorted(status)
    bench.meter.power_cut()
    bench.meter.power_up()
    assert shown(bench.session()).status == 0x80
    assert bench.session().get(8, CLOCK, 5) == begin


def test_without_it_the_clock_says_so(bench):
    session = bench.session()
    assert session.get(8, CLOCK, 3).value == 300
    assert session.get(8, CLOCK, 5).value == session.get(8, CLOCK, 6).value == NEVER
    assert session.get(8, CLOCK, 8).value is False
    assert session.get(8, CLOCK, 9).value == 1


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (5, axdr.octet_string(b"123")),
        (6, axdr.octet_string(b"\xff\xff\x0d" + b"\xff" * 9)),
        (7, axdr.integer(127)),
        (8, axdr.unsigned(1)),
        (2, axdr.octet_string(b"\xff" * 12)),
    ],
)
def test_what_makes_no_sense_is_refused(bench, attribute, value):
    manager = bench.manager()
    before = bench.parts.zone.terms
    with pytest.raises(AccessRefused):
        manager.set(8, CLOCK, attribute, value)
    assert bench.parts.zone.terms == before
