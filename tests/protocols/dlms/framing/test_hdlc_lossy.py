"""Client against server over a wire that loses, doubles, spoils and splits: each APDU once, in order."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.dlms.framing import ApduReceived, LinkConnected, LinkDisconnected
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.splitter import FrameSplitter, GoodFrame

#: between two pieces of one burst: shorter than the inter-octet time-out
PIECE_S = 0.01
ROUND_S = 0.02


class LossyWire:
    """A wire with dice: what one side sends reaches the other frame by frame, if it does.

    Args:
        seed: of the dice.
        loss, double, spoil: how likely each is, for every frame.
    """

    def __init__(self, client, server, seed, *, loss=0.0, double=0.0, spoil=0.0):
        self.client, self.server = client, server
        self.dice = random.Random(seed)
        self.loss, self.double, self.spoil = loss, double, spoil
        self.now_s = 0.0
        self.to_server, self.to_client = [], []
        self.sent = {"client": [], "server": []}

    def carry(self, data, sender):
        """The pieces that arrive of what `sender` put on the wire."""
        frames = FrameSplitter().feed(data)
        assert all(isinstance(found, GoodFrame) for found in frames)
        self.sent[sender] += [found.frame for found in frames]
        arriving = b""
        for found in frames:
            copies = 0 if self.dice.random() < self.loss else 1 + (self.dice.random() < self.double)
            for _ in range(copies):
                raw = bytearray(found.raw)
                if self.dice.random() < self.spoil:
                    raw[self.dice.randrange(len(raw))] ^= 1 << self.dice.randrange(8)
                arriving += raw
        cut = sorted(self.dice.sample(range(len(arriving) + 1), min(3, len(arriving))))
        return [arriving[start:end] for start, end in zip([0, *cut], [*cut, len(arriving)], strict=True)]

    def deliver(self, side, data, events):
        for piece in self.carry(data, "client" if side is self.server else "server"):
            self.now_s += PIECE_S
            events += side.receive_data(piece, self.now_s)

    def step(self):
        """One round: whoever has something to say says it; else time passes to the next deadline."""
        up = self.client.data_to_send()
        if up:
            self.deliver(self.server, up, self.to_server)
        self.answer()
        down = self.server.data_to_send()
        if down:
            self.deliver(self.client, down, self.to_client)
        if not up and not down:
            due = [one.next_deadline() for one in (self.client, self.server)]
            self.now_s = max(self.now_s + ROUND_S, min((at for at in due if at is not None), default=0.0))
        self.to_client += self.client.handle_timeout(self.now_s)
        self.to_server += self.server.handle_timeout(self.now_s)

    def answer(self):
        for event in self.to_server:
            if isinstance(event, ApduReceived) and event not in self.answered:
                self.answered.append(event)
                self.server.send_apdu(event.apdu[::-1], client_sap=16, server_sap=1, now_s=self.now_s)

    answered: list[ApduReceived]

    def run(self, apdus, *, rounds=20_000):
        """Connect and ask each of `apdus`; gives what the server and the client got."""
        self.answered = []
        self.client.connect(self.now_s)
        self.until(lambda: any(isinstance(event, LinkConnected) for event in self.to_client), rounds)
        for number, apdu in enumerate(apdus):
            self.client.send_apdu(apdu, client_sap=16, server_sap=1, now_s=self.now_s)
            self.until(lambda wanted=number + 1: len(apdus_of(self.to_client)) >= wanted, rounds)
        return apdus_of(self.to_server), apdus_of(self.to_client)

    def until(self, done, rounds):
        for _ in range(rounds):
            if done():
                return
            assert not any(isinstance(event, LinkDisconnected) for event in self.to_client)
            self.step()
        raise AssertionError("it never came to an end")


def apdus_of(events):
    return [event.apdu for event in events if isinstance(event, ApduReceived)]


def numbered(sizes):
    """APDUs that all differ, so that one delivered twice cannot hide."""
    return [
        bytes([number + 1]) + bytes(range(256)) * (size // 256) + bytes(size % 256)
        for number, size in enumerate(sizes)
    ]


def pair(info, window, *, server_info=None, server_window=None, form=1):
    client = HdlcClient(max_info=info, window=window, address_bytes=form, response_timeout_s=1.0, retries=500)
    return client, HdlcServer(
        max_info=server_info or info, window=server_window or window, inactivity_timeout_s=0
    )


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    info=st.integers(4, 300),
    server_info=st.integers(4, 300),
    window=st.integers(1, 7),
    server_window=st.integers(1, 7),
    form=st.sampled_from([1, 2, 4]),
    sizes=st.lists(st.integers(0, 700), min_size=1, max_size=4),
    loss=st.floats(0, 0.3),
    double=st.floats(0, 0.3),
    spoil=st.floats(0, 0.2),
)
def test_every_apdu_arrives_once_and_in_order(
    seed, info, server_info, window, server_window, form, sizes, loss, double, spoil
):
    client, server = pair(info, window, server_info=server_info, server_window=server_window, form=form)
    wire = LossyWire(client, server, seed, loss=loss, double=double, spoil=spoil)
    apdus = numbered(sizes)
    at_server, at_client = wire.run(apdus)
    assert at_server == apdus
    assert at_client == [apdu[::-1] for apdu in apdus]


@pytest.mark.parametrize("window", range(1, 8))
@pytest.mark.parametrize("info", [4, 5, 31, 128, 2030])
def test_every_window_and_size_on_a_bad_wire(window, info):
    wire = LossyWire(*pair(info, window), seed=window * 10_000 + info, loss=0.15, double=0.15, spoil=0.1)
    apdus = numbered([0, 1, info, 7 * info + 1 if info < 1000 else 5000, 40])
    assert wire.run(apdus) == (apdus, [apdu[::-1] for apdu in apdus])


@settings(max_examples=40, deadline=None)
@given(window=st.integers(1, 7), info=st.integers(4, 64), size=st.integers(0, 900))
def test_neither_side_ever_has_more_on_the_way_than_the_window(window, info, size):
    wire = LossyWire(*pair(info, window), seed=1)
    wire.run(numbered([size, size]))
    for frames in wire.sent.values():
        run = 0
        for frame in frames:
            run = run + 1 if frame.kind is Kind.I else 0
            assert run <= window
            assert len(frame.information) <= info or frame.kind in (Kind.SNRM, Kind.UA)
            if frame.control.poll_final:
                run = 0
            assert run < window or window == 1


@pytest.mark.parametrize("window", [1, 3, 7])
def test_a_perfect_wire_carries_nothing_twice(window):
    wire = LossyWire(*pair(32, window), seed=1)
    apdu = numbered([320])
    wire.run(apdu)
    for side in ("client", "server"):
        informations = [frame.information for frame in wire.sent[side] if frame.kind is Kind.I]
        assert len(b"".join(informations)) == len(apdu[0]) + 3
