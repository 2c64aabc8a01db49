"""The opening of IEC 62056-21, both sides: messages, the two machines against each other, what goes wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.errors import DecodeError, DlmsValueError, LocalProtocolError
from protocols.dlms.framing import FrameRejected, LinkConnected, SpeedChanged, ToleratedFault
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.mode_e import Identification, ModeEClient, ModeEServer, Opened, OpeningFailed
from protocols.dlms.mode_e.messages import (
    BAUD_OF_LETTER,
    CLIENT,
    SERVER,
    ListeningState,
    OpeningState,
    OptionSelect,
    Request,
    with_parity,
    without_parity,
)

WHO = Identification("AMB", "5", True, "PPKW")


# ---------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"/ISK5\\2MT382-1000\r\n", Identification("ISK", "5", True, "MT382-1000")),
        (b"/SIE5 TD3511\r\n", Identification("SIE", "5", False, " TD3511")),
        (b"/LGz4\\2ZMD\r\n", Identification("LGz", "4", True, "ZMD")),
        (b"/EMH@01\r\n", Identification("EMH", "@", False, "01")),
    ],
)
def test_identifications(line, expected):
    assert Identification.from_line(line) == expected
    assert expected.to_bytes() == line


def test_speeds_and_reaction_times():
    assert [Identification("AMB", letter, True, "").baud for letter in "0569A"] == [
        300,
        9600,
        19_200,
        300,
        300,
    ]
    assert Identification("AMB", "5", True, "").reaction_time_s == 0.2
    assert Identification("AMb", "5", True, "").reaction_time_s == 0.02


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"/\r\n",
        b"/AM5\r\n",
        b"AMB5\r\n",
        b"/AMB5",
        b"/AMB5" + b"x" * 17 + b"\r\n",
        b"/AMB5\xff\r\n",
        b"/AMB5\x01\r\n",
    ],
)
def test_what_is_no_identification(line):
    with pytest.raises(DecodeError):
        Identification.from_line(line)


@pytest.mark.parametrize(
    "line", [b"/?\r\n", b"?!\r\n", b"/?" + b"1" * 33 + b"!\r\n", b"/?a-b!\r\n", b"/?\xff!\r\n"]
)
def test_what_is_no_request(line):
    with pytest.raises(DecodeError):
        Request.from_line(line)
    assert Request.from_line(b"/?00012!\r\n").address == "00012"


@pytest.mark.parametrize("line", [b"\x06252", b"0252\r\n", b"\x062x2\r\n", b"\x06292\r\n"])
def test_what_is_no_option_select(line):
    with pytest.raises(DecodeError):
        OptionSelect.from_line(line)


@given(st.binary(max_size=40).map(lambda raw: bytes(octet & 0x7F for octet in raw)))
def test_parity_is_even_and_comes_off(text):
    octets = with_parity(text)
    assert all(octet.bit_count() % 2 == 0 for octet in octets)
    assert without_parity(octets) == (text, True)


# ---------------------------------------------------------------- both sides


class Line:
    """Client and device, and the speed that each believes in: octets at the wrong one are noise."""

    def __init__(self, client, server, *, echo=False):
        self.client, self.server, self.echo = client, server, echo
        self.speeds = {"client": 300, "server": 300}
        self.now_s = 0.0
        self.seen = []

    def take(self, side, events):
        for event in events:
            self.seen.append((side, event))
            if isinstance(event, SpeedChanged):
                self.speeds[side] = event.baud

    def run(self, until_s):
        while self.now_s < until_s:
            up = self.client.data_to_send()
            if up and self.echo:
                self.take("client", self.client.receive_data(up, self.now_s))
            if up and self.speeds["client"] == self.speeds["server"]:
                before = self.speeds["server"]
                self.take("server", self.server.receive_data(up, self.now_s))
                down = self.server.data_to_send()
                if down and before == self.speeds["client"]:
                    self.take("client", self.client.receive_data(down, self.now_s))
            due = [
                one for one in (self.client.next_deadline(), self.server.next_deadline()) if one is not None
            ]
            self.now_s = max(self.now_s + 0.01, min([*due, until_s]))
            self.take("client", self.client.handle_timeout(self.now_s))
            self.take("server", self.server.handle_timeout(self.now_s))

    def kinds(self, side):
        return [type(event) for who, event in self.seen if who == side]


@pytest.mark.parametrize("parity", [True, False])
@pytest.mark.parametrize("most", sorted(BAUD_OF_LETTER.values()))
def test_from_300_baud_to_hdlc_at_the_fastest_common_speed(most, parity):
    client = ModeEClient(max_baud=most, parity=parity)
    line = Line(client, ModeEServer(HdlcServer(), WHO, parity=parity))
    client.open(0.0)
    line.run(3.0)
    agreed = min(most, 9600)
    assert line.seen[-1] == ("client", Opened(WHO, agreed))
    assert line.speeds == {"client": agreed, "server": agreed}
    line.client = HdlcClient()
    line.client.connect(line.now_s)
    line.run(line.now_s + 1)
    assert line.kinds("client")[-1] is LinkConnected


def test_the_device_waits_for_its_reaction_time():
    client = ModeEClient(parity=False)
    client.open(0.0)
    client.data_to_send()
    client.receive_data(WHO.to_bytes(), 1.0)
    assert (client.data_to_send(), client.next_deadline()) == (b"", 1.2)
    client.handle_timeout(1.2)
    assert client.data_to_send() == b"\x06252\r\n"


def test_silence_is_asked_again_and_given_up():
    client = ModeEClient(retries=2, response_timeout_s=1.0, parity=False)
    client.open(0.0)
    for at_s in (1.0, 2.0):
        assert client.data_to_send() == b"/?!\r\n"
        assert client.handle_timeout(at_s) == []
    assert client.data_to_send() == b"/?!\r\n"
    assert client.handle_timeout(3.0) == [OpeningFailed("no-identification")]
    assert client.next_deadline() is None
    client.open(4.0)
    assert client.data_to_send() == b"/?!\r\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"/SIE5 TD3511\r\n", "no-hdlc"),
        (b"/A1B5\\2x\r\n", "bad-identification"),
    ],
)
def test_devices_without_hdlc_are_told_by_name(line, reason):
    client = ModeEClient(parity=False)
    client.open(0.0)
    assert client.receive_data(line, 0.1)[-1].reason == reason


def test_without_confirmation_only_the_tolerant_go_on():
    for tolerant, last in ((False, OpeningFailed("not-confirmed", WHO)), (True, Opened(WHO, 9600))):
        client = ModeEClient(parity=False, tolerant=tolerant, response_timeout_s=1.0)
        client.open(0.0)
        client.receive_data(WHO.to_bytes(), 0.1)
        client.handle_timeout(0.5)
        client.data_to_send()
        events = client.handle_timeout(1.5)
        assert events[-1] == last
        assert [event.name for event in events if isinstance(event, ToleratedFault)] == [
            "mode-e-not-confirmed"
        ] * tolerant


def test_a_confirmation_of_something_else_fails():
    client = ModeEClient(parity=False)
    client.open(0.0)
    client.receive_data(WHO.to_bytes(), 0.1)
    client.handle_timeout(0.3)
    assert client.receive_data(b"\x06242\r\n", 0.4) == [OpeningFailed("wrong-confirmation", WHO)]
    assert client.receive_data(b"\x06252\r\n", 0.5) == []


def test_an_optical_head_that_echoes_is_no_obstacle():
    client = ModeEClient()
    line = Line(client, ModeEServer(HdlcServer(), WHO), echo=True)
    client.open(0.0)
    line.run(3.0)
    assert ("client", Opened(WHO, 9600)) in line.seen
    assert [event.name for _, event in line.seen if isinstance(event, ToleratedFault)] == ["own-echo"]


@pytest.mark.parametrize(("asked", "answered"), [("", True), ("42", True), ("0042", True), ("43", False)])
def test_a_device_answers_to_its_own_address(asked, answered):
    server = ModeEServer(HdlcServer(), WHO, "00000042", parity=False)
    server.receive_data(Request(asked).to_bytes(), 0.0)
    assert (server.data_to_send() == WHO.to_bytes()) is answered


@pytest.mark.parametrize(
    "option", [OptionSelect("5", "0", "0"), OptionSelect("6"), OptionSelect("5", "2", "1")]
)
def test_other_options_end_in_the_read_out_or_in_silence(option):
    for read_out in (None, lambda: ["1.8.0(000123.4*kWh)"]):
        server = ModeEServer(HdlcServer(), WHO, parity=False, read_out=read_out)
        server.receive_data(b"/?!\r\n", 0.0)
        server.data_to_send()
        assert server.receive_data(option.to_bytes(), 0.3) == []
        assert (server.data_to_send()[:1] == b"\x02") is (read_out is not None)
        assert server.state is ListeningState.LISTENING


def test_who_selects_nothing_gets_the_read_out_at_300_baud():
    server = ModeEServer(HdlcServer(), WHO, parity=False, read_out=lambda: ["C.1.0(1)"])
    server.receive_data(b"/?!\r\n", 0.0)
    server.data_to_send()
    assert server.handle_timeout(2.0) == []
    assert server.data_to_send()[:1] == b"\x02"
    assert server.next_deadline() is None


def test_the_speed_stays_while_a_link_is_up_and_falls_back_after():
    server = ModeEServer(HdlcServer(inactivity_timeout_s=100), WHO, parity=False, fall_back_s=10)
    server.receive_data(b"/?!\r\n\x06252\r\n", 0.0)
    client = HdlcClient()
    client.connect(1.0)
    server.receive_data(client.data_to_send(), 1.0)
    server.data_to_send()
    assert server.next_deadline() == 101.0
    server.handle_timeout(50.0)
    assert server.state is ListeningState.HDLC
    server.handle_timeout(101.0)
    assert server.next_deadline() == 111.0
    server.handle_timeout(111.0)
    assert server.state is ListeningState.LISTENING


def test_a_power_cut_listens_again():
    server = ModeEServer(HdlcServer(), WHO, parity=False)
    server.receive_data(b"/?!\r\n\x06252\r\n", 0.0)
    server.disconnect(1.0)
    assert server.state is ListeningState.LISTENING
    with pytest.raises(LocalProtocolError):
        server.connect(1.0)


def test_what_a_caller_may_not_do():
    with pytest.raises(LocalProtocolError):
        ModeEClient(max_baud=1234)
    with pytest.raises(DlmsValueError):
        ModeEClient("ä")
    client = ModeEClient()
    client.open(0.0)
    with pytest.raises(LocalProtocolError):
        client.open(0.0)


def test_wrong_parity_is_dropped_by_name():
    server = ModeEServer(HdlcServer(), WHO)
    (event,) = server.receive_data(b"/?!\r\n", 0.0)
    assert isinstance(event, FrameRejected)
    assert event.reason.startswith("bad-parity")
    server.receive_data(with_parity(b"/?!\r\n"), 0.1)
    assert without_parity(server.data_to_send()) == (WHO.to_bytes(), True)


# ---------------------------------------------------------------- noise


@settings(max_examples=200)
@given(
    st.lists(
        st.binary(max_size=90) | st.sampled_from([b"/", b"\x06", b"\r\n", b"/?!\r", b"/AMB5\\2x\r\n"]),
        max_size=12,
    )
)
def test_noise_never_raises_and_the_next_request_is_answered(pieces):
    client = ModeEClient(parity=False)
    client.open(0.0)
    server = ModeEServer(HdlcServer(), WHO, parity=False, fall_back_s=5.0)
    for number, piece in enumerate(pieces):
        for side in (client, server):
            side.receive_data(piece, float(number))
            side.data_to_send()
            side.handle_timeout(number + 0.5)
            assert len(side._lines._buffer) <= 64
    server.receive_data(b"\r\n", 1000.0)
    server.handle_timeout(2000.0)
    server.data_to_send()
    server.receive_data(b"\r\n/?!\r\n", 2001.0)
    assert server.data_to_send().endswith(WHO.to_bytes())


def test_every_row_of_the_tables_names_a_method():
    for rows in CLIENT.values():
        for action, following in rows.values():
            assert callable(getattr(ModeEClient, action))
            assert isinstance(following, OpeningState)
    for rows in SERVER.values():
        for action, following in rows.values():
            assert callable(getattr(ModeEServer, action))
            assert isinstance(following, ListeningState)
