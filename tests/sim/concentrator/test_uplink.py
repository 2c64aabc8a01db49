"""The uplink of a living concentrator: every message of its table, pushes, and both ways down."""

import pytest

from protocols.field.errors import UplinkError
from protocols.field.uplink_messages import MESSAGES, Role
from sim.concentrator.uplink import UplinkHandlers


def test_every_message_of_the_head_end_is_answered(street):
    handlers = UplinkHandlers(street.concentrator.context)
    asked = {m.name for m in MESSAGES.values() if m.sender is Role.HEAD_END} - {"hello", "auth"}
    assert asked == set(handlers._handlers)


@pytest.mark.requirement("R6.2-07")
def test_state_meters_and_statistics(street):
    head_end = street.head_end()
    status = head_end.ask("status.read")
    assert status["utc"].startswith("2026-01-01T05:02:0")
    assert status["counts"]["registered"] == 2
    first = head_end.ask("meters.list", {"after_sap": 0, "limit": 1})
    second = head_end.ask("meters.list", {"after_sap": first["meters"][0]["sap"], "limit": 10})
    assert (first["more"], second["more"]) == (True, False)
    assert sorted(m["serial"] for m in first["meters"] + second["meters"]) == ["00000001", "00000002"]
    assert all(m["reachable"] for m in first["meters"])
    street.run(3 * 3600.0)
    statistics = head_end.ask("statistics.read", {"after_sap": 0, "limit": 100})["meters"]
    assert all(row["success_percent"] == 100 and row["latency_mean_s"] > 0 for row in statistics)
    assert all(row["level"] == 0 and row["path"] == [] for row in statistics)


def test_readings_and_events_are_pulled_and_acknowledged(street):
    street.run(5 * 3600.0)
    head_end = street.head_end()
    head_end.collect(limit=7)
    assert sorted(head_end.rows) == list(range(1, len(head_end.rows) + 1))
    for house in street.houses:
        assert len(head_end.times(house.serial)) == len(set(head_end.times(house.serial))) == 20
    assert head_end.ask("readings.pull", {"after": head_end.cursor, "limit": 1})["batches"] == []
    events = head_end.ask("events.pull", {"after": 0, "limit": 400})
    assert [event["number"] for event in events["events"]] == list(range(1, events["next"] + 1))
    assert head_end.ask("events.acknowledge", {"through": events["next"]})["held"] == events["next"]
    assert street.concentrator.events.acknowledged == events["next"]


@pytest.mark.requirement("R6.2-06")
def test_alarms_are_pushed_at_once_and_again_until_somebody_takes_them(street):
    street.concentrator.events.record("loss-alarm", detail="test")
    street.run(600.0)
    head_end = street.head_end(answers_pushes=False)
    street.run(150.0)
    seen = [m.body["events"][0]["name"] for m in head_end.pushed if m.type_name == "events.push"]
    assert len(seen) >= 2
    assert set(seen) == {"loss-alarm"}
    head_end.answers_pushes = True
    street.run(130.0)
    count = len(head_end.pushed)
    street.run(600.0)
    assert len(head_end.pushed) == count
    street.concentrator.events.record("storage-full")
    street.run(1.0)
    assert head_end.pushed[-1].body["events"][0]["name"] == "storage-full"


def test_parameters_are_read_and_set_and_kept(street):
    head_end = street.head_end()
    values = head_end.ask("parameters.read")["parameters"]
    assert values["serial"] == "90000001"
    assert (
        head_end.ask("parameters.write", {"name": "balance.warning_percent", "value": "7.5"})["value"]
        == "7.5"
    )
    assert head_end.ask("parameters.write", {"name": "web.lang", "value": "en"})["value"] == "en"
    assert (
        head_end.ask("parameters.write", {"name": "plan.load.every_minutes", "value": "15"})["value"] == "15"
    )
    for name, value in (
        ("serial", "1"),
        ("nothing", "1"),
        ("balance.alarm_percent", "x"),
        ("web.lang", "fr"),
    ):
        with pytest.raises(UplinkError):
            head_end.ask("parameters.write", {"name": name, "value": value})
    street.concentrator.power_cut()
    street.run(30.0)
    kept = street.concentrator.context.parameters.values()
    assert (kept["balance.warning_percent"], kept["web.lang"], kept["plan.load.every_minutes"]) == (
        "7.5",
        "en",
        "15",
    )


def test_the_clock_is_set_by_the_head_end(street):
    head_end = street.head_end()
    street.concentrator.clock.set_drift(86_400.0)
    street.run(100.0)
    found = head_end.ask("clock.sync", {"utc": street.clock.utc().isoformat()})
    assert found["deviation_s"] == pytest.approx(100.0, abs=3.0)
    assert street.told("clock-deviation") == [""]
    with pytest.raises(UplinkError, match="ISO 8601"):
        head_end.ask("clock.sync", {"utc": "tomorrow"})


def test_a_head_end_with_another_secret_gets_nothing(street):
    head_end = type(street.head_end())(street, "another secret").greet()
    street.run(1.0)
    assert not head_end.end.is_open
    assert head_end.closed == ["the concentrator does not know the secret"]


# ---------------------------------------------------------------- two ways


@pytest.mark.requirement("R6.2-08", "F8-05")
def test_the_other_way_takes_over_and_the_preferred_one_is_taken_back(street):
    head_end, concentrator = street.head_end(), street.concentrator
    concentrator.uplink("lan", False)
    assert concentrator.uplinks.active is None
    with pytest.raises(KeyError):
        head_end.ask("status.read")  # nobody answers in the gap
    street.run(10.0)
    assert concentrator.uplinks.active == "4g"
    assert head_end.ask("status.read")["uplink"] == "4g"
    concentrator.uplink("lan", True)
    street.run(60.0)
    assert concentrator.uplinks.active == "4g"  # it must stay up first
    street.run(61.0)
    assert concentrator.uplinks.active == "lan"
    assert [event.name for event in concentrator.events if event.name.startswith("uplink")] == [
        "uplink-down",
        "uplink-switched",
        "uplink-switched",
    ]
    assert concentrator.summary()["uplink_switches"] == 2


def test_a_way_that_flaps_is_not_trusted(street):
    concentrator = street.concentrator
    concentrator.uplink("lan", False)
    street.run(20.0)
    for _ in range(5):
        concentrator.uplink("lan", True)
        street.run(60.0)
        concentrator.uplink("lan", False)
        street.run(5.0)
    assert concentrator.uplinks.active == "4g"
    with pytest.raises(ValueError, match="no uplink"):
        concentrator.uplink("wifi", True)


def test_without_any_way_nothing_is_said_and_with_one_everything_goes_on(street):
    head_end, concentrator = street.head_end(), street.concentrator
    for name in ("lan", "4g"):
        concentrator.uplink(name, False)
    street.run(3600.0)
    assert concentrator.uplinks.active is None
    concentrator.uplink("4g", True)
    street.run(15.0)
    assert head_end.ask("status.read")["uplink"] == "4g"


def test_a_preference_can_be_changed(street):
    head_end = street.head_end()
    head_end.ask("parameters.write", {"name": "uplink.preferred", "value": "4g"})
    street.run(15.0)
    assert head_end.ask("status.read")["uplink"] == "4g"
