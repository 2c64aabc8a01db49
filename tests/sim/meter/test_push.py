"""Pushes: set off by method, script and event; window, delay, retries; as they travel on both links."""

from datetime import datetime

import pytest

from protocols.dlms import axdr
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.cosem.access import PUSH_VERSIONS, TransportService
from protocols.dlms.framing import ApduReceived
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AccessRefused
from protocols.dlms.wrapper import WrapperClient
from sim.meter.communication.push import PushSetups, PushTerms
from sim.meter.events.tamper_protections import TamperKind
from sim.scenarios.push_destinations import Destinations, let_dial

ALARM, STATE = "0.0.25.9.0", "0.1.25.9.0"
NAME = Obis.from_string(ALARM).to_bytes()
NOTHING = axdr.integer(0)


class Listener:
    """A peer of a port that only listens."""

    def __init__(self, bench, framing):
        made = {"wrapper": WrapperClient, "hdlc": HdlcClient}[framing](16, 1)
        made.connect(0.0)
        self.framing, self.apdus = made, []
        bench.meter.ports[framing].attach(self.hear)

    def hear(self, data):
        for event in self.framing.receive_data(data, 0.0):
            if isinstance(event, ApduReceived):
                self.apdus.append(decode_apdu(event.apdu))


def body(notification):
    return [item.value for item in notification.body.value]


def set_alarm(bench, **values):
    bench.parts.push_setups.change(NAME, **values)


def test_an_alarm_is_pushed_to_whoever_listens(bench):
    listener = Listener(bench, "wrapper")
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(1)
    (alarm,) = listener.apdus
    name, clock, drn, code = body(alarm)
    assert (name, drn) == (NAME, bench.meter.drn)
    assert alarm.date_time[:8] == clock[:8]
    assert code == 42


def test_over_hdlc_it_travels_in_ui_frames(bench):
    listener = Listener(bench, "hdlc")
    bench.manager().action(40, STATE, 1, NOTHING)
    bench.run(1)
    (state,) = listener.apdus
    assert body(state)[2] == bench.meter.drn
    assert body(state)[3] == 0


def test_a_script_pushes_too(bench):
    listener = Listener(bench, "wrapper")
    bench.manager().action(9, "0.0.10.0.108", 1, axdr.long_unsigned(1))
    bench.run(1)
    assert [body(item)[0] for item in listener.apdus] == [NAME]


def test_each_push_has_a_number_of_its_own(bench):
    listener = Listener(bench, "wrapper")
    session = bench.manager()
    for _ in range(3):
        session.action(40, ALARM, 1, NOTHING)
        bench.run(1)
    assert [item.long_invoke for item in listener.apdus] == [1, 2, 3]


def test_where_nobody_listens_it_is_tried_again_and_then_given_up(bench):
    set_alarm(bench, retries=2, repetition_delay_s=60)
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(59)
    assert bench.meter.automation.pusher.waiting == 1
    listener = Listener(bench, "wrapper")
    bench.run(2)
    assert len(listener.apdus) == 1
    assert bench.meter.automation.pusher.waiting == 0
    assert "PUSH_FAILED" not in bench.events()


def test_giving_up_is_logged_once_and_sets_nothing_off(bench):
    set_alarm(bench, retries=2, repetition_delay_s=60, on_events=(42, 236))
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(3600)
    assert bench.events().count("PUSH_FAILED") == 1


def test_the_delay_is_random_within_its_interval_and_the_same_for_the_same_seed(bench_of):
    arrivals = []
    for _ in range(2):
        bench = bench_of()
        set_alarm(bench, randomisation_s=600)
        listener = Listener(bench, "wrapper")
        bench.meter.sense(TamperKind.MAGNET, present=True)
        waited = 0
        while not listener.apdus:
            bench.run(1)
            waited += 1
        arrivals.append(waited)
    assert arrivals[0] == arrivals[1]
    assert 0 < arrivals[0] <= 601


def test_outside_its_window_it_waits_for_the_window(bench):
    noon, one = (bytes.fromhex(f"ffffffffff{hour:02x}0000ff8000ff") for hour in (12, 13))
    set_alarm(bench, window=((noon, one),))
    listener = Listener(bench, "wrapper")
    bench.meter.sense(TamperKind.MAGNET, present=True)  # it is midnight
    bench.run(12 * 3600 - 10)
    assert not listener.apdus
    bench.run(11)
    assert len(listener.apdus) == 1
    bench.meter.sense(TamperKind.METER_COVER, present=True)
    bench.run(1)
    assert len(listener.apdus) == 2, "the window is open"


def test_a_window_of_the_past_never_opens_again():
    past = bytes.fromhex("07e40101ff000000ff8000ff"), bytes.fromhex("07e40102ff000000ff8000ff")
    terms = PushTerms(window=(past,))
    assert not terms.open_at(datetime.fromisoformat("2026-01-01T00:00"))
    assert terms.opens_after(datetime.fromisoformat("2026-01-01T00:00")) is None
    assert terms.open_at(datetime.fromisoformat("2020-01-01T12:00"))


def test_a_power_cut_ends_what_was_under_way(bench):
    set_alarm(bench, randomisation_s=0, retries=5, repetition_delay_s=60)
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(1)
    bench.meter.power_cut()
    assert bench.meter.automation.pusher.waiting == 0


def test_everything_about_it_is_set_over_dlms_and_survives_the_power(bench):
    session = bench.manager()
    destination = axdr.structure(axdr.enum(1), axdr.octet_string(b"192.0.2.1:4059"), axdr.enum(0))
    session.set(40, ALARM, 3, destination)
    session.set(40, ALARM, 5, axdr.long_unsigned(30))
    session.set(40, ALARM, 6, axdr.unsigned(4))
    session.set(40, ALARM, 7, axdr.long_unsigned(90))
    before = [session.get(40, ALARM, index) for index in range(1, 11)]
    bench.meter.power_cut()
    bench.meter.power_up()
    session = bench.manager()
    assert [session.get(40, ALARM, index) for index in range(1, 11)] == before
    terms = bench.parts.push_setups.items[NAME]
    assert (terms.transport, terms.retries, terms.repetition_delay_s) == (TransportService.UDP, 4, 90)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (3, axdr.structure(axdr.enum(4), axdr.octet_string(b""), axdr.enum(0))),
        (3, axdr.structure(axdr.enum(0), axdr.octet_string(b""), axdr.enum(1))),
        (4, axdr.array(axdr.structure(axdr.octet_string(b"short"), axdr.octet_string(b"short")))),
        (2, axdr.array(axdr.structure(axdr.long_unsigned(1)))),
    ],
)
def test_what_it_cannot_do_is_refused(bench, attribute, value):
    session = bench.manager()
    before = session.get(40, ALARM, attribute)
    with pytest.raises(AccessRefused):
        session.set(40, ALARM, attribute, value)
    assert session.get(40, ALARM, attribute) == before


def test_a_snapshot_is_every_setup(bench):
    setups = bench.parts.push_setups
    again = PushSetups({})
    again.restore(setups.snapshot())
    assert again.items == setups.items


def test_three_versions_are_declared_and_one_is_bound():
    assert sorted(PUSH_VERSIONS) == [0, 1, 2]
    assert [len(PUSH_VERSIONS[version].attributes) for version in range(3)] == [7, 10, 13]


# ---------------------------------------------------------------- dialling out

HEAD_END = b"10.0.0.1:4059"


def dialled(bench, **values):
    """What comes to the head-end's address, with the alarm set to go there."""
    heard = []
    network = Destinations({HEAD_END: heard.append})
    let_dial([bench.meter], network.dial)
    set_alarm(bench, transport=TransportService.TCP, destination=HEAD_END, **values)
    return heard, network


def read_wrapped(octets):
    client = WrapperClient(16, 1)
    client.connect(0.0)
    return [
        decode_apdu(event.apdu)
        for event in client.receive_data(octets, 0.0)
        if isinstance(event, ApduReceived)
    ]


def test_a_push_is_carried_to_its_destination_though_nobody_is_attached(bench):
    heard, _ = dialled(bench)
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(1)
    (octets,) = heard
    (alarm,) = read_wrapped(octets)
    assert body(alarm)[3] == 42
    assert bench.meter.ports["wrapper"].attached_count == 0


def test_whoever_is_attached_hears_it_as_well(bench):
    heard, _ = dialled(bench)
    listener = Listener(bench, "wrapper")
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(1)
    assert len(heard) == len(listener.apdus) == 1


def test_a_destination_that_does_not_answer_is_tried_again(bench):
    heard, network = dialled(bench, retries=2, repetition_delay_s=60)
    set_alarm(bench, destination=b"10.0.0.2:4059")
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(90)
    assert bench.meter.automation.pusher.waiting == 1
    network.register(b"10.0.0.2:4059", heard.append)
    bench.run(60)
    assert len(heard) == 1
    assert bench.meter.automation.pusher.waiting == 0


def test_an_answer_that_comes_late_is_waited_for_and_one_after_a_cut_is_not_heard(bench):
    pending = []
    let_dial([bench.meter], lambda _way, _place, _octets, told: pending.append(told))
    set_alarm(bench, transport=TransportService.UDP, destination=HEAD_END, retries=1, repetition_delay_s=5)
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(10)
    assert len(pending) == bench.meter.automation.pusher.waiting == 1
    pending[0](False)
    pending[0](False)
    bench.run(10)
    assert len(pending) == 2
    bench.meter.automation.pusher.stop()
    pending[1](True)
    assert bench.meter.automation.pusher.waiting == 0


def test_a_deaf_meter_dials_nowhere(bench):
    heard, _ = dialled(bench)
    bench.meter.ports["wrapper"].paused = True
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(1)
    assert heard == []
