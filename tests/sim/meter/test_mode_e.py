"""The optical port: opened at 300 baud as IEC 62056-21 says, then DLMS over HDLC at 9600."""

import pytest

from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.framing import FrameRejected
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.mode_e import Identification, ModeEClient, ModeEError, open_mode_e
from protocols.dlms.mode_e.client import HasSpeed
from protocols.dlms.session import DlmsSession
from sim.meter.communication.ports import OPTICAL


def session(bench, link):
    return DlmsSession(link, HdlcClient(16, 1), ClientConnection(client_sap=16, server_sap=1))


def test_the_meter_says_its_name_through_the_optical_head(bench):
    link, port = bench.link(OPTICAL), bench.meter.ports[OPTICAL]
    assert port.baud == 300
    began_s = link.now_s()
    opened = open_mode_e(link)
    assert opened.identification == Identification("AMb", "5", True, "PPKW")
    assert (opened.baud, port.baud) == (9600, 9600)
    # three messages of 5, 13 and 6 octets, and the confirmation, take their time at 300 baud
    assert link.now_s() - began_s > 30 * 10 / 300
    with session(bench, link) as dlms:
        assert dlms.get(1, "0.0.42.0.0", 2).value == bench.meter.profile.logical_device_name.encode()


def test_after_silence_the_meter_listens_at_300_baud_again(bench):
    link, port = bench.link(OPTICAL), bench.meter.ports[OPTICAL]
    open_mode_e(link)
    with session(bench, link):
        pass
    bench.run(61)
    assert port.baud == 300
    assert open_mode_e(link, ModeEClient(max_baud=2400)).baud == port.baud == 2400


def test_a_power_cut_falls_back(bench):
    link, port = bench.link(OPTICAL), bench.meter.ports[OPTICAL]
    open_mode_e(link)
    bench.meter.power_cut()
    assert port.baud == 300
    bench.meter.power_up()
    assert open_mode_e(link).baud == 9600


def test_a_port_without_the_opening_is_named(bench):
    faults: list[FrameRejected] = []
    with pytest.raises(ModeEError, match="no-identification"):
        open_mode_e(bench.link("hdlc"), ModeEClient(retries=0), faults)
    assert faults == []


def test_the_line_is_set_to_300_baud_first(bench):
    class Line:
        """A link with a speed of its own."""

        def __init__(self, link):
            self.send, self.receive, self.now_s = link.send, link.receive, link.now_s
            self.speeds = []

        def set_speed(self, baud):
            self.speeds.append(baud)

    line = Line(bench.link(OPTICAL))
    assert isinstance(line, HasSpeed)
    open_mode_e(line)
    assert line.speeds == [300, 9600]
