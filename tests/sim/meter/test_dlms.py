"""The meter over its real bytes: wrapper and HDLC, public client and reader."""

from datetime import timedelta

import pytest

from protocols.dlms import axdr
from protocols.dlms.axdr import DataTag
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AccessRefused, ActionRefused, AssociationRefused, LinkLost, NoAnswer
from protocols.dlms.wrapper import WrapperClient

PUBLIC, READER = 16, 2
CLOCK = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)
CREDIT, GATEWAY, SWITCH, PROFILE = "0.0.19.10.0", "0.0.19.40.0", "0.0.96.3.10", "1.0.99.1.0"

INSTANT = [
    # load 10 A at 60 degrees lagging, 120 V, 60 Hz
    ("1.0.12.7.0", 12_000, -2, 35),
    ("1.0.11.7.0", 10_000, -3, 33),
    ("1.0.13.7.0", 500, -3, 255),
    ("1.0.14.7.0", 6_000, -2, 44),
    ("1.0.1.7.0", 6_000, -1, 27),
    ("1.0.2.7.0", 0, -1, 27),
    ("1.0.3.7.0", 10_392, -1, 29),
    ("1.0.4.7.0", 0, -1, 29),
    ("1.0.9.7.0", 12_000, -1, 28),
]


@pytest.fixture(params=["wrapper", "hdlc"])
def framing(request):
    return request.param


@pytest.fixture
def loaded(bench):
    bench.recharge(1000)
    bench.supply.set_load(10.0, 60.0)
    return bench


@pytest.mark.parametrize(("obis", "value", "scaler", "unit"), INSTANT)
def test_what_flows_now_is_what_is_read(loaded, obis, value, scaler, unit):
    session = loaded.session()
    assert session.get(3, obis, 2).value == value
    assert session.get(3, obis, 3).python() == [scaler, unit]


def test_a_read_shows_the_voltage_of_its_instant(bench, framing):
    session = bench.session(framing=framing)
    for voltage_v in (120.0, 97.5, 139.99):
        bench.supply.set_source(voltage_v)
        assert session.get(3, "1.0.12.7.0", 2) == axdr.long_unsigned(round(voltage_v * 100))


def test_a_read_shows_the_energy_of_its_instant(loaded, framing):
    loaded.run(6 * 3600)
    session = loaded.session(framing=framing)
    expected_wh = int(loaded.env.now * 600 / 3600)
    assert session.get(3, "1.0.1.8.0", 2) == axdr.double_long_unsigned(expected_wh)
    assert session.get(3, "1.0.15.8.0", 2).value == expected_wh
    assert session.get(3, "1.0.2.8.0", 2).value == 0
    assert session.get(112, CREDIT, 2).value == 100_000 - expected_wh - 1, "exact credit, cut to whole Wh"
    assert session.get(113, "0.0.19.20.0", 2).value == expected_wh


def test_every_attribute_that_the_reader_sees_can_be_read(loaded, framing):
    # the object list says what may be read: hold the meter to it
    session = loaded.session(framing=framing)
    objects = session.get(15, "0.0.40.0.0", 2).python()
    assert len(objects) >= len(loaded.meter.profile.objects)
    read = 0
    for class_id, _version, name, (attributes, _methods) in objects:
        for index, mode, _selectors in attributes:
            if mode in (1, 3):
                session.get(class_id, Obis.from_bytes(name), index)
                read += 1
    assert read > 150


def test_the_public_client_sees_what_the_display_shows_and_nothing_else(loaded, framing):
    session = loaded.session(PUBLIC, framing)
    assert session.get(1, "0.0.42.0.0", 2).value == b"AMB0000000000000"
    assert session.get(1, "0.0.96.1.1", 2).value == "00000000000"
    assert session.get(1, "1.0.0.2.0", 2).value == "0.1.0"
    assert session.get(17, "0.0.41.0.0", 2).python() == [[1, b"AMB0000000000000"]]
    assert session.get(8, "0.0.1.0.0", 2).tag is DataTag.OCTET_STRING
    assert session.get(15, "0.0.40.0.0", 8).value == 2
    assert session.get(3, "1.0.1.8.0", 2).tag is DataTag.DOUBLE_LONG_UNSIGNED
    for class_id, obis in [(3, "1.0.1.7.0"), (112, CREDIT), (7, PROFILE), (70, SWITCH), (115, GATEWAY)]:
        with pytest.raises(AccessRefused, match="read-write-denied"):
            session.get(class_id, obis, 2)
    with pytest.raises(AccessRefused, match="read-write-denied"):
        session.set(
            8, "0.0.1.0.0", 2, axdr.octet_string(CosemDateTime.from_utc(loaded.clock.utc()).to_bytes())
        )
    with pytest.raises(ActionRefused, match="read-write-denied"):
        session.action(70, SWITCH, 1, axdr.integer(0))
    with pytest.raises(ActionRefused, match="read-write-denied"):
        session.action(115, GATEWAY, 1, axdr.octet_string(b"0" * 20))
    assert loaded.parts.switch.relay_closed


def test_the_reader_may_not_write_what_is_only_to_be_read(bench):
    session = bench.session()
    with pytest.raises(AccessRefused, match="read-write-denied"):
        session.set(112, CREDIT, 2, axdr.double_long(1_000_000))
    with pytest.raises(ActionRefused):
        session.action(112, CREDIT, 1, axdr.double_long(1_000_000))
    with pytest.raises(ActionRefused):
        session.action(7, PROFILE, 1, axdr.integer(0))


def test_a_wrong_password_and_an_unknown_client_are_refused(bench):
    for client_sap, lls in ((READER, Lls(b"87654321")), (READER, None), (77, None)):
        client = ClientConnection(client_sap=client_sap, server_sap=1, authentication=lls)
        session = DlmsSession(bench.link(), WrapperClient(client_sap, 1), client)
        session.connect()
        with pytest.raises(AssociationRefused):
            session.associate()


def test_a_token_through_the_gateway(bench, framing):
    session = bench.session(framing=framing)
    digits = bench.credit_token(100)
    session.action(115, GATEWAY, 1, axdr.octet_string(digits.encode()))
    assert bench.parts.switch.relay_closed
    assert session.get(111, "0.0.19.0.0", 5).value == 10_000
    assert session.get(115, GATEWAY, 2).value == digits.encode()
    assert session.get(115, GATEWAY, 4).python() == [b"Accept"]
    assert session.get(115, GATEWAY, 5).value == 0
    assert session.get(115, GATEWAY, 6).python() == [3, "00000001"]
    assert bench.enter(digits).result == "UsedError"
    assert session.get(115, GATEWAY, 4).python() == [b"UsedError"]
    assert session.get(115, GATEWAY, 5).value == 2
    assert session.get(115, GATEWAY, 6).python() == [6, "00001010"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"12345", 4), (b"", 4), (b"\xff" * 20, 4), (b"9" * 20, 4), (b"12345678901234567890", 5)],
)
def test_what_is_no_token_of_this_meter_gives_a_status_not_an_error(bench, raw, status):
    session = bench.session()
    session.action(115, GATEWAY, 1, axdr.octet_string(raw))
    assert session.get(115, GATEWAY, 6).python()[0] == status
    assert bench.credit_nj() == 0


def test_the_account_says_how_it_stands(bench):
    session = bench.session()
    assert session.get(111, "0.0.19.0.0", 2).python() == [2, 2]
    assert session.get(111, "0.0.19.0.0", 4).value == "01000010"
    assert session.get(112, CREDIT, 8).value == 4
    bench.recharge(1000)
    assert session.get(111, "0.0.19.0.0", 4).value == "10000000"
    assert session.get(112, CREDIT, 8).value == 3


def test_the_clock_shows_local_time_and_can_be_set(bench):
    session = bench.session()
    shown = CosemDateTime.from_bytes(session.get(8, "0.0.1.0.0", 2).value)
    assert (shown.hour, shown.minute, shown.deviation_minutes) == (0, 0, 300)
    late = bench.clock.epoch + timedelta(days=1, minutes=10)
    session.set(8, "0.0.1.0.0", 2, axdr.octet_string(CosemDateTime.from_utc(late).to_bytes()))
    bench.run(300)
    assert bench.parts.load_profile.rows[-1].epoch_us % 900_000_000 == 0
    session.action(8, "0.0.1.0.0", 6, axdr.long(-60))
    session.action(8, "0.0.1.0.0", 1, axdr.integer(0))
    assert bench.parts.clock.utc.minute % 15 == 0
    with pytest.raises(AccessRefused):
        session.set(8, "0.0.1.0.0", 2, axdr.octet_string(b"\xff" * 12))
    assert bench.events().count("CLOCK_AFTER_ADJUSTMENT") == 3


def day(bench):
    bench.recharge(1000)
    bench.supply.set_load(10.0)
    bench.run(86_400)
    return bench


def test_a_day_of_profile_comes_in_blocks(bench, framing):
    session = day(bench).session(framing=framing)
    rows = session.get(7, PROFILE, 2).python()
    assert len(rows) == 96
    assert [row[1] for row in rows] == [300 * number for number in range(1, 97)]
    assert {(row[2], row[3]) for row in rows} == {(0, 12_000)}
    assert session.get(7, PROFILE, 7).value == 96
    assert session.get(7, PROFILE, 8).value == 8_640
    assert session.get(7, PROFILE, 4).value == 900
    columns = session.get(7, PROFILE, 3).python()
    assert [Obis.from_bytes(column[1]).groups[2:4] for column in columns] == [
        (1, 0),
        (1, 8),
        (2, 8),
        (12, 7),
        (96, 10),
    ]


def test_selective_access_by_entry_and_by_range(bench):
    session = day(bench).session()
    picked = session.get(7, PROFILE, 2, EntrySelection(3, 5, 1, 2)).python()
    assert [row[1] for row in picked] == [900, 1_200, 1_500]
    assert {len(row) for row in picked} == {2}
    assert len(session.get(7, PROFILE, 2, EntrySelection(90)).python()) == 7

    def at(minutes):
        instant = bench.clock.epoch + timedelta(minutes=minutes)
        return axdr.octet_string(CosemDateTime.from_utc(instant).to_bytes())

    assert [row[1] for row in session.get(7, PROFILE, 2, RangeSelection(CLOCK, at(30), at(60))).python()] == [
        600,
        900,
        1_200,
    ]
    energy = CaptureObject(3, Obis.from_string("1.0.1.8.0"), 2)
    assert session.get(7, PROFILE, 2, RangeSelection(CLOCK, at(30), at(45), (energy,))).python() == [
        [600],
        [900],
    ]
    assert session.get(7, PROFILE, 2, RangeSelection(CLOCK, at(5000), at(6000))).python() == []
    with pytest.raises(AccessRefused):
        session.get(7, PROFILE, 2, RangeSelection(energy, at(0), at(1)))
    stranger = CaptureObject(3, Obis.from_string("1.0.99.8.0"), 2)
    with pytest.raises(AccessRefused):
        session.get(7, PROFILE, 2, RangeSelection(CLOCK, axdr.unsigned(1), at(1)))
    with pytest.raises(AccessRefused):
        session.get(7, PROFILE, 2, RangeSelection(CLOCK, at(0), at(1), (stranger,)))


def test_tamper_and_events_are_read(bench):
    session = bench.session()
    bench.call("cover.open", which="meter")
    assert session.get(1, "0.0.96.20.0", 2).value == 1
    assert session.get(1, "0.0.96.20.5", 2).value == 0
    opened = CosemDateTime.from_bytes(session.get(1, "0.0.96.20.1", 2).value).to_utc()
    assert timedelta(0) <= bench.clock.utc() - opened < timedelta(seconds=1)
    for log, codes in enumerate([[2], [44], [64], [], [], []]):
        assert [row[1] for row in session.get(7, f"0.0.99.98.{log}", 2).python()] == codes
        assert session.get(1, f"0.0.96.11.{log}", 2).value == (codes[-1] if codes else 0)


def test_an_answer_takes_the_time_that_the_meter_thinks(bench):
    session = bench.session()
    before_s = bench.env.now
    session.get(3, "1.0.12.7.0", 2)
    assert bench.env.now - before_s == pytest.approx(bench.meter.profile.ports.response_delay_s)


def test_the_comms_lamp_shines_while_somebody_talks(bench):
    session = bench.session()
    session.get(3, "1.0.12.7.0", 2)
    assert bench.meter.display().lamps.comms
    bench.run(3)
    assert not bench.meter.display().lamps.comms


def test_two_clients_have_an_association_each(bench):
    reader, public = bench.session(READER), bench.session(PUBLIC)
    assert reader.get(112, CREDIT, 2).value == 0
    with pytest.raises(AccessRefused):
        public.get(112, CREDIT, 2)
    assert reader.get(112, CREDIT, 2).value == 0


def test_a_dead_meter_is_silent_and_afterwards_the_association_is_gone(bench, framing):
    session = bench.session(framing=framing)
    bench.meter.power_cut()
    with pytest.raises((NoAnswer, LinkLost)):
        session.get(3, "1.0.12.7.0", 2)
    bench.meter.power_up()
    again = bench.session(framing=framing)
    assert again.get(3, "1.0.12.7.0", 2).value == 12_000


def test_an_answer_under_way_is_lost_with_the_power(bench):
    link = bench.link()
    link.send(bytes.fromhex("000100100001001f601da109060760857405080101be10040e01000000065f1f0400001e1dffff"))
    bench.env.step()
    bench.meter.power_cut()
    bench.meter.power_up()
    assert link.receive(1.0) == b""


def test_the_same_life_gives_the_same_bytes(bench_of, framing):
    def life():
        bench, seen = bench_of(), []
        bench.recharge(300)
        bench.supply.set_load(3.21, -20.0)
        for _ in range(4):
            bench.run(5000)
            session = bench.session(framing=framing)
            seen.append(axdr.encode(session.get(3, "1.0.1.8.0", 2)))
            seen.append(axdr.encode(session.get(7, PROFILE, 2)))
        return seen

    assert life() == life()
