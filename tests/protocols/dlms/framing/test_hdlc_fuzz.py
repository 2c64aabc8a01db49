"""Noise and mutated traffic: nothing raises, memory stays bounded, the next good frame is answered."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import vectors
from protocols.dlms.errors import FrameError
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.hdlc import frame as frames
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import MAX_LENGTH, Frame, HdlcAddress, decode_frame
from protocols.dlms.hdlc.splitter import FrameSplitter
from protocols.dlms.reader import Trace

CLIENT, SERVER = HdlcAddress(16), HdlcAddress(1)
addresses = st.one_of(
    st.builds(HdlcAddress, st.integers(0, 127)),
    st.builds(HdlcAddress, st.integers(0, 127), st.integers(0, 127), st.just(2)),
    st.builds(HdlcAddress, st.integers(0, 16383), st.integers(0, 16383), st.just(4)),
)
good_frames = st.builds(
    Frame,
    addresses,
    st.builds(HdlcAddress, st.integers(0, 127)),
    st.integers(0, 255).map(Control.from_byte),
    st.binary(max_size=60),
    st.booleans(),
)


@st.composite
def mutated(draw):
    """A good frame with some octets turned, cut out, doubled or put in."""
    raw = bytearray(draw(good_frames).to_bytes())
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, max(0, len(raw) - 1)))
        how = draw(st.sampled_from(["turn", "cut", "double", "insert"]))
        if how == "insert" or not raw:
            raw.insert(place, draw(st.integers(0, 255)))
        elif how == "turn":
            raw[place] = draw(st.integers(0, 255))
        elif how == "cut":
            del raw[place : place + draw(st.integers(1, 5))]
        else:
            raw[place:place] = raw[place : place + 6]
    return bytes(raw)


def captured_frames():
    """Octets of the recorded pushes in HDLC."""
    captures = json.loads(vectors.path("dlms_captures.json").read_text(encoding="utf-8"))["captures"]
    pushes = [item["hex"] for item in captures if item["layer"] == "hdlc" and "hex" in item]
    return [bytes.fromhex("".join(push)) for push in pushes]


def outcome(decode):
    try:
        return decode()
    except FrameError as error:
        return (error.fault, str(error), error.position)


@settings(max_examples=400)
@given(good_frames | mutated())
def test_the_quick_way_and_the_explained_way_agree(either):
    raw = either if isinstance(either, bytes) else either.to_bytes()
    assert outcome(lambda: decode_frame(raw)) == outcome(lambda: decode_frame(raw, Trace()))


def test_a_good_frame_takes_the_quick_way():
    raw = Frame(HdlcAddress(1, 17, 4), CLIENT, Control(Kind.I), b"information").to_bytes()
    assert frames._quick_frame(raw) == decode_frame(raw, Trace())


@settings(max_examples=300)
@given(st.lists(mutated() | st.binary(max_size=80), max_size=12), st.booleans(), st.data())
def test_a_server_outlives_anything_and_answers_the_next_good_frame(pieces, tolerant, data):
    server = HdlcServer(tolerant=tolerant, max_info=60, window=3)
    now_s = 0.0
    for piece in pieces:
        now_s += data.draw(st.sampled_from([0.0, 0.01, 0.6]))
        server.receive_data(piece, now_s)
        server.data_to_send()
        server.handle_timeout(now_s)
    assert len(server._splitter._buffer) <= MAX_LENGTH + 2
    now_s += 1.0  # the inter-octet time-out: whatever is half there goes
    server.handle_timeout(now_s)
    server.receive_data(Frame(SERVER, CLIENT, Control(Kind.SNRM)).to_bytes(), now_s)
    (answer,) = FrameSplitter().feed(server.data_to_send())
    assert answer.frame.kind is Kind.UA


@settings(max_examples=300)
@given(st.lists(mutated() | st.binary(max_size=80), max_size=12), st.booleans())
def test_a_client_outlives_anything_and_connects_again(pieces, tolerant):
    client = HdlcClient(address_bytes=1, tolerant=tolerant)
    client.connect(0.0)
    for number, piece in enumerate(pieces):
        client.receive_data(piece, float(number))
        client.data_to_send()
        client.handle_timeout(number + 0.5)
    now_s = 1000.0
    client.receive_data(b"", now_s)
    client.disconnect(now_s)
    client.receive_data(Frame(CLIENT, SERVER, Control(Kind.UA)).to_bytes(), now_s)
    client.data_to_send()
    client.connect(now_s)
    (snrm,) = FrameSplitter().feed(client.data_to_send())
    assert snrm.frame.kind is Kind.SNRM


@pytest.mark.parametrize("seed", range(10))
def test_real_traffic_with_turned_bits_never_raises_and_memory_stays_small(seed):
    dice, traffic = random.Random(seed), captured_frames()
    assert len(traffic) > 10
    server, client = HdlcServer(tolerant=True), HdlcClient(address_bytes=1, client_sap=103, tolerant=True)
    for number in range(40):
        for raw in traffic:
            spoiled = bytearray(raw)
            for _ in range(dice.randrange(4)):
                spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
            for station in (server, client):
                station.receive_data(bytes(spoiled), number * 0.1)
                station.data_to_send()
                assert len(station._splitter._buffer) <= MAX_LENGTH + 2
                assert len(station._unnumbered._partial) <= 8


def test_segments_without_end_do_not_grow():
    server = HdlcServer()
    server.receive_data(Frame(SERVER, CLIENT, Control(Kind.SNRM)).to_bytes(), 0.0)
    server.data_to_send()
    for number in range(2000):
        control = Control(Kind.I, True, 0, number % 8)
        server.receive_data(Frame(SERVER, CLIENT, control, bytes(128), True).to_bytes(), 0.0)
        server.data_to_send()
    (link,) = server._links.values()
    assert len(link.transfer._incoming) <= 70_000
