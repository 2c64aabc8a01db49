"""Strict and tolerant: every row of the table of faults, met by both kinds of station."""

import pytest

from protocols.dlms.framing import ApduReceived, FrameRejected, LinkConnected, ToleratedFault
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.hdlc.control import Control
from protocols.dlms.hdlc.frame import Frame, HdlcAddress
from protocols.dlms.hdlc.station import TOLERANCES

CLIENT, SERVER = HdlcAddress(16), HdlcAddress(1)
UP, DOWN = bytes.fromhex("e6e600"), bytes.fromhex("e6e700")
#: parameters whose group says that it is longer than it is
TORN = bytes.fromhex("818009")
#: information fields of 248 and 240 octets
MORE = bytes.fromhex("8180120501f80601f0070400000001080400000001")


def down(octet, information=b"", *, to=CLIENT, source=SERVER):
    return Frame(to, source, Control.from_byte(octet), information).to_bytes()


def up(octet, information=b""):
    return Frame(SERVER, CLIENT, Control.from_byte(octet), information).to_bytes()


#: name -> (role, the station is connected first, what comes, what a tolerant station makes of it)
FAULTS = {
    "own-echo": ("client", True, up(0x10, UP + b"?"), None),
    "idle-fill": ("client", True, b"\xff\xff\x00\xff" + down(0x30, DOWN + b"!"), ApduReceived),
    "client-address-size": (
        "client",
        False,
        down(0x13, DOWN + b"push", to=HdlcAddress(16, 127, 2)),
        ApduReceived,
    ),
    "address-form": ("client", True, down(0x30, DOWN + b"!", source=HdlcAddress(1, 17, 2)), ApduReceived),
    "llc-missing": ("client", False, down(0x13, b"bare"), ApduReceived),
    "llc-reversed": ("client", True, down(0x30, UP + b"!"), ApduReceived),
    "final-missing": ("client", None, down(0x63), LinkConnected),
    "ua-exceeds-proposal": ("client", None, down(0x73, MORE), LinkConnected),
    "bad-parameters": ("server", False, up(0x93, TORN), LinkConnected),
    "information-too-long": ("client", True, down(0x30, DOWN + bytes(200)), ApduReceived),
    "information-not-permitted": ("server", True, up(0x11, b"what"), None),
}


def station(role, connected, *, tolerant):
    """A station; `connected` None is a client that has asked for the link."""
    if role == "server":
        server = HdlcServer(tolerant=tolerant)
        if connected:
            server.receive_data(up(0x93), 0.0)
            server.data_to_send()
        return server
    client = HdlcClient(address_bytes=1, tolerant=tolerant)
    if connected is not False:
        client.connect(0.0)
    if connected:
        client.receive_data(down(0x73), 0.0)
        client.send_apdu(b"?", client_sap=16, server_sap=1, now_s=0.0)
    client.data_to_send()
    return client


def test_every_row_has_its_case():
    assert set(FAULTS) == set(TOLERANCES)
    for name, row in TOLERANCES.items():
        assert row.name == name
        assert row.role in ("both", FAULTS[name][0])
        assert all((row.fault, row.strict, row.tolerant))


@pytest.mark.parametrize("name", TOLERANCES)
def test_the_tolerant_record_it_and_go_on(name):
    role, connected, raw, outcome = FAULTS[name]
    events = station(role, connected, tolerant=True).receive_data(raw, 0.1)
    assert [event.name for event in events if isinstance(event, ToleratedFault)] == [name]
    others = [type(event) for event in events if not isinstance(event, ToleratedFault)]
    assert others == ([outcome] if outcome else [])


@pytest.mark.parametrize("name", sorted(set(TOLERANCES) - {"idle-fill", "ua-exceeds-proposal"}))
def test_the_strict_drop_it(name):
    role, connected, raw, _ = FAULTS[name]
    events = station(role, connected, tolerant=False).receive_data(raw, 0.1)
    assert [type(event) for event in events] == [FrameRejected]


def test_the_strict_name_idle_octets_as_they_would_a_bad_frame():
    role, connected, raw, _ = FAULTS["idle-fill"]
    rejected, taken = station(role, connected, tolerant=False).receive_data(raw, 0.1)
    assert rejected.reason.startswith("bad-format-type")
    assert taken == ApduReceived(b"!", 16, 1)


def test_a_strict_server_answers_information_where_none_may_be_with_frmr():
    server = station("server", True, tolerant=False)
    server.receive_data(up(0x11, b"what"), 0.0)
    assert Control.from_byte(server.data_to_send()[5]).kind.value == "FRMR"


@pytest.mark.parametrize("side", ["client", "server"])
def test_ua_with_torn_parameters_is_the_clients_case_too(side):
    raw = {"client": down(0x73, TORN), "server": up(0x93, TORN)}[side]
    found = station(side, None if side == "client" else False, tolerant=True)
    assert [type(event) for event in found.receive_data(raw, 0.0)][-1] is LinkConnected


def test_an_llc_alone_is_no_apdu():
    for tolerant in (False, True):
        (event,) = station("client", True, tolerant=tolerant).receive_data(down(0x30, DOWN), 0.0)
        assert event.reason.startswith("empty-apdu")
