"""Client and server together: segmentation both ways, windows, lost and damaged frames."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.framing import ApduReceived, LinkConnected, LinkDisconnected
from protocols.dlms.hdlc import HdlcClient, HdlcServer

sizes = st.integers(4, 200)
windows = st.integers(1, 7)


@settings(max_examples=60)
@given(
    sizes,
    windows,
    sizes,
    windows,
    st.sampled_from([1, 2, 4]),
    st.lists(st.binary(min_size=1, max_size=700), max_size=4),
)
def test_apdus_survive_segmentation_both_ways(
    wire, client_info, client_window, server_info, server_window, form, apdus
):
    client = HdlcClient(max_info=client_info, window=client_window, address_bytes=form)
    pair = wire(client, HdlcServer(max_info=server_info, window=server_window))
    client.connect(0.0)
    pair.pump()
    for apdu in apdus:
        assert pair.request(apdu) == [apdu[::-1]]
    assert pair.delivered() == apdus
    client.disconnect(0.0)
    pair.pump()
    assert isinstance(pair.client_events[-1], LinkDisconnected)


@pytest.mark.parametrize("seed", range(40))
def test_lost_and_damaged_frames_are_repaired(wire, seed):
    """Whatever the wire does, nothing is delivered twice or wrong; with enough retries everything arrives."""
    dice = random.Random(seed)

    def spoil(data):
        what = dice.random()
        if what < 0.15:
            return b""
        if what < 0.3:
            spoiled = bytearray(data)
            spoiled[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            return bytes(spoiled)
        return data

    client = HdlcClient(max_info=32, window=1 + seed % 3, response_timeout_s=1.0, retries=50)
    pair = wire(client, HdlcServer(max_info=32, window=3))
    client.connect(0.0)
    pair.pump()
    assert isinstance(pair.client_events[-1], LinkConnected)
    pair.spoil_up = pair.spoil_down = spoil
    apdus = [bytes(dice.randrange(256) for _ in range(150)) for _ in range(5)]
    for number, apdu in enumerate(apdus):
        client.send_apdu(apdu, client_sap=16, server_sap=1, now_s=pair.now_s)
        pair.wait(pair.now_s + 100)
        got = [event.apdu for event in pair.client_events if isinstance(event, ApduReceived)]
        assert got == [one[::-1] for one in apdus[: number + 1]]
    assert pair.delivered() == apdus


def test_a_dead_wire_ends_the_link_and_a_new_connection_works(wire):
    pair = wire(HdlcClient(response_timeout_s=1.0, retries=1), HdlcServer())
    pair.client.connect(0.0)
    pair.pump()
    pair.spoil_up = lambda data: b""
    pair.client.send_apdu(b"x", client_sap=16, server_sap=1, now_s=0.0)
    pair.wait(10.0)
    assert pair.client_events[-1] == LinkDisconnected(16, 1, "timeout")
    pair.spoil_up = lambda data: data
    pair.client.connect(10.0)
    pair.pump()
    assert pair.request(b"again") == [b"niaga"]


def test_a_server_that_needs_time_answers_a_later_poll(wire):
    waiting = []
    pair = wire(HdlcClient(), HdlcServer(), answer=lambda apdu: waiting.append(apdu))
    pair.client.connect(0.0)
    pair.pump()
    assert pair.request(b"slow") == []
    pair.server.send_apdu(b"at last", client_sap=16, server_sap=1, now_s=0.0)
    pair.wait(1.0)
    assert ApduReceived(b"at last", 16, 1) in pair.client_events


@given(st.lists(st.binary(max_size=30), max_size=10))
def test_a_client_never_raises(pieces):
    client = HdlcClient()
    client.connect(0.0)
    for number, piece in enumerate(pieces):
        client.receive_data(piece, float(number))
        client.data_to_send()
        client.handle_timeout(number + 0.5)
