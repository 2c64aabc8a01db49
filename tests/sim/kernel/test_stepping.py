"""A world owned by the caller: links into it keep the contract, and time passes only when somebody waits."""

import pytest

from links.base import Link
from links.testing import check_link
from sim.kernel.ports import Port
from sim.kernel.timing import FieldEnvironment
from sim.kernel.virtual_time import INBOX_BYTES_MAX, SimLink, advance


class Relay:
    """A session that hands everything to the next one: two of them make a cable between two ports."""

    def __init__(self, write) -> None:
        self.write = write
        self.other: Relay | None = None

    def receive(self, data: bytes) -> None:
        if self.other:
            self.other.write(data)

    def closed(self) -> None:
        pass


def cable() -> tuple[Link, Link]:
    env = FieldEnvironment()
    ends: list[Relay] = []

    def open_session(write) -> Relay:
        ends.append(Relay(write))
        return ends[-1]

    near, far = (SimLink(env, Port(env, name, open_session), f"sim://{name}") for name in ("near", "far"))
    ends[0].other, ends[1].other = ends[1], ends[0]
    return near, far


def test_a_link_into_the_world_keeps_the_contract():
    check_link(cable, notices_peer=False)


def test_an_answer_takes_exactly_its_device_time(env: FieldEnvironment, port: Port):
    with SimLink(env, port, "sim://echo") as link:
        link.send(b"hello\n")
        assert link.now_s() == 0.0
        assert link.receive(10.0) == b"HELLO\n"
        assert link.now_s() == 0.5


def test_an_impatient_reader_gets_it_later(env: FieldEnvironment, port: Port):
    with SimLink(env, port, "sim://echo") as link:
        link.send(b"hello\n")
        assert link.receive(0.2) == b""
        assert link.now_s() == pytest.approx(0.2)
        assert link.receive(0.3) == b"HELLO\n"


def test_waiting_in_an_empty_world_passes_its_time(env: FieldEnvironment, port: Port):
    with SimLink(env, port, "sim://echo") as link:
        assert link.receive(3600.0) == b""
        assert link.now_s() == 3600.0


def test_each_link_has_its_own_session(env: FieldEnvironment, port: Port, seen: list[str]):
    with SimLink(env, port, "a") as first, SimLink(env, port, "b") as second:
        first.send(b"half")
        second.send(b"whole\n")
        assert second.receive(1) == b"WHOLE\n"
        assert port.attached_count == 2
        first.send(b" line\n")
        assert first.receive(1) == b"HALF LINE\n"
    assert seen == ["attached", "attached", "whole", "half line", "closed", "closed"]
    assert port.attached_count == 0


def test_what_a_device_says_to_a_link_that_left_is_lost(env: FieldEnvironment, port: Port, seen: list[str]):
    arrived: list[bytes] = []
    attachment = port.attach(arrived.append)
    attachment.send(b"hello\n")
    advance(env, 0.1)
    attachment.detach()
    attachment.detach()
    attachment.send(b"again\n")
    advance(env, 5.0)
    assert (seen, arrived) == (["attached", "hello", "closed"], [])


def test_a_paused_device_hears_and_says_nothing(env: FieldEnvironment, port: Port, seen: list[str]):
    with SimLink(env, port, "a") as link:
        link.send(b"before\n")
        advance(env, 0.1)
        port.paused = True
        link.send(b"during\n")
        assert link.receive(5.0) == b""
        port.paused = False
        link.send(b"after\n")
        assert link.receive(5.0) == b"AFTER\n"
    assert seen == ["attached", "before", "after", "closed"]


def test_a_slow_line_takes_its_time_on_both_ways(env: FieldEnvironment, port: Port):
    port.baud = 300
    with SimLink(env, port, "a") as link:
        link.send(b"0123456789")
        link.send(b"012345678\n")
        assert link.receive(10) == b"0123456789012345678\n".upper()
        assert link.now_s() == pytest.approx(2 * 20 * 10 / 300 + 0.5)


def test_a_flood_that_nobody_reads_is_bounded(env: FieldEnvironment):
    writes = []
    port = Port(env, "flood", lambda write: writes.append(write) or Relay(write))
    with SimLink(env, port, "a") as link:
        for _ in range(5):
            writes[0](bytes(INBOX_BYTES_MAX // 2))
        advance(env, 1.0)
        assert len(link.receive(0)) == INBOX_BYTES_MAX


def test_the_world_never_goes_back(env: FieldEnvironment):
    happened = []
    env.timeout(7.0).callbacks.append(lambda _: happened.append(env.now))
    advance(env, 7.0)
    advance(env, 3.0)
    assert (happened, env.now) == ([7.0], 7.0)
    advance(env, 10.5)
    assert (env.now, env.peek()) == (10.5, float("inf"))
