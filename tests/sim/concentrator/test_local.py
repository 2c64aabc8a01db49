"""What somebody who stands before it uses: screen and buttons, USB, optical port, faults (R6.2-09, F8-03)."""

import json

import pytest

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import DlmsSession
from protocols.field.bundle import make_bundle, read_bundle, readings_of
from protocols.field.errors import BundleError, StationControlError
from sim.concentrator.front_panel import BUTTONS, COLUMNS, LINES, MENU

SECRET = b"the shared secret"
HOUR_S = 3600


# ---------------------------------------------------------------- screen


def press(street, *buttons):
    for button in buttons:
        street.concentrator.front_panel.press(button)
    return street.concentrator.front_panel.lines()


@pytest.mark.requirement("R6.2-09")
def test_the_menu_is_walked_with_four_buttons(street):
    assert press(street)[0] == "[Concentrador]"
    assert press(street, "down", "enter")[0] == "[Medidores]"
    assert press(street)[1] == ">Registrados       2"
    assert press(street, "down", "down")[3] == ">Perdidos          0"
    assert press(street, "back")[2] == ">Medidores"
    assert press(street, "back")[0] == "[Concentrador]"


@pytest.mark.requirement("R6.2-09")
def test_every_line_fits_the_screen(street):
    for language in ("es", "en"):
        street.concentrator.language.set(language)
        for branch in range(len(MENU.items)):
            lines = press(street, "enter")
            assert len(lines) == LINES
            assert all(len(line) <= COLUMNS for line in lines)
            for _ in MENU.items[branch].items:
                assert any(line.startswith(">") for line in press(street, "down"))
            press(street, "back", "down")


def test_a_parameter_is_changed_by_its_choices(street):
    assert press(street, "up", "enter")[1] == ">Idioma           es"
    assert press(street, "enter")[1] == "> es"
    assert press(street, "down")[1] == "> en"
    assert press(street, "enter")[0] == "[Settings]"
    assert street.concentrator.language.lang == "en"
    assert press(street, "enter", "up", "back")[1] == ">Language         en"
    press(street, "down", "down", "enter", "up", "enter")
    assert street.concentrator.context.parameters.values()["plan.load.every_minutes"] == "30"
    assert "parameter-changed" in {event.name for event in street.concentrator.events}


def test_a_dead_screen_shows_nothing_and_takes_nothing(street):
    street.concentrator.power_cut()
    assert press(street, "enter") == ("",) * LINES
    with pytest.raises(ValueError, match="no button"):
        street.concentrator.front_panel.press("left")
    assert len(BUTTONS) == 4


# ---------------------------------------------------------------- USB


@pytest.mark.requirement("F8-03")
def test_readings_go_onto_a_stick_and_nothing_is_acknowledged(street):
    street.run(3 * HOUR_S)
    stick = {}
    street.concentrator.usb.insert(stick)
    ((name, data),) = stick.items()
    batches = readings_of(read_bundle(data, "readings", SECRET)).batches
    count = sum(len(batch["rows"]) for batch in batches)
    assert count == street.concentrator.storage.undelivered > 0
    assert name == f"90000001-1-{count}.json"
    street.concentrator.usb.remove()
    assert street.concentrator.usb.export_readings() == ""


@pytest.mark.requirement("F8-03", "R3-01")
def test_what_the_office_has_kept_comes_off_the_next_stick(street):
    street.run(3 * HOUR_S)
    held = street.concentrator.storage.undelivered
    stick = {"acknowledgement-90000001.json": _acknowledgement(3)}
    street.concentrator.usb.insert(stick)
    assert street.concentrator.storage.undelivered == held - 3
    assert f"90000001-4-{held}.json" in stick


def _acknowledgement(through, serial="90000001", secret=SECRET):
    return make_bundle("acknowledgement", serial, 0, {"through": through}, secret)


@pytest.mark.parametrize(
    "content",
    [
        _acknowledgement(3, serial="90000002"),
        _acknowledgement(10**6),
        _acknowledgement(-1),
        _acknowledgement(True),
        _acknowledgement(3, secret=b"another secret"),
        make_bundle("acknowledgement", "90000001", 0, [3], SECRET),
        make_bundle("plans", "90000001", 0, [], SECRET),
    ],
)
def test_a_wrong_acknowledgement_lets_nothing_go(street, content):
    street.run(3 * HOUR_S)
    held = street.concentrator.storage.undelivered
    street.concentrator.usb.insert({"acknowledgement-90000001.json": content})
    assert street.concentrator.storage.undelivered == held > 0
    assert len(street.told("usb-refused")) == 1


@pytest.mark.requirement("F8-03")
def test_plans_come_from_a_stick(street):
    plan = {"name": "load", "task": "profile", "obis": ["1.0.99.1.0"], "every_minutes": 15}
    stick = {"plans.json": make_bundle("plans", "90000001", 0, [plan], SECRET)}
    street.concentrator.usb.insert(stick)
    assert {item.name: item.every_s for item in street.concentrator.collector.plans}["load"] == 900
    names = [event.name for event in street.concentrator.events][-3:]
    assert names == ["plan-changed", "usb-imported", "usb-exported"]


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense",
        make_bundle("plans", "x", 0, [], b"another secret"),
        make_bundle("plans", "x", 0, {"name": "x"}, SECRET),
        make_bundle("plans", "x", 0, [{"name": "x"}], SECRET),
    ],
)
def test_a_bad_stick_changes_nothing_and_is_told(street, content):
    before = street.concentrator.collector.plans
    street.concentrator.usb.insert({"plans.json": content})
    assert street.concentrator.collector.plans == before
    assert street.told("usb-refused") == [""]


def _spoilt(**changes):
    whole = json.loads(make_bundle("plans", "x", 0, [], SECRET)) | changes
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff", "not-a-bundle"),
        (b"[]", "not-a-bundle"),
        (_spoilt(format="other"), "not-a-bundle"),
        (_spoilt(v=2), "not-a-bundle"),
        (_spoilt(kind="readings"), "wrong-kind"),
        (_spoilt(content=[1]), "damaged"),
        (_spoilt(sha256="00"), "damaged"),
        (_spoilt(hmac="é"), "not-signed"),
    ],
)
def test_bundles_are_refused_by_name(data, code):
    with pytest.raises(BundleError) as caught:
        read_bundle(data, "plans", SECRET)
    assert caught.value.code == code


def test_without_a_secret_no_bundle_is_taken():
    with pytest.raises(BundleError):
        read_bundle(make_bundle("plans", "x", 0, [], b""), "plans", b"")


# ---------------------------------------------------------------- optical port


@pytest.mark.requirement("F8-03")
def test_its_own_device_is_read_at_the_optical_port(make_street):
    street = make_street(0, reader_password="a password")
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(b"a password"))
    session = DlmsSession(street.link("optical"), HdlcClient(2, 1), client, response_timeout_s=5.0)
    with session:
        assert session.get(1, "0.0.96.1.0", 2).value == "90000001"
        status = json.loads(session.get(1, "0.0.96.128.0", 2).value)
    assert status["registered"] == 0


# ---------------------------------------------------------------- faults


def test_every_fault_begins_and_ends(street):
    board = street.concentrator.faults
    assert board.names() == (
        "power",
        "uplink-lan",
        "uplink-4g",
        "pause",
        "clock-drift",
        "storage-full",
        "usb-stick",
    )
    for name in board.names():
        board.begin(name)
        street.run(30.0)
        board.end(name)
        street.run(150.0)
    assert street.concentrator.power_cycle.powered
    assert board.active() == ()
    assert street.head_end().ask("status.read")["counts"]["registered"] == 2


def test_faults_by_the_control_channel(street):
    handlers = street.concentrator.control_handlers()
    assert handlers["fault.begin"]({"fault": "uplink-lan", "for_s": 60.0})["active"] == ["uplink-lan"]
    street.run(30.0)
    assert street.concentrator.uplinks.active == "4g"
    street.run(300.0)
    assert street.concentrator.uplinks.active == "lan"
    with pytest.raises(StationControlError):
        handlers["fault.begin"]({"fault": "flood"})


def test_a_paused_concentrator_is_deaf_and_goes_on_afterwards(street):
    head_end = street.head_end()
    street.concentrator.faults.begin("pause")
    with pytest.raises(KeyError):
        head_end.ask("status.read")
    street.run(2 * HOUR_S)
    street.concentrator.faults.end("pause")
    street.run(2 * HOUR_S)
    head_end.collect()
    times = head_end.times("00000001")
    assert times == list(range(times[0], times[0] + 900 * len(times), 900))


def test_who_registered_while_it_was_paused_is_asked_afterwards(street):
    street.concentrator.faults.begin("pause")
    street.add(3)
    street.run(100.0)
    assert street.concentrator.registry.by_serial("00000003") is None
    street.concentrator.faults.end("pause")
    street.run(60.0)
    assert street.concentrator.registry.by_serial("00000003").is_registered


def test_who_comes_back_soon_is_not_asked_again(street):
    house = street.houses[0]
    before = street.concentrator.base.statistics(house.eui48).sent
    for _ in range(3):
        street.medium.cut([house.eui48])
        street.run(400.0)
        street.medium.heal()
        street.run(30.0)
    assert street.told("meter-back") == [house.serial] * 3
    assert street.concentrator.base.statistics(house.eui48).sent == before


@pytest.mark.requirement("R6.2-06")
def test_a_push_of_a_meter_is_told_and_looked_into(street):
    house = street.houses[0]
    record = street.concentrator.registry.by_serial(house.serial)
    before = street.concentrator.statistics.of(house.serial).last_contact_s
    house.node.send(bytes.fromhex("900101" + "0f000000010000"))
    street.run(60.0)
    assert street.told("meter-alarm")[0] == record.serial
    assert street.concentrator.statistics.of(house.serial).last_contact_s != before
    assert [event for event in street.concentrator.events if event.name == "meter-event"]
